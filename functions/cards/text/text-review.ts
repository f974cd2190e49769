import type { CardContent, Field } from '../../../lib/card/content';
import { pickFields } from '../../../lib/card/content';
import { kindsOf } from '../../../lib/card/field-rules';
import { toInstant } from '../../../lib/clock';
import type { Deps } from '../../../lib/deps';
import { AppError } from '../../../lib/errors';
import { aboutOf, type Run, type Staff } from '../../../lib/gate/operation';
import { type Card, cardKey, noteVerdicts, readCard, TEXT_QUEUE } from '../../../lib/table/card/card';
import { logoKey, pictureOf } from '../../../lib/table/card/card-logo';
import { waitingTexts } from '../../../lib/table/card/text-queue';
import { ConditionFailed } from '../../../lib/table/client';
import { appendEntry } from '../../../lib/table/ledger/append';
import { consentInForce } from '../../../lib/table/person/consents';
import { nextQueueCursor, openQueueCursor } from '../../../lib/table/queue-cursor';
import { ownCard } from '../own/own-card';
import { askWechat, waitingFields, withVerdicts, withWords } from './check-text';

/** Asks WeChat once more about the words that wait. @throws AppError NOT_NOW when none do; a logo waits for a human */
export async function checkAgain(deps: Deps, run: Run<'subject', { cardId: string }>): Promise<Card> {
  const card = ownCard(deps, run.caller);
  const ask = withWords(card, waitingFields(card));
  const { alsoRead } = run.caller;
  if (ask.length === 0 || !alsoRead) throw new AppError('NOT_NOW', { why: '没有等待检查的文字。' });
  return askWechat(deps, run, card, ask, alsoRead, []);
}

/** Staff: what waits for a human, nobody's second before anybody's first. Ids and times, nothing of the persons. */
export async function reviewQueue(
  { table, ring }: Deps,
  { caller, input }: Run<'staff', { cursor?: string | undefined }>,
) {
  const pages = { list: 'cards/reviewQueue', queue: TEXT_QUEUE, staffId: caller.staffId };
  const { texts, next } = await waitingTexts(table, await openQueueCursor(ring, pages, input.cursor));
  return { texts, ...(await nextQueueCursor(ring, pages, next)) };
}

type OfOne = { subjectId: string; cardId: string };
type Decide = OfOne & { version: number; decision: 'pass' | 'refuse'; fields?: Field[] | undefined };
type Waiting = {
  version: number;
  fields: Field[];
  content: Partial<CardContent>;
  picture?: ReturnType<typeof pictureOf>;
};

/** Staff: the words and the logo that wait, and nothing else of the card. The person's ledger already says who reads them. */
export async function openReview(deps: Deps, { caller, input }: Run<'staff', OfOne>): Promise<Waiting> {
  const { card, logo } = await findWaiting(deps, caller, input);
  const fields = waitingFields(card);
  const picture = fields.includes('logo') ? logo : undefined;
  return { version: card.version, fields, content: pickFields(card, fields), ...(picture && { picture }) };
}

/**
 * Staff: lets what waits be seen, or not; all of it, or these fields. Refused when the owner has changed it meanwhile: a
 * judgement holds for what was looked at. The decision stands in the person's ledger.
 */
export async function decideReview(deps: Deps, { caller, input, requestId }: Run<'staff', Decide>) {
  const { card, item, about } = await findWaiting(deps, caller, input);
  if (card.version !== input.version) throw new AppError('VERSION_CONFLICT', { version: card.version });
  const at = toInstant(deps.clock.now());
  const verdict = input.decision === 'pass' ? 'passed' : 'refused';
  const decided = waitingFields(card).filter((field) => input.fields?.includes(field) ?? true);
  if (decided.length === 0) throw new AppError('NOT_NOW', { why: '所选的项目已经有了结论。' });
  const said = Object.fromEntries(decided.map((field) => [field, verdict]));
  const entry = {
    at,
    act: 'review.decided',
    actor: 'staff',
    purpose: 'cards',
    kinds: decided.flatMap(kindsOf),
    staff: caller.staffId,
    result: verdict,
    reason: 'risk-review',
    ticket: input.cardId,
    requestId,
  } as const;
  try {
    const note = noteVerdicts(input.subjectId, item, card, withVerdicts(card, said, at));
    await appendEntry(deps, about.person, entry, [note]);
    return { decided: true } as const;
  } catch (error) {
    if (error instanceof ConditionFailed)
      throw new AppError('NOT_NOW', { why: '名片刚刚有了变化，请刷新后重试。' });
    throw error;
  }
}

/** @throws AppError NOT_FOUND when nothing waits there, whatever the reason */
async function findWaiting({ table, policy }: Deps, caller: Staff, { cardId }: OfOne) {
  const about = aboutOf(caller);
  const agreed = consentInForce(policy.inForce().reachVersions, about.person, 'cards');
  if (!agreed) throw new AppError('NOT_FOUND');
  const { subjectId } = about.person;
  const [item, logo] = await table.getMany([cardKey(subjectId, cardId), logoKey(subjectId, cardId)]);
  const card = readCard(item, agreed.epoch, about.sealer);
  if (!item || !card || waitingFields(card).length === 0) throw new AppError('NOT_FOUND');
  return { card, item, about, logo: pictureOf(logo, card, about.sealer) };
}
