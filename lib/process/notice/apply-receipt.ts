import type { Deps } from '../../deps';
import { OUTCOME_UNKNOWN } from '../../notice/channel';
import { lies } from '../../notice/next-action';
import { afterReceipt, type ChannelReceipt } from '../../notice/receipt';
import { readReference } from '../../notice/reference';
import type { Item } from '../../table/client';
import { ConditionFailed } from '../../table/client';
import { type Notice, readNotice } from '../../table/notice/notice';
import {
  putRecipient,
  readRecipient,
  recipientKey,
  recipientsOf,
  type Try,
} from '../../table/notice/recipient';
import { processKey, putOffProcess, readProcess } from '../../table/process/process';
import { lostRace, untilWon } from '../../table/races';
import { addresseesOf, GUARDIAN_PLACE, readPart } from './audience-of';
import { beginPart, partProcess } from './spread';

/** A part is looked at again so soon after a receipt that moves somebody on: one visit then serves several of them. */
export const WAKE_MS = 5000;

type Parts = Pick<Deps, 'table' | 'ring' | 'clock' | 'noticeQueue'>;
type Said = Omit<ChannelReceipt, 'reference'>;
/** `unknown`: it is no reference of ours, or nobody's any more. `known`: it says nothing new. */
export type Applied = 'noted' | 'known' | 'unknown';

/**
 * Notes what a partner has said of a message, whenever and however often it says so. After a failure the next channel is
 * tried within seconds. A receipt with a reference that we have not made changes nothing.
 */
export async function applyReceipt(deps: Parts, { reference, ...said }: ChannelReceipt): Promise<Applied> {
  const referred = await readReference(deps.ring, reference);
  if (!referred) return 'unknown';
  const { noticeId, part, place } = referred;
  const found = await readPart(deps, noticeId, part);
  const member = found?.members[place % GUARDIAN_PLACE];
  if (!found || found.notice.drill || !member) return 'unknown';
  const all = await addresseesOf(deps, [member], []);
  const as = place < GUARDIAN_PLACE ? 'self' : 'guardian';
  const one = all.find((addressee) => addressee.as === as);
  return one ? apply(deps, found.notice, part, { ...one }, said) : 'unknown';
}

/** A person's notices that are looked through for a message's number. */
const NOTICES_LOOKED_AT = 50;

/**
 * The same where the partner takes no reference, and tells who got which message by its own number (WeChat). One whose number
 * we never learned, because a worker died or an answer was lost, is the one message of theirs that still waits for a word.
 */
export async function applyReceiptOf(deps: Parts, subjectId: string, said: Said): Promise<Applied> {
  const { rows } = await recipientsOf(deps.table, subjectId, NOTICES_LOOKED_AT);
  const byNumber = rows.find(({ tries }) =>
    tries.some(({ channel, messageId }) => channel === said.channel && messageId === said.messageId),
  );
  const unanswered = rows.filter(({ tries }) => awaitsNumber(tries.at(-1), said.channel));
  const row = byNumber ?? (unanswered.length === 1 ? unanswered[0] : undefined);
  const notice = said.messageId !== undefined && row && (await readNotice(deps.table, row.noticeId));
  if (!notice || notice.drill) return 'unknown';
  return apply(deps, notice, row.part, { subjectId, about: row.about }, said);
}

/** Whether a message may have gone out by a channel, and nobody knows under which number. */
function awaitsNumber(last: Try | undefined, by: Said['channel']): boolean {
  if (last?.channel !== by || last.messageId !== undefined) return false;
  return last.state === 'sending' || last.state === 'sent' || last.code === OUTCOME_UNKNOWN;
}

type Whose = { subjectId: string; about: string };

/** Refused by who was quicker, it is judged anew by what stands there then. */
async function apply(deps: Parts, notice: Notice, part: number, whose: Whose, said: Said): Promise<Applied> {
  const { noticeId } = notice;
  return untilWon<Applied>(async () => {
    const key = recipientKey(whose.subjectId, { noticeId, about: whose.about });
    const [item] = await deps.table.getMany([key]);
    const row = readRecipient(item);
    const tries = row && afterReceipt(row.tries, said, deps.clock.now());
    if (!tries) return row ? 'known' : 'unknown';
    const isLast = tries.at(-1)?.channel === said.channel;
    const movesOn = said.status !== 'delivered' && isLast;
    // Once nothing is sent any more only the announcement is left.
    const ended = movesOn && (notice.state === 'done' || notice.state === 'stopped');
    const after = ended ? [...tries, lies('announcement', deps.clock.now())] : tries;
    try {
      await deps.table.write(putRecipient(whose.subjectId, whose.about, { ...row, tries: after }, item));
    } catch (error) {
      return lostRace(error);
    }
    if (movesOn && !ended) await wake(deps, noticeId, part);
    return 'noted';
  });
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
      await table.write(
        process ? putOffProcess(process, soonMs, process.attempts) : beginPart(noticeId, part, soonMs),
      );
      return true;
    } catch (error) {
      if (!(error instanceof ConditionFailed)) throw error;
      return undefined;
    }
  });
  await noticeQueue.send([ref], WAKE_MS);
}
