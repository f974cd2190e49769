import { toInstant } from '../../clock';
import type { Deps } from '../../deps';
import {
  type ChannelId,
  HELD,
  NONE_LEFT,
  OUTCOME_UNKNOWN,
  type PartnerChannel,
  type Sent,
} from '../../notice/channel';
import type { Way } from '../../notice/channel-set';
import { makeReference } from '../../notice/reference';
import { slicesOf } from '../../slices';
import { ConditionFailed, type Item } from '../../table/client';
import { keys } from '../../table/keys';
import { audienceHeadKey } from '../../table/notice/audience-head';
import { type NoticeState, noticeKey, noticeOf } from '../../table/notice/notice';
import { putRecipient, type Try } from '../../table/notice/recipient';
import { canSignIn } from '../../table/person/life';
import { readPerson } from '../../table/person/person';
import { isAsApproved, NotAsApproved } from './as-approved';
import { rowOf } from './audience-of';
import { hear, quotaName } from './standing';
import type { Told, Visit } from './visit';
import { isWish, wishChecks, wishKeys } from './wish';

/** Messages that are under way at the same time in one worker: as many go out at most after somebody has paused. */
export const AT_ONCE = 20;

/** Whether nothing has been handed over by a channel, by the try that stands in the row. */
export function isFirstBy(channel: ChannelId, last: Try | undefined): boolean {
  return last?.channel !== channel || last.code === HELD;
}

/** Somebody, and what their row is to say next. */
export type Planned = { one: Told; tries: Try[] };

/** What became of a message that was about to go out, in the words of the row. */
type Outcome = Pick<Try, 'state'> & Partial<Try>;

/** Notes for everybody what needs no message. */
export async function noteAll(deps: Deps, of: Visit<boolean>, planned: readonly Planned[]): Promise<void> {
  for (const some of slicesOf(planned, AT_ONCE))
    await allDone(some.map(({ one, tries }) => note(deps, of, one, tries)));
}

/**
 * Hands a message for each of some people to a partner: claims everybody's row, then reads once more, in one trip, whether
 * the notice is still sent, exactly as it was approved, and who may still be told and where; whoever was erased or has
 * withdrawn since gets nothing (promises B4, B5, K3). Answers how the notice stands, and whether the partner is to be left
 * alone for now. One write unit to claim and one for the answer.
 * @throws NotAsApproved when every claim has been given back
 */
export async function sendSome(
  deps: Deps,
  of: Visit<boolean>,
  channel: PartnerChannel,
  way: Way,
  planned: readonly Planned[],
): Promise<{ state: NoticeState; inTrouble: boolean }> {
  const before = planned.map(({ one }) => rowOf(one)?.tries.at(-1));
  const won = await allDone(planned.map(({ one, tries }) => note(deps, of, one, tries)));
  const claimed = planned
    .map((one, index) => ({ ...one, before: before[index] }))
    .filter((_, index) => won[index]);
  const wanted = claimed.map(({ one: { subjectId, as } }) => [
    keys.person(subjectId),
    ...wishKeys(of.notice.kind, subjectId),
    ...way.itemsOf(subjectId, { kind: of.notice.kind, as }),
  ]);
  const { noticeId, audienceId } = of.notice;
  const keysOfAll = [noticeKey(noticeId), audienceHeadKey(audienceId), ...wanted.flat()];
  const [item, head, ...items] = await deps.table.getMany(keysOfAll);
  const now = noticeOf(item);
  const state = now?.state ?? 'stopped';
  const isSame = now !== undefined && now.proposal?.seal === of.notice.proposal?.seal;
  const isApproved = isSame && (await isAsApproved(deps, now, head));
  const goesOut = state === 'sending' && isApproved;
  const heard = { throttled: 0, failed: 0, accepted: 0 };
  const sendings = claimed.map(async ({ one, tries, before: last }, index) => {
    const isFirst = isFirstBy(channel, last);
    const [own, ...others] = items.splice(0, wanted[index]?.length);
    const outcome: Outcome = goesOut
      ? await hand(deps, of, channel, way, { one, own, others, isFirst })
      : { state: 'created', code: HELD };
    const isBusy = outcome.state === 'created' && goesOut;
    if (isBusy) heard.throttled += 1;
    if (outcome.state === 'technical-failure') heard.failed += 1;
    if (outcome.state === 'sent' || outcome.state === 'delivered') heard.accepted += 1;
    const answeredAt = toInstant(deps.clock.now());
    const busy = isBusy && { since: (last?.channel === channel && last.since) || answeredAt };
    const after = { ...(tries.at(-1) as Try), ...outcome, answeredAt, ...busy };
    await note(deps, of, one, [...tries.slice(0, -1), after]);
  });
  await allDone(sendings);
  if (state === 'sending' && !isApproved) throw new NotAsApproved();
  const closed = await hear(deps, quotaName(channel, of.notice.drill), heard, of.closed[channel]);
  if (closed) of.closed[channel] = closed;
  else delete of.closed[channel];
  return { state, inTrouble: closed !== undefined || heard.throttled > 0 };
}

/** `isFirst`: nothing has been handed over for them by this channel. */
type Found = { one: Told; own: Item | undefined; others: (Item | undefined)[]; isFirst: boolean };

async function hand(
  deps: Deps,
  { notice, part }: Visit<boolean>,
  channel: PartnerChannel,
  way: Way,
  { one, own, others, isFirst }: Found,
): Promise<Outcome> {
  const person = own && readPerson(own);
  const { kind } = notice;
  const whom = { kind, as: one.as };
  const wants = isWish(kind, others.splice(0, wishKeys(kind, one.subjectId).length));
  const isHere = wants && person !== undefined && canSignIn(person);
  if (!isHere) one.reach = new Set();
  const address =
    isHere && way.reaches(person, others, whom, isFirst)
      ? await way.address(deps, person, others)
      : undefined;
  if (!isHere || address === undefined) return { state: 'skipped', code: 'not-reachable', attempt: 0 };
  if (isFirst && way.spend && !(await way.spend(deps, person, whom)))
    return { state: 'permanent-failure', code: NONE_LEFT };
  const { noticeId, texts } = notice;
  const { kinds, certain } = one.member;
  const message = { noticeId, text: texts[channel] ?? '', ...whom, kinds, certain };
  const reference = await makeReference(deps.ring, { noticeId, part, place: one.place });
  const sentAtMs = deps.clock.now();
  const sent = await way
    .send(address, message, reference)
    .catch((): Sent => ({ status: 'technical-failure', code: OUTCOME_UNKNOWN }));
  await way.answered?.(deps, person, whom, { sent, sentAtMs });
  return outcomeOf(sent);
}

function outcomeOf(sent: Sent): Outcome {
  if (sent.status === 'accepted')
    return { state: 'sent', ...(sent.messageId !== undefined && { messageId: sent.messageId }) };
  if (sent.status === 'delivered') return { state: 'delivered' };
  return { state: sent.status === 'throttled' ? 'created' : sent.status, code: sent.code };
}

/**
 * Writes a row in the place of what was seen. False where somebody was quicker: another sender, a receipt, or the person who
 * has opened the notice. What stands there now is what counts.
 */
async function note(deps: Deps, { notice, part }: Visit<boolean>, one: Told, tries: Try[]): Promise<boolean> {
  const { subjectId, about, as, place, item } = one;
  const { noticeId, kind, drill, endsAtSeconds } = notice;
  const begun = {
    ...{ noticeId, kind, ...(drill && { drill }), as, part, place, at: toInstant(deps.clock.now()) },
    ...(endsAtSeconds !== undefined && { endsAtSeconds }),
  };
  const known = rowOf(one) ?? begun;
  const write = putRecipient(subjectId, about, { ...known, tries }, item);
  try {
    await deps.table.write(write, ...(isTurn(tries) ? wishChecks(kind, subjectId) : []));
    one.item = write.Put?.Item as unknown as Item;
    return true;
  } catch (error) {
    if (!(error instanceof ConditionFailed)) throw error;
    const [met, ...wishes] = error.found;
    if (met) one.item = met.item;
    if (wishes.some(Boolean)) one.reach = new Set();
    return false;
  }
}

/** Whether a row is about to say that a message goes out, or that the notice lies in the inbox. */
function isTurn(tries: readonly Try[]): boolean {
  const last = tries.at(-1);
  return last?.state === 'sending' || (last?.channel === 'inbox' && last.state === 'sent');
}

/** Waits for all of them, so that what was handed over is noted whatever fails beside it. @throws the first failure */
async function allDone<T>(works: Promise<T>[]): Promise<T[]> {
  const settled = await Promise.allSettled(works);
  return settled.map((one) => {
    if (one.status === 'rejected') throw one.reason;
    return one.value;
  });
}
