import { isDeepStrictEqual } from 'node:util';
import type { Deps } from '../../lib/deps';
import { invalidInput } from '../../lib/errors';
import type { Run } from '../../lib/gate/operation';
import { type Facts, gradeOf } from '../../lib/policy/incident/grade';
import { type Grade, rulesOf } from '../../lib/policy/incident/rule-sets';
import type { Incident } from '../../lib/table/incident/incident';
import { headsOf, type SaidHeads } from './heads';
import { act, demandOpen } from './plan-act';
import { validTimes } from './valid-times';

type Known = SaidHeads & {
  directLossYuan?: number | undefined;
  crime: boolean;
  vulnerability: boolean;
  learnedAt?: string | undefined;
};

/**
 * What is known of the harm by now, and the grade that the rules of the day of awareness give it (promise B2): head-counts from
 * a frozen scope, or typed with a reason while there is none. Where that is another one than was confirmed, or the question without a number has to be asked again, the grade is unconfirmed again: until
 * a human confirms one the report is owed, by the clock that has run from the beginning.
 */
export async function grade(deps: Deps, run: Run<'staff', Known>) {
  const { learnedAt: learned, directLossYuan, crime, vulnerability } = run.input;
  const { learnedAt } = validTimes(deps.clock.now(), { learnedAt: learned });
  return act(deps, run, async (incident, { sealer }) => {
    const { sha256, ...heads } = await headsOf(deps, sealer, run.input);
    const facts = { ...heads, directLossYuan, crime, vulnerability };
    if (isSame(incident.facts, facts)) return undefined;
    demandOpen(incident);
    const { grade: computed, needsJudgement } = gradeOf(rulesOf(incident.rules), facts);
    const holds = incident.grade === computed && !needsJudgement;
    const { persons, sensitivePersons, minors, atLeast, scopeId, reason } = facts;
    const details = {
      ...{ persons, sensitivePersons, minors, crime, vulnerability, computed },
      ...(atLeast && {
        personsAtLeast: atLeast.persons,
        sensitivePersonsAtLeast: atLeast.sensitivePersons,
        minorsAtLeast: atLeast.minors,
      }),
      ...(scopeId !== undefined && { scope: scopeId, sha256 }),
      ...(reason !== undefined && { reason }),
      ...(directLossYuan !== undefined && { directLossYuan }),
    };
    return {
      entry: { act: 'facts.recorded', learnedAt, details },
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
  const { seriousThreat: _answer, ...others } = known;
  return isDeepStrictEqual(JSON.parse(JSON.stringify(others)), JSON.parse(JSON.stringify(facts)));
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
    const details = {
      ...{ confirmed, computed },
      ...(answer !== undefined && { seriousThreat: answer }),
      ...(reason !== undefined && { reason }),
    };
    const entry = { act: 'grade.confirmed', details } as const;
    return { entry, change: { facts, grade: confirmed } };
  });
}
