import type { Deps } from '../../deps';
import { OUTCOME_UNKNOWN } from '../../notice/channel';
import { lies } from '../../notice/next-action';
import { afterReceipt, type ChannelReceipt } from '../../notice/receipt';
import { readReference } from '../../notice/reference';
import { slicesOf } from '../../slices';
import type { Item } from '../../table/client';
import { ConditionFailed } from '../../table/client';
import type { Key } from '../../table/keys';
import { audiencePartKey, membersOf } from '../../table/notice/audience';
import { type Notice, noticeKey, noticeOf, readNotice } from '../../table/notice/notice';
import {
  putRecipient,
  type Recipient,
  readRecipient,
  recipientKey,
  recipientsOf,
  SELF,
  type Try,
} from '../../table/notice/recipient';
import { processKey, readProcess, wakeProcess } from '../../table/process/process';
import { lostRace, untilWon } from '../../table/races';
import { addresseesOf, GUARDIAN_PLACE } from './audience-of';
import { beginPart, partProcess } from './spread';

/** A part is looked at again so soon after a receipt that moves somebody on: one visit then serves several of them. */
export const WAKE_MS = 5000;

type Parts = Pick<Deps, 'table' | 'ring' | 'clock' | 'noticeQueue'>;
type Said = Omit<ChannelReceipt, 'reference'>;
/** `unknown`: it is no reference of ours, or nobody's any more. `known`: it says nothing new. */
export type Applied = 'noted' | 'known' | 'unknown';

/** Receipts whose notices, parts and rows are read together: as many as one trip reads. */
const RECEIPTS_AT_ONCE = 100;
/** Rows that are written at the same time. */
const WRITES_AT_ONCE = 20;

/**
 * Notes what a partner has said of messages, whenever and however often it says so, and answers for each. After a failure the
 * next channel is tried within seconds. A receipt with a reference that we have not made changes nothing, and one that
 * cannot be noted stops no other. Three trips for a hundred, and one write unit for each.
 */
export async function applyReceipts(
  deps: Parts,
  receipts: readonly ChannelReceipt[],
): Promise<PromiseSettledResult<Applied>[]> {
  const answers: PromiseSettledResult<Applied>[] = [];
  for (const some of slicesOf(receipts, RECEIPTS_AT_ONCE)) {
    const found = await addressedBy(deps, some);
    const items = await deps.table.getMany(found.flatMap((one) => (one ? [one.key] : [])));
    const toWake: ToWake = new Map();
    const note = async ({ reference: _, ...said }: ChannelReceipt): Promise<Applied> => {
      const meant = found.shift();
      return meant ? apply(deps, meant, said, items.shift(), toWake) : 'unknown';
    };
    for (const few of slicesOf(some, WRITES_AT_ONCE))
      answers.push(...(await Promise.allSettled(few.map(note))));
    await wakeAll(deps, toWake);
  }
  return answers;
}

/** The same for one. @throws what kept it from being noted */
export async function applyReceipt(deps: Parts, receipt: ChannelReceipt): Promise<Applied> {
  const [answer] = await applyReceipts(deps, [receipt]);
  if (answer?.status !== 'fulfilled') throw answer?.reason;
  return answer.value;
}

/** Whose message a receipt is about. */
type Meant = { notice: Notice; part: number; key: Key; subjectId: string; about: string };

/** Undefined for a receipt that is about nobody. Two trips, and one for the guardians that are meant. */
async function addressedBy(deps: Parts, receipts: readonly ChannelReceipt[]): Promise<(Meant | undefined)[]> {
  const referred = await Promise.all(receipts.map(({ reference }) => readReference(deps.ring, reference)));
  const named = await deps.table.getMany(referred.flatMap((one) => (one ? [noticeKey(one.noticeId)] : [])));
  const notices = new Map(named.map(noticeOf).flatMap((one) => (one ? [[one.noticeId, one] as const] : [])));
  const places = referred.map((one) => {
    const notice = one && notices.get(one.noticeId);
    return notice && !notice.drill ? { ...one, notice } : undefined;
  });
  const parts = await deps.table.getMany(
    places.flatMap((one) => (one ? [audiencePartKey(one.notice.audienceId, one.part)] : [])),
  );
  return Promise.all(
    places.map(async (one) => {
      if (!one) return undefined;
      const member = membersOf(parts.shift())[one.place % GUARDIAN_PLACE];
      if (!member) return undefined;
      const as = one.place < GUARDIAN_PLACE ? 'self' : 'guardian';
      const whose =
        as === 'self'
          ? { subjectId: member.subjectId, about: SELF }
          : (await addresseesOf(deps, [member], [])).find((addressee) => addressee.as === as);
      if (!whose) return undefined;
      const { subjectId, about } = whose;
      const { notice, part } = one;
      return {
        notice,
        part,
        subjectId,
        about,
        key: recipientKey(subjectId, { noticeId: notice.noticeId, about }),
      };
    }),
  );
}

/** A person's notices are looked through for a message's number, so many in a trip, and so many trips at most. */
const NOTICES_AT_A_LOOK = 50;
const LOOKS = 20;

/**
 * The same where the partner takes no reference, and tells who got which message by its own number (WeChat). One whose number
 * we never learned, because a worker died or an answer was lost, is the one message of theirs that still waits for a word.
 */
export async function applyReceiptOf(deps: Parts, subjectId: string, said: Said): Promise<Applied> {
  const isMeant = ({ tries }: Recipient) =>
    tries.some(({ channel, messageId }) => channel === said.channel && messageId === said.messageId);
  const rows: Awaited<ReturnType<typeof recipientsOf>>['rows'] = [];
  // By their names, which say little of when each was sent: all, until the number is met.
  for (let looks = 0, after: string | undefined; looks < LOOKS; looks += 1) {
    const page = await recipientsOf(deps.table, subjectId, NOTICES_AT_A_LOOK, after);
    rows.push(...page.rows);
    after = page.next;
    if (after === undefined || page.rows.some(isMeant)) break;
  }
  const byNumber = rows.find(isMeant);
  const unanswered = rows.filter(({ tries }) => awaitsNumber(tries.at(-1), said.channel));
  const row = byNumber ?? (unanswered.length === 1 ? unanswered[0] : undefined);
  const notice = said.messageId !== undefined && row && (await readNotice(deps.table, row.noticeId));
  if (!notice || notice.drill) return 'unknown';
  const { noticeId, part, about } = row;
  const key = recipientKey(subjectId, { noticeId, about });
  const [item] = await deps.table.getMany([key]);
  const toWake: ToWake = new Map();
  const applied = await apply(deps, { notice, part, key, subjectId, about }, said, item, toWake);
  await wakeAll(deps, toWake);
  return applied;
}

/** Whether a message may have gone out by a channel, and nobody knows under which number. */
function awaitsNumber(last: Try | undefined, by: Said['channel']): boolean {
  if (last?.channel !== by || last.messageId !== undefined) return false;
  return last.state === 'sending' || last.state === 'sent' || last.code === OUTCOME_UNKNOWN;
}

/** The parts to be looked at, by the names of their processes. */
type ToWake = Map<string, { noticeId: string; part: number }>;

/**
 * Notes one in the row as it was read; refused by who was quicker, it is judged anew by what stands there then. Who is to go on
 * is put down in `toWake`, also by a receipt that came again: whoever noted the first may have died before the waking.
 */
async function apply(
  deps: Parts,
  { notice, part, subjectId, about }: Meant,
  said: Said,
  read: Item | undefined,
  toWake: ToWake,
): Promise<Applied> {
  const { noticeId, state } = notice;
  let item = read;
  return untilWon<Applied>(async () => {
    const row = readRecipient(item);
    if (!row) return 'unknown';
    const tries = afterReceipt(row.tries, said, deps.clock.now());
    const last = (tries ?? row.tries).at(-1);
    const movesOn = last?.channel === said.channel && isFailure(last.state);
    // Once nothing is sent any more only the announcement is left.
    const ended = movesOn && (state === 'done' || state === 'stopped');
    const isAnnounced = notice.channels.includes('announcement');
    if (movesOn && !ended) toWake.set(partProcess(noticeId, part).id, { noticeId, part });
    if (!tries) return 'known';
    const after = ended && isAnnounced ? [...tries, lies('announcement', deps.clock.now())] : tries;
    try {
      await deps.table.write(putRecipient(subjectId, about, { ...row, tries: after }, item));
    } catch (error) {
      if (error instanceof ConditionFailed) item = error.found[0]?.item;
      return lostRace(error);
    }
    return 'noted';
  });
}

const isFailure = (state: Try['state']) => state === 'temporary-failure' || state === 'permanent-failure';

async function wakeAll(deps: Parts, toWake: ToWake): Promise<void> {
  for (const { noticeId, part } of toWake.values()) await wake(deps, noticeId, part);
}

/** Has a part looked at soon, also one that was over. */
async function wake({ table, clock, noticeQueue }: Parts, noticeId: string, part: number): Promise<void> {
  const ref = partProcess(noticeId, part);
  const soonMs = clock.now() + WAKE_MS;
  await untilWon(async () => {
    const [item]: (Item | undefined)[] = await table.getMany([processKey(ref)]);
    const process = readProcess(item);
    if (process && Date.parse(process.dueAt) <= soonMs) return true;
    try {
      await table.write(process ? wakeProcess(process, soonMs) : beginPart(noticeId, part, soonMs));
      return true;
    } catch (error) {
      if (!(error instanceof ConditionFailed)) throw error;
      return undefined;
    }
  });
  await noticeQueue.send([ref], WAKE_MS);
}
