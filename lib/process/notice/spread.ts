import { MINUTE_MS, toInstant } from '../../clock';
import type { Deps } from '../../deps';
import type { Write } from '../../table/client';
import { audienceHeadKey } from '../../table/notice/audience-head';
import { mayMove, moveNotice, type Notice, readNotice } from '../../table/notice/notice';
import { beginProcess, type ProcessRef, processKey, readProcess } from '../../table/process/process';
import type { Next, StepInput } from '../kind';
import { isAsApproved, NotAsApproved } from './as-approved';

/** Parts that one step begins. */
const PARTS_PER_STEP = 90;
/** Parts whose rows one step looks for. */
const PARTS_AT_A_LOOK = 100;
/** It is looked whether everybody is told when the next part is due, and not more often than this. */
const GATHER_EVERY_MS = MINUTE_MS;

/** The process of a notice, which begins those of its parts and ends when they have. */
export const noticeProcess = (noticeId: string): ProcessRef => ({ kind: 'notice', id: noticeId });

export const partProcess = (noticeId: string, part: number): ProcessRef => ({
  kind: 'notice-part',
  id: `${noticeId}-${part}`,
});

export const beginPart = (noticeId: string, part: number, nowMs: number): Write =>
  beginProcess(partProcess(noticeId, part), 'tell', { noticeId, part }, nowMs);

/** Has everybody of a notice told that is being sent. */
export const beginSpread = (noticeId: string, nowMs: number): Write =>
  beginProcess(noticeProcess(noticeId), 'spread', { noticeId, next: 0 }, nowMs);

/**
 * The writes that have an approved notice sent, for the transaction that says so. Whoever makes it then asks for
 * `noticeProcess` on the queue of notices. Refused when somebody has moved the notice meanwhile.
 */
export function beginSending(notice: Notice, nowMs: number): [Write, Write] {
  return [moveNotice(notice, 'sending', toInstant(nowMs)), beginSpread(notice.noticeId, nowMs)];
}

/** Begins the parts, some at a time. */
export async function spread(deps: Deps, { process: { state } }: StepInput): Promise<Next> {
  const [notice, next] = [await noticeAt(deps, state.noticeId), Number(state.next)];
  const [head] = await deps.table.getMany([audienceHeadKey(notice.audienceId)]);
  if (!(await isAsApproved(deps, notice, head))) throw new NotAsApproved();
  const count = Math.max(0, Math.min(PARTS_PER_STEP, notice.parts - next));
  if (count === 0) return { to: 'gather', state: { ...state, next: 0 } };
  const parts = Array.from({ length: count }, (_, index) => next + index);
  return {
    to: 'spread',
    state: { ...state, next: next + count },
    writes: parts.map((part) => beginPart(notice.noticeId, part, deps.clock.now())),
    starts: parts.map((part) => partProcess(notice.noticeId, part)),
  };
}

/** Waits until every part is over; then the notice is done. */
export async function gather(deps: Deps, { process: { state } }: StepInput): Promise<Next> {
  const [notice, next] = [await noticeAt(deps, state.noticeId), Number(state.next)];
  const count = Math.max(0, Math.min(PARTS_AT_A_LOOK, notice.parts - next));
  const parts = Array.from({ length: count }, (_, index) => partProcess(notice.noticeId, next + index));
  const rows = (await deps.table.getMany(parts.map(processKey))).map(readProcess);
  const dueAtMs = rows.flatMap((row) => (row ? [Date.parse(row.dueAt)] : []));
  const soonMs = deps.clock.now() + GATHER_EVERY_MS;
  if (dueAtMs.length > 0) return { waitUntilMs: Math.max(soonMs, Math.min(...dueAtMs)) };
  if (notice.state === 'paused') return { waitUntilMs: soonMs };
  if (count > 0) return { to: 'gather', state: { ...state, next: next + count } };
  const done = mayMove(notice, 'done') ? [moveNotice(notice, 'done', toInstant(deps.clock.now()))] : [];
  return { to: 'end', writes: done, count: notice.parts };
}

async function noticeAt({ table }: Deps, noticeId: unknown): Promise<Notice> {
  const notice = await readNotice(table, String(noticeId));
  if (!notice) throw new Error('a notice is missing');
  return notice;
}
