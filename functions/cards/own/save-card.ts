import type { Field } from '../../../lib/card/content';
import { changedFields, filledFields } from '../../../lib/card/field-rules';
import { toInstant } from '../../../lib/clock';
import type { Deps } from '../../../lib/deps';
import { AppError } from '../../../lib/errors';
import type { Run } from '../../../lib/gate/operation';
import { type Card, readCard, replaceCard } from '../../../lib/table/card/card';
import { pickContent } from '../../../lib/table/card/card-content';
import { keepPast } from '../../../lib/table/card/card-history';
import { ConditionFailed, type Write } from '../../../lib/table/client';
import { askWechat, beforeCheck } from '../text/check-text';
import { type CardInput, cardsEpoch, ownCard } from './own-card';

/** Of the digest of an edit: 132 bits tell a repeat from anything else, and a card stays within one write unit for longer. */
const EDIT_CHARS = 22;

/** What a change leaves of a card, and what it may also need to hold. */
type Change = Partial<CardInput> &
  Partial<Pick<Card, 'visibility' | 'publicEpoch' | 'realNameMark' | 'logo'>>;
type OfVersion = { cardId: string; version: number };
/** Writes that go with the card, and conditions that the change rests on where nobody is asked about its words. */
type ExtraWrites = { besides?: Write[]; holding?: Write[] };

/**
 * Replaces a card. The version sent must be the one stored, so of two changes at once one is refused and nothing is lost
 * (promise C1). A repeat of a change that went through answers with the card as it stands; `asked` is what was asked, by
 * which a repeat is known. What the card said before is kept for a while. Text that others may see goes through the check
 * first: the card is saved in any case, and what has not passed is seen by nobody else.
 */
export async function saveCard(
  deps: Deps,
  { caller, input, requestId }: Run<'subject', OfVersion>,
  asked: unknown,
  change: (before: Card) => Change,
  { besides = [], holding = [] }: ExtraWrites = {},
): Promise<Card> {
  const { version } = input;
  const { subjectId } = caller.person;
  const before = ownCard(deps, caller);
  const request = await deps.ring.digest('request', `card|${subjectId}|${JSON.stringify(asked)}`);
  const edit = `${version}:${request.slice(0, EDIT_CHARS)}`;
  if (before.version === version + 1 && before.edit === edit) return before;
  if (before.version !== version) throw new AppError('VERSION_CONFLICT', { version: before.version });
  const updatedAt = toInstant(deps.clock.now());
  const settled = settle(before, {
    ...changed(before, change(before)),
    version: version + 1,
    edit,
    updatedAt,
  });
  const { card: after, ask } = beforeCheck(settled, deps.clock.now());
  const { item, write } = replaceCard(subjectId, after, before, caller.sealer, caller.alsoRead);
  const writes: [Write, ...Write[]] = [
    write,
    ...keepPast(subjectId, before, after, caller.sealer),
    ...besides,
  ];
  try {
    if (ask.length > 0) return await askWechat(deps, { caller, requestId }, after, ask, item, writes);
    await deps.table.write(...writes, ...holding);
    return after;
  } catch (error) {
    if (!(error instanceof ConditionFailed)) throw error;
    const now = readCard(error.found[0]?.item, cardsEpoch(caller), caller.sealer);
    if (!now) throw new AppError('NOT_FOUND');
    if (now.edit === edit) return now;
    throw new AppError('VERSION_CONFLICT', { version: now.version });
  }
}

/** The card with the change in it. A part of the content that the change does not name is gone. */
function changed(before: Card, change: Change): Card {
  if (change.name === undefined) return { ...before, ...change };
  const parts = Object.keys(pickContent(before));
  const rest = Object.fromEntries(Object.entries(before).filter(([part]) => !parts.includes(part)));
  return { ...(rest as Card), ...change };
}

/**
 * What others may see follows the content: a field that was empty starts at nobody, whatever stood there before
 * (promise C2), and what was said of a text holds for that text alone.
 */
function settle(before: Card, after: Card): Card {
  const filled = filledFields(after);
  const wasFilled = filledFields(before);
  const other = changedFields(before, after);
  const only = <T>(record: Partial<Record<Field, T>>, keep: (field: Field) => boolean) =>
    Object.fromEntries(Object.entries(record).filter(([field]) => keep(field as Field)));
  return {
    ...after,
    visibility: only(after.visibility, (field) => filled.includes(field) && wasFilled.includes(field)),
    verdicts: only(after.verdicts, (field) => filled.includes(field) && !other.includes(field)),
  };
}
