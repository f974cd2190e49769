import { DAY_MS, toInstant } from '../../lib/clock';
import type { Deps } from '../../lib/deps';
import { AppError } from '../../lib/errors';
import type { Run } from '../../lib/gate/operation';
import { DRAFTED_BY_YOU } from '../../lib/gate/staff';
import { sealOf } from '../../lib/notice/approval';
import { noticeKinds } from '../../lib/notice/kinds';
import { announcementText } from '../../lib/notice/text/notice-for';
import { fromStored } from '../../lib/notice/text/stored';
import { beginSending, noticeProcess } from '../../lib/process/notice/spread';
import { ConditionFailed, type Write } from '../../lib/table/client';
import { changeIncident } from '../../lib/table/incident/change-incident';
import type { IncidentAct } from '../../lib/table/incident/incident-acts';
import { announce, loadAnnouncements, withdrawAnnouncement } from '../../lib/table/notice/announcement';
import {
  approveNotice as approval,
  mayMove,
  moveNotice,
  type NoticeState,
} from '../../lib/table/notice/notice';
import { findNotice, type KnownNotice, knownNotice, type OfNotice } from './known-notice';
import { noticeShown } from './show-notice';

type Exact = OfNotice & { hash: string };

/**
 * Approves exactly the notice that was seen (promise B4). The second who does so freezes it. Sent twice, it counts once.
 * @throws AppError CALLER_NOT_ALLOWED for who proposed it, NOT_FOUND, NOT_NOW for another hash
 */
export async function approveNotice(deps: Deps, { caller, input, requestId }: Run<'staff', Exact>) {
  const known = await knownNotice(deps, input);
  const { notice, hash } = known;
  const { staffId } = caller;
  if (notice.proposal.by === staffId) throw new AppError('CALLER_NOT_ALLOWED', { why: DRAFTED_BY_YOU });
  if (notice.approvedBy.includes(staffId)) return noticeShown(known);
  if (notice.state !== 'proposed')
    throw new AppError('NOT_NOW', { why: `已有 ${noticeKinds.breach.approvals} 人批准。` });
  const approvedBy = [...notice.approvedBy, staffId];
  const seal = await sealOf(deps.ring, hash, { ...notice.proposal, approvedBy });
  const proposal = { ...notice.proposal, seal };
  await act(deps, known, 'notice.approved', { staffId, requestId, hash }, [
    approval(notice, staffId, proposal),
  ]);
  const state = approvedBy.length >= noticeKinds.breach.approvals ? ('approved' as const) : notice.state;
  return noticeShown({ ...known, notice: { ...notice, proposal, approvedBy, state } });
}

/**
 * Sends an approved notice: from here its people are told by its channels, and everybody's next call shows it. Asked twice,
 * it is sent once. A drill is announced to nobody (promise B9).
 * @throws AppError NOT_FOUND; NOT_NOW for one that is not approved, or not as it was approved
 */
export async function sendNotice(deps: Deps, { caller, input, requestId }: Run<'staff', Exact>) {
  const known = await knownNotice(deps, input);
  const { notice, hash, audience } = known;
  if (notice.state === 'sending') return noticeShown(known);
  if (notice.state !== 'approved') throw notFrom(notice.state);
  const nowMs = deps.clock.now();
  const at = toInstant(nowMs);
  const writes = [
    ...beginSending(notice, nowMs),
    ...(notice.drill ? [] : [await announcementOf(deps, known, nowMs)]),
  ];
  const details = { hash, people: audience.people };
  await act(deps, known, 'notice.sent', { staffId: caller.staffId, requestId, ...details }, writes);
  await deps.noticeQueue.send([noticeProcess(notice.noticeId)]);
  return noticeShown({ ...known, notice: { ...notice, state: 'sending', sendingAt: at } });
}

async function announcementOf(deps: Deps, { notice }: KnownNotice, nowMs: number): Promise<Write> {
  const { noticeId, proposal, texts } = notice;
  const endsAt = toInstant(nowMs + proposal.announceDays * DAY_MS);
  const one = { noticeId, ...announcementText(fromStored(texts)), announcedAt: toInstant(nowMs), endsAt };
  return announce(await loadAnnouncements(deps.table), one);
}

type WithReason = OfNotice & { reason: string };

/** Nothing more goes out until it is resumed. What partners have already is under way. Works also on one that was altered. */
export function pauseNotice(deps: Deps, run: Run<'staff', WithReason>) {
  return move(deps, run, 'paused', 'notice.paused');
}

/** Nothing more goes out, for good, and it is announced no longer. Works also on one that was altered. */
export function stopNotice(deps: Deps, run: Run<'staff', WithReason>) {
  return move(deps, run, 'stopped', 'notice.stopped');
}

/** Goes on where it was paused. @throws AppError NOT_NOW for one that is not as it was approved */
export async function resumeNotice(deps: Deps, run: Run<'staff', Exact>) {
  const { notice } = await knownNotice(deps, run.input);
  if (notice.state !== 'paused' && notice.state !== 'sending') throw notFrom(notice.state);
  const moved = await move(
    deps,
    { ...run, input: { ...run.input, reason: '' } },
    'sending',
    'notice.resumed',
  );
  await deps.noticeQueue.send([noticeProcess(notice.noticeId)]);
  return moved;
}

async function move(
  deps: Deps,
  { caller, input, requestId }: Run<'staff', WithReason>,
  to: NoticeState,
  said: IncidentAct,
) {
  const found = await findNotice(deps, input);
  const { notice } = found;
  const shown = (state: NoticeState) => ({ noticeId: notice.noticeId, state });
  if (notice.state === to) return shown(to);
  if (!mayMove(notice, to)) throw notFrom(notice.state);
  const withdrawn =
    to === 'stopped' ? withdrawAnnouncement(await loadAnnouncements(deps.table), notice.noticeId) : [];
  const writes = [moveNotice(notice, to, toInstant(deps.clock.now())), ...withdrawn];
  const { reason } = input;
  await act(deps, found, said, { staffId: caller.staffId, requestId, ...(reason && { reason }) }, writes);
  return shown(to);
}

type Said = { staffId: string; requestId: string } & Record<string, string | number>;

/** One act on a notice: in the incident's chain and in the notice at once. */
async function act(
  deps: Deps,
  { opened, notice }: Pick<KnownNotice, 'opened' | 'notice'>,
  said: IncidentAct,
  { staffId, requestId, ...details }: Said,
  writes: Write[],
): Promise<void> {
  const entry = { act: said, staff: staffId, requestId, details: { noticeId: notice.noticeId, ...details } };
  const { incidentId } = opened.incident;
  await changeIncident(deps, incidentId, () => ({ entry, writes }), opened).catch(quicker);
}

/** Somebody else was quicker: what was read is no longer so. */
export function quicker(error: unknown): never {
  if (error instanceof ConditionFailed)
    throw new AppError('NOT_NOW', { why: '刚刚有人改动或者批准了这份告知，请重新预览后再试。' });
  throw error;
}

const stateNames: Record<NoticeState, string> = {
  proposed: '还没有批准',
  approved: '已经批准，还没有发送',
  sending: '正在发送',
  paused: '已经暂停',
  done: '已经发送完毕',
  stopped: '已经停止',
};
const notFrom = (state: NoticeState) => new AppError('NOT_NOW', { why: `这份告知${stateNames[state]}。` });
