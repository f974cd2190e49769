import type { Deps } from '../../../lib/deps';
import { AppError } from '../../../lib/errors';
import type { Run } from '../../../lib/gate/operation';
import { hashOfPlan, isAsPlanned, planNoticeId } from '../../../lib/notice/plan';
import { noticeFor } from '../../../lib/notice/text/notice-for';
import { planWording } from '../../../lib/notice/text/plan';
import { openChannels, textsOf } from '../../../lib/notice/text/texts';
import { ConditionFailed } from '../../../lib/table/client';
import { noticeKey, noticeOf } from '../../../lib/table/notice/notice';
import { type Plan, readPlan } from '../../../lib/table/notice/plan';

export type OfPlan = { planId: string };
type Known = Omit<Plan, 'version'>;

/** A plan as it stands, and its notices. @throws AppError NOT_FOUND */
export async function plan(deps: Deps, { input }: Run<'staff', OfPlan>) {
  return planShown(deps, await knownPlan(deps, input));
}

/**
 * A plan that is exactly as it was drafted and approved.
 * @throws AppError NOT_FOUND; NOT_NOW for one that was altered, or that is not what the caller has seen
 */
export async function knownPlan(deps: Deps, { planId, hash }: OfPlan & { hash?: string }): Promise<Plan> {
  const found = await readPlan(deps.table, planId);
  if (!found) throw new AppError('NOT_FOUND');
  if (!(await isAsPlanned(deps.ring, found))) {
    deps.log({ event: 'alarm', operation: 'consent/plan', outcome: 'PLAN_ALTERED' });
    throw new AppError('NOT_NOW', { why: '计划的内容或者批准记录与当时不一致，不能使用。请停止并核查。' });
  }
  if (hash !== undefined && hash !== hashOfPlan(found))
    throw new AppError('NOT_NOW', { why: '计划已经改动，请重新查看后再决定。' });
  return found;
}

/** What stands over a plan after every act on it: who, what is told word for word, and how far it has come. */
export async function planShown(deps: Deps, plan: Known) {
  const { planId, kind, state, words, at, draftedBy, draftedAt, approvedBy, approvedAt } = plan;
  const { rounds, counting, count, statement } = plan;
  const said = planWording(plan);
  const wording = {
    ...said,
    noticeId: planId,
    kinds: [],
    drill: false,
    channels: [],
    nowMs: Date.parse(draftedAt),
  };
  const made = textsOf(wording, {});
  if ('flaws' in made) throw new Error('the words of a plan are not whole');
  const ids = Array.from({ length: rounds }, (_, index) =>
    planNoticeId({ planId, approvedAt: approvedAt ?? draftedAt }, index + 1),
  );
  const items = ids.length > 0 ? await deps.table.getMany(ids.map(noticeKey)) : [];
  return {
    ...{ planId, kind, state, words, at, draftedBy, draftedAt },
    ...(approvedBy !== undefined && { approvedBy, approvedAt }),
    hash: hashOfPlan(plan),
    ...noticeFor(made.texts, { kinds: [], certain: true }).inbox,
    channels: openChannels(kind, deps.noticeTemplates),
    notices: ids.map((noticeId, index) => ({
      noticeId,
      state: noticeOf(items[index])?.state ?? ('gathering' as const),
    })),
    isCounting: counting !== undefined,
    ...(count && { count }),
    ...(statement !== undefined && { statement }),
  };
}

/** Somebody else was quicker: what was read is no longer so. */
export function quicker(error: unknown): never {
  if (error instanceof ConditionFailed)
    throw new AppError('NOT_NOW', { why: '刚刚有人改动或者批准了这份计划，请重新查看后再试。' });
  throw error;
}
