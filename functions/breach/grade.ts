import type { Deps } from '../../lib/deps';
import { invalidInput } from '../../lib/errors';
import type { Run } from '../../lib/gate/operation';
import { type Facts, gradeOf } from '../../lib/policy/incident/grade';
import { type Grade, rulesOf } from '../../lib/policy/incident/rule-sets';
import type { Incident } from '../../lib/table/incident/incident';
import { act, demandOpen } from './plan-act';
import { validTimes } from './valid-times';

type Known = {
  incidentId: string;
  persons: number;
  sensitivePersons: number;
  minors: number;
  directLossYuan?: number | undefined;
  crime: boolean;
  vulnerability: boolean;
  learnedAt?: string | undefined;
};

/**
 * What is known of the harm by now, and the grade that the rules of the day of awareness give it (promise B2). Where that is
 * another one than was confirmed, or the question without a number has to be asked again, the grade is unconfirmed again: until
 * a human confirms one the report is owed, by the clock that has run from the beginning.
 */
export async function grade(deps: Deps, run: Run<'staff', Known>) {
  const { incidentId: _incident, learnedAt: learned, ...facts } = run.input;
  for (const field of ['sensitivePersons', 'minors'] as const)
    if (facts[field] > facts.persons) throw invalidInput(field, '多于受影响的总人数');
  const { learnedAt } = validTimes(deps.clock.now(), { learnedAt: learned });
  return act(deps, run, (incident) => {
    if (isSame(incident.facts, facts)) return undefined;
    demandOpen(incident);
    const { grade: computed, needsJudgement } = gradeOf(rulesOf(incident.rules), facts);
    const holds = incident.grade === computed && !needsJudgement;
    const { staffId: staff } = run.caller;
    const { persons, sensitivePersons, minors, directLossYuan, crime, vulnerability } = facts;
    const details = {
      ...{ persons, sensitivePersons, minors, crime, vulnerability, computed },
      ...(directLossYuan !== undefined && { directLossYuan }),
    };
    return {
      entry: { act: 'facts.recorded', staff, requestId: run.requestId, learnedAt, details },
      change: {
        facts,
        minors: minors > 0,
        crime,
        vulnerability,
        ...(!holds && { grade: undefined }),
      },
    };
  });
}

/** Whether these are the facts already known, whatever was answered to the question since. */
function isSame(known: Incident['facts'], facts: Facts): boolean {
  if (!known) return false;
  const names = [
    'persons',
    'sensitivePersons',
    'minors',
    'directLossYuan',
    'crime',
    'vulnerability',
  ] as const;
  return names.every((name) => known[name] === facts[name]);
}

type Confirm = {
  incidentId: string;
  grade: Grade;
  seriousThreat?: boolean | undefined;
  reason?: string | undefined;
};

/**
 * A human confirms the grade: the question without a number answered where no number reaches the grade that it gives, and
 * another grade than the rules compute only with a reason (promise B2).
 * @throws AppError INVALID_INPUT naming the field
 */
export async function confirmGrade(deps: Deps, run: Run<'staff', Confirm>) {
  const { grade: confirmed, seriousThreat, reason } = run.input;
  return act(deps, run, (incident) => {
    if (!incident.facts) throw invalidInput('grade', '请先登记受影响的人数等事实');
    const { seriousThreat: before, ...others } = incident.facts;
    const answer = seriousThreat ?? before;
    const facts = { ...others, ...(answer !== undefined && { seriousThreat: answer }) };
    if (incident.grade === confirmed && answer === before) return undefined;
    demandOpen(incident);
    const { grade: computed, needsJudgement } = gradeOf(rulesOf(incident.rules), facts);
    if (needsJudgement) throw invalidInput('seriousThreat', '没有达到人数标准时，须由人判断后回答');
    if (confirmed !== computed && reason === undefined)
      throw invalidInput('reason', '与按规则算出的等级不同，须写明理由');
    const { staffId: staff } = run.caller;
    const details = {
      ...{ confirmed, computed },
      ...(answer !== undefined && { seriousThreat: answer }),
      ...(reason !== undefined && { reason }),
    };
    const entry = { act: 'grade.confirmed', staff, requestId: run.requestId, details } as const;
    return { entry, change: { facts, grade: confirmed } };
  });
}
