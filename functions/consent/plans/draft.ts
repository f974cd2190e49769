import { DAY_MS, toInstant } from '../../../lib/clock';
import type { Deps } from '../../../lib/deps';
import { AppError, invalidInput } from '../../../lib/errors';
import type { Run } from '../../../lib/gate/operation';
import { hashOfPlan, sealOfPlan } from '../../../lib/notice/plan';
import { type PlanKind, planFlaws, planWords } from '../../../lib/notice/text/plan';
import { endsAfter } from '../../../lib/process/audience/seal';
import { type Plan, putPlan, readPlan } from '../../../lib/table/notice/plan';
import { planShown, quicker } from './show';

/** Days from the draft: a survey takes answers at least and at most so long; so long before it moves, a transfer is planned. */
const SURVEY_DAYS = { least: 1, most: 90 };
const TRANSFER_DAYS = { least: 7, most: 365 };

export type Draft = { name: string; words: Record<string, string>; at: string };

/** An officer plans an invitation to a survey (promise O3), or words it anew while nobody has approved it. @throws as `draft` */
export const draftSurvey = (deps: Deps, { caller, input }: Run<'staff', Draft>) =>
  draft(deps, 'survey', caller.staffId, input);

/** An officer plans to tell everybody that somebody else takes the service over (promise D5). @throws as `draft` */
export const draftTransfer = (deps: Deps, { caller, input }: Run<'staff', Draft>) =>
  draft(deps, 'transfer', caller.staffId, input);

/**
 * Sent twice, it answers twice the same.
 * @throws AppError INVALID_INPUT naming every word that cannot be told; NOT_NOW once it is approved
 */
async function draft(deps: Deps, kind: PlanKind, draftedBy: string, { name, words: given, at }: Draft) {
  const planId = `${kind}-${name}`;
  const words = Object.fromEntries(planWords[kind].map((word) => [word, (given[word] ?? '').trim()]));
  const flaws = planFlaws({ kind, words });
  if (flaws.length > 0) throw new AppError('INVALID_INPUT', { fields: flaws });
  const nowMs = deps.clock.now();
  const planned = { planId, kind, words, at: toInstant(Date.parse(at)) };
  const before = await readPlan(deps.table, planId);
  if (before?.draftedBy === draftedBy && hashOfPlan(before) === hashOfPlan(planned))
    return planShown(deps, before);
  demandDays(kind, Date.parse(at) - nowMs);
  if (before && before.state !== 'proposed')
    throw new AppError('NOT_NOW', { why: '这份计划已经批准或者停止，不能再改；请另用一个名称拟定。' });
  const drafted = { ...planned, draftedBy, draftedAt: toInstant(nowMs) };
  const after: Omit<Plan, 'version'> = {
    ...{ ...drafted, state: 'proposed', rounds: 0, endsAtSeconds: endsAfter(nowMs) },
    seal: await sealOfPlan(deps.ring, drafted),
  };
  await deps.table.write(putPlan(before, after)).catch(quicker);
  return planShown(deps, after);
}

function demandDays(kind: PlanKind, aheadMs: number): void {
  const { least, most } = kind === 'survey' ? SURVEY_DAYS : TRANSFER_DAYS;
  if (aheadMs >= least * DAY_MS && aheadMs <= most * DAY_MS) return;
  const field = kind === 'survey' ? 'endsAt' : 'movesAt';
  throw invalidInput(field, `应在 ${least} 天之后、${most} 天之内`);
}
