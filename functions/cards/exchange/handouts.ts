import type { Deps } from '../../../lib/deps';
import { AppError } from '../../../lib/errors';
import type { Run } from '../../../lib/gate/operation';
import { card, recallCard as recallFromAll } from '../../../lib/table/card/card';
import { ConditionFailed, type Item } from '../../../lib/table/client';
import { readCursor, sealCursor } from '../../../lib/table/cursor';
import { untilWon } from '../../../lib/table/races';
import { remove } from '../../../lib/table/replace';
import { queryContacts, readHandout } from '../../../lib/table/sharing/contact';
import { cardsEpoch } from '../own/own-card';

const LIST = 'cards.holders';
export const MAX_HOLDERS_PAGE = 100;
const recalled = { recalled: true } as const;

/** One page of who holds which of the caller's cards. The caller knows them by the card that they got in return. */
export async function listHolders(
  deps: Deps,
  { caller, input }: Run<'subject', { cursor?: string | undefined }>,
) {
  const { subjectId } = caller.person;
  const { cursor } = input;
  const after = cursor === undefined ? undefined : await readCursor(deps.ring, LIST, subjectId, cursor);
  const { items, lastId } = await queryContacts(deps.table, subjectId, 'given', MAX_HOLDERS_PAGE, after);
  const holders = items.flatMap((item) => {
    const found = readHandout(item, cardsEpoch(caller));
    if (!found) return [];
    const { contactId: holderId, cardId, fields, at, inReturnFor: contactId } = found;
    return [{ holderId, cardId, fields, at, contactId }];
  });
  return { holders, ...(lastId && { cursor: await sealCursor(deps.ring, LIST, subjectId, lastId) }) };
}

/** Recalls a card from one holder. One that is not held any more is as good as recalled. */
export async function recallOne(deps: Deps, { caller }: Run<'subject', { holderId: string }>) {
  const { alsoRead } = caller;
  if (alsoRead && readHandout(alsoRead, cardsEpoch(caller))) await takeBackFrom(deps, alsoRead);
  return recalled;
}

/**
 * Recalls what was given to one holder, by the owner's note of it, with which the holder's contact forgets whose card it
 * was. When they have given it back meanwhile, only the note goes.
 */
export async function takeBackFrom({ table }: Deps, given: Item): Promise<void> {
  const [note, ...tombstone] = remove(given);
  try {
    await table.write(note, ...tombstone);
  } catch (error) {
    if (!(error instanceof ConditionFailed)) throw error;
    await table.write(note);
  }
}

/** Recalls a card from everybody who holds it, in one write. */
export async function recallAll(deps: Deps, { caller }: Run<'subject', { cardId: string }>) {
  const { subjectId } = caller.person;
  let seen = caller.alsoRead;
  return untilWon(async () => {
    if (!card.is(seen, cardsEpoch(caller))) throw new AppError('NOT_FOUND');
    try {
      await deps.table.update(recallFromAll(subjectId, seen));
      return recalled;
    } catch (error) {
      if (!(error instanceof ConditionFailed)) throw error;
      seen = error.found[0]?.item;
      return undefined;
    }
  });
}
