import { DAY_MS, toInstant } from '../../../lib/clock';
import type { Deps } from '../../../lib/deps';
import { AppError } from '../../../lib/errors';
import type { Run } from '../../../lib/gate/operation';
import { DRAFTED_BY_YOU } from '../../../lib/gate/staff';
import { planNoticeId, sealOfPlan } from '../../../lib/notice/plan';
import { endsAfter } from '../../../lib/process/audience/seal';
import { roundOf } from '../../../lib/process/transfer-count';
import { ConditionFailed, type Write } from '../../../lib/table/client';
import { loadAnnouncements, withdrawAnnouncement } from '../../../lib/table/notice/announcement';
import { mayMove, moveNotice, noNotice, noticeKey, noticeOf } from '../../../lib/table/notice/notice';
import {
  approvePlan as approval,
  mayMovePlan,
  noteSurvey,
  type Plan,
  putPlan,
  readPlan,
} from '../../../lib/table/notice/plan';
import { knownPlan, type OfPlan, planShown, quicker } from './show';

/** Nobody is invited to a survey twice within so many days (promise O3). */
export const SURVEY_EVERY_DAYS = 30;

/**
 * Another officer approves exactly the plan that was seen, and from here on it is told (promises O3, D5). Sent twice, it is
 * told once.
 * @throws AppError CALLER_NOT_ALLOWED for who drafted it | NOT_FOUND | NOT_NOW for another hash, or too soon after a survey
 */
export async function approvePlan(deps: Deps, { caller, input }: Run<'staff', OfPlan & { hash: string }>) {
  const before = await knownPlan(deps, input);
  const { staffId } = caller;
  if (before.draftedBy === staffId) throw new AppError('CALLER_NOT_ALLOWED', { why: DRAFTED_BY_YOU });
  if (before.approvedBy === staffId) return planShown(deps, before);
  if (before.state !== 'proposed') throw new AppError('NOT_NOW', { why: '这份计划已经批准或者停止。' });
  const nowMs = deps.clock.now();
  if (Date.parse(before.at) <= nowMs)
    throw new AppError('NOT_NOW', { why: '写明的日期已经过去，请重新拟定。' });
  const approvedAt = toInstant(nowMs);
  const { version: _, ...rest } = before;
  const approved = { ...rest, state: 'approved' as const, approvedBy: staffId, approvedAt, rounds: 1 };
  const after = {
    ...{ ...approved, endsAtSeconds: endsAfter(nowMs) },
    seal: await sealOfPlan(deps.ring, approved),
  };
  const round = roundOf(after, 1);
  const notAfter = toInstant(nowMs - SURVEY_EVERY_DAYS * DAY_MS);
  const pace = before.kind === 'survey' ? [noteSurvey(before.planId, approvedAt, notAfter)] : [];
  await deps.table.write(approval(before, after), round.write, ...pace).catch(tooSoon);
  await deps.queue.send([round.ref]);
  return planShown(deps, after);
}

function tooSoon(error: unknown): never {
  if (error instanceof ConditionFailed && error.found[2])
    throw new AppError('NOT_NOW', { why: `${SURVEY_EVERY_DAYS} 天之内已经邀请过一次调查。` });
  quicker(error);
}

/**
 * Stops a plan for good: nothing more of it is sent or announced, and no data moves by it. Works also on one that was
 * altered. What partners have already is under way.
 * @throws AppError NOT_FOUND | NOT_NOW for one that is released
 */
export async function stopPlan(deps: Deps, { input }: Run<'staff', OfPlan>) {
  const before = await readPlan(deps.table, input.planId);
  if (!before) throw new AppError('NOT_FOUND');
  if (before.state === 'stopped') return planShown(deps, before);
  if (!mayMovePlan(before, 'stopped'))
    throw new AppError('NOT_NOW', { why: '已经出具可以转移的证明，不能再停止。' });
  const { version: _, counting: __, ...rest } = before;
  const after = { ...rest, state: 'stopped' as const };
  await deps.table.write(putPlan(before, after), ...(await stopNotices(deps, before))).catch(quicker);
  return planShown(deps, after);
}

/** Stops the notices of a plan; one that has not been sealed is kept from it by the plan itself. */
async function stopNotices({ table, clock }: Deps, plan: Plan): Promise<Write[]> {
  const { planId, approvedAt } = plan;
  if (approvedAt === undefined) return [];
  const ids = Array.from({ length: plan.rounds }, (_, index) =>
    planNoticeId({ planId, approvedAt }, index + 1),
  );
  const items = await table.getMany(ids.map(noticeKey));
  const at = toInstant(clock.now());
  const stops = ids.flatMap((noticeId, index): Write[] => {
    const notice = noticeOf(items[index]);
    if (!notice) return [noNotice(noticeId)];
    return mayMove(notice, 'stopped') ? [moveNotice(notice, 'stopped', at)] : [];
  });
  const announced = await loadAnnouncements(table);
  const first = announced?.current.find(({ noticeId }) => ids.includes(noticeId));
  return [...stops, ...(first ? withdrawAnnouncement(announced, first.noticeId) : [])];
}
