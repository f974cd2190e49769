import { toInstant } from '../../lib/clock';
import type { Deps } from '../../lib/deps';
import { AppError, invalidInput } from '../../lib/errors';
import type { Run } from '../../lib/gate/operation';
import { isLate, isReportDuty } from '../../lib/policy/incident/duties';
import { type PlanStepId, plan } from '../../lib/policy/incident/plan';
import type { KindId } from '../../lib/policy/kinds';
import { staffRoleNames } from '../../lib/staff-roles';
import { dutiesOfIncident } from '../../lib/table/incident/change-incident';
import { act, demandOpen, isRepeat, notNow, requestOf, requestsOf } from './plan-act';
import { validTimes } from './valid-times';

/** Lines added last whose keys are remembered, to know a repeat. */
const MAX_REQUESTS_REMEMBERED = 20;

type Learn = {
  incidentId: string;
  words: string;
  happenedAt?: string | undefined;
  learnedAt?: string | undefined;
  kinds?: readonly KindId[] | undefined;
  idempotencyKey: string;
};

/** Adds a line to what is known, with when it happened and when it was learned of; to a closed incident as well (promise B1). */
export async function learn(deps: Deps, run: Run<'staff', Learn>) {
  const { incidentId: _incident, idempotencyKey, words, kinds, ...said } = run.input;
  const times = validTimes(deps.clock.now(), said);
  const request = await requestOf(deps, idempotencyKey, [words, kinds, said]);
  return act(deps, run, (incident) => {
    if (isRepeat(requestsOf(incident), request)) return undefined;
    const { happenedAt, learnedAt } = times;
    const entry = { act: 'learned', kinds, details: { words } } as const;
    const remembered = [request, ...incident.requests].slice(0, MAX_REQUESTS_REMEMBERED);
    return { entry: { ...entry, happenedAt, learnedAt }, change: { requests: remembered } };
  });
}

type Check = { incidentId: string; step: PlanStepId; words?: string | undefined };

/** Ticks a step of the plan; its owner does. A step is ticked once. @throws AppError CALLER_NOT_ALLOWED */
export async function check(deps: Deps, run: Run<'staff', Check>) {
  const { step, words } = run.input;
  const { roles } = run.caller;
  const owner = plan.find(({ id }) => id === step)?.owner;
  if (!owner || !roles.includes(owner))
    throw new AppError('CALLER_NOT_ALLOWED', owner && { why: `这一步由${staffRoleNames[owner]}勾选。` });
  return act(deps, run, (incident) => {
    if (Object.hasOwn(incident.checked, step)) return undefined;
    demandOpen(incident);
    const at = toInstant(deps.clock.now());
    const details = { step, ...(words !== undefined && { words }) };
    const entry = { act: 'step.checked', details } as const;
    return { entry, change: { checked: { ...incident.checked, [step]: at } } };
  });
}

type Fulfil = {
  incidentId: string;
  duty: string;
  doneAt: string;
  way: string;
  receiptNumber?: string | undefined;
  reason?: string | undefined;
};

/**
 * Writes down that something owed was done: when, by which way, with which receipt. What is late demands a reason (promise B2);
 * a report is fulfilled by filing it.
 * @throws AppError INVALID_INPUT naming the field
 */
export async function fulfil(deps: Deps, run: Run<'staff', Fulfil>) {
  const { duty: dutyId, way, receiptNumber, reason } = run.input;
  const { happenedAt: doneAt = '' } = validTimes(
    deps.clock.now(),
    { happenedAt: run.input.doneAt },
    'doneAt',
  );
  return act(deps, run, (incident) => {
    const duty = dutiesOfIncident(incident).find(({ id }) => id === dutyId);
    if (!duty) throw invalidInput('duty', '这起事件没有这项义务');
    if (isReportDuty(duty.id)) throw invalidInput('duty', '报告请用提交报告的操作登记');
    if (Object.hasOwn(incident.fulfilled, dutyId)) return undefined;
    demandOpen(incident);
    if (doneAt < incident.awareAt) throw invalidInput('doneAt', '早于知悉时间');
    const late = isLate(duty, Date.parse(doneAt));
    if (late && reason === undefined) throw invalidInput('reason', '已经超过期限，须写明原因');
    const said = {
      ...(receiptNumber !== undefined && { receiptNumber }),
      ...(reason !== undefined && { reason }),
    };
    const details = { duty: dutyId, name: duty.name, way, late, ...said };
    const entry = {
      act: 'duty.fulfilled',
      happenedAt: doneAt,
      details,
    } as const;
    return { entry, change: { fulfilled: { ...incident.fulfilled, [dutyId]: doneAt } } };
  });
}

type Ended = { incidentId: string; endedAt: string; words: string };

/** Handling has ended: the closing report's clock begins, once, and is never moved (promise B2). */
export async function endHandling(deps: Deps, run: Run<'staff', Ended>) {
  const { happenedAt: handledAt = '' } = validTimes(
    deps.clock.now(),
    { happenedAt: run.input.endedAt },
    'endedAt',
  );
  return act(deps, run, (incident) => {
    if (incident.handledAt === handledAt) return undefined;
    if (incident.handledAt !== undefined) throw notNow('处置结束的时间已经写明，不能再改。');
    if (handledAt < incident.awareAt) throw invalidInput('endedAt', '早于知悉时间');
    const details = { words: run.input.words };
    const entry = {
      act: 'handling.ended',
      happenedAt: handledAt,
      details,
    } as const;
    return { entry, change: { state: 'handled', handledAt } };
  });
}

type Lessons = { incidentId: string; words: string; improvements: string[] };

/** What was learned from it, and what is to be made better (办法 art. 8). Once more is a further line. */
export async function lessons(deps: Deps, run: Run<'staff', Lessons>) {
  const { words, improvements } = run.input;
  return act(deps, run, (incident) => {
    demandOpen(incident);
    if (incident.handledAt === undefined) throw notNow('处置还没有结束。');
    const details = { words, improvements };
    const entry = { act: 'lessons.recorded', details } as const;
    return { entry, change: { lessonsAt: toInstant(deps.clock.now()) } };
  });
}

/** Closes it: only when handling has ended, everything owed is done, no measure is under way and the lessons are written. */
export async function close(deps: Deps, run: Run<'staff', { incidentId: string }>) {
  return act(deps, run, (incident) => {
    if (incident.state === 'closed') return undefined;
    const { handledAt, lessonsAt, fulfilled, measures } = incident;
    const owed = dutiesOfIncident(incident).filter(({ id }) => !Object.hasOwn(fulfilled, id));
    const running = Object.entries(measures).filter(([, { finishedAt }]) => finishedAt === undefined);
    const missing = [
      ...(handledAt === undefined ? ['处置结束的时间'] : []),
      ...(incident.grade === undefined ? ['确认的等级'] : []),
      ...owed.map(({ name }) => name),
      ...running.map(([id]) => `措施 ${id} 完成`),
      ...(lessonsAt === undefined ? ['经验教训'] : []),
    ];
    if (missing.length > 0) throw notNow(`还不能结案，尚缺：${missing.join('；')}。`);
    const closedAt = toInstant(deps.clock.now());
    return {
      entry: { act: 'closed' },
      change: { state: 'closed', closedAt },
    };
  });
}
