import type { CardContent } from '../../../lib/card/content';
import { writeJCard } from '../../../lib/card/jcard';
import { phoneContactOf } from '../../../lib/card/phone-contact';
import { cardProblems, VCardError } from '../../../lib/card/vcard-limits';
import { refusals } from '../../../lib/card/vcard-outcome';
import { type CardFromFile, readVCards } from '../../../lib/card/vcard-read';
import { writeVCards } from '../../../lib/card/vcard-write';
import type { Deps } from '../../../lib/deps';
import { AppError, errorCodes, invalidInput } from '../../../lib/errors';
import type { Run, Subject } from '../../../lib/gate/operation';
import { cardKey, readCard } from '../../../lib/table/card/card';
import { createCard } from '../own/create-card';
import { cardsEpoch, fits, ownCard } from '../own/own-card';

type Import = { file: string; idempotencyKey: string };

/**
 * Makes cards of a vCard file of one or many (promise C5), and says of each what was understood, what is kept for an
 * export, and what was refused and why: names and counts, never values. A card that cannot be used loses nothing of the
 * others. A repeat makes no second copies, because each card's key comes from the request's key and its number among the
 * cards that can be used. So the first of another file under the same key meets that of this one, before anything is made.
 * @throws AppError INVALID_INPUT for a file that is not read at all; IDEMPOTENCY_CONFLICT for another file
 */
export async function importVCards(deps: Deps, run: Run<'subject', Import>) {
  const { file } = run.input;
  const read = readFile(Buffer.from(file, 'base64'));
  const cards: Awaited<ReturnType<typeof keep>>[] = [];
  let usable = 0;
  for (const card of read) {
    if (card.content && fits({ ...card.content, ownTags: [] })) usable += 1;
    cards.push(await keep(deps, run, card, usable));
  }
  return { cards };
}

function readFile(file: Uint8Array): CardFromFile[] {
  try {
    return readVCards(file);
  } catch (error) {
    if (error instanceof VCardError) throw invalidInput('file', error.message);
    throw error;
  }
}

/** What stops one card of many; anything else stops the import, which can be sent again. */
const stopsOne = ['LIMIT_REACHED', 'INVALID_INPUT', 'NOT_FOUND'];

async function keep(deps: Deps, run: Run<'subject', Import>, card: CardFromFile, number: number) {
  const { content, report } = card;
  const { place, understood, kept, problem, damaged, guessedCharset, namedBy } = report;
  const refused = report.refused.map(({ property, reason, count }) => ({
    property,
    count,
    why: refusals[reason],
  }));
  const told = {
    ...{ place, understood, kept, refused },
    ...(Object.keys(damaged).length > 0 && { damaged }),
    ...(guessedCharset !== undefined && { guessedCharset }),
    ...(namedBy !== undefined && { namedBy }),
  };
  if (!content) return { ...told, ...(problem && { problem: cardProblems[problem] }) };
  try {
    const { file, idempotencyKey } = run.input;
    const input = { ...content, ownTags: [], idempotencyKey: `${idempotencyKey}.${number}` };
    const { cardId } = await createCard(deps, { ...run, input }, file);
    return { ...told, cardId };
  } catch (error) {
    if (!(error instanceof AppError) || !stopsOne.includes(error.code)) throw error;
    return { ...told, problem: error.details?.why ?? errorCodes[error.code].message };
  }
}

type Export = { cardIds: string[]; format: '4.0' | '3.0' | 'jcard' };

/**
 * The caller's own cards as a file: vCard 4.0 (RFC 6350) or 3.0 for phones, or jCard (RFC 7095). What an import did not
 * understand comes back as it was. @throws AppError NOT_FOUND when one is not there
 */
export async function exportVCards(deps: Deps, { caller, input }: Run<'subject', Export>) {
  const { cardIds, format } = input;
  const contents = await ownContents(deps, caller, cardIds);
  if (format === 'jcard') return { text: JSON.stringify(contents.map(writeJCard)) };
  return { text: writeVCards(contents, format) };
}

async function ownContents({ table }: Deps, caller: Subject, cardIds: string[]): Promise<CardContent[]> {
  const { subjectId } = caller.person;
  const items = await table.getMany(cardIds.map((cardId) => cardKey(subjectId, cardId)));
  return items.map((item) => {
    const card = readCard(item, cardsEpoch(caller), caller.sealer);
    if (!card) throw new AppError('NOT_FOUND');
    return card;
  });
}

/** One of the caller's own cards as the fields of `wx.addPhoneContact` (promise C5). */
export async function phoneContact(deps: Deps, { caller }: Run<'subject', { cardId: string }>) {
  return { contact: phoneContactOf(ownCard(deps, caller)) };
}
