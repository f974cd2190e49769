import { auditOrder, type Grade, type GradeRule, grades, type RuleSet } from './rule-sets';

/** What is known of the harm. Head-counts are of natural persons; where there are bounds, the upper one is graded. */
export type Facts = {
  persons: number;
  sensitivePersons: number;
  minors: number;
  directLossYuan?: number | undefined;
  /** A human's answer to the rule that has no number; absent while nobody has answered. */
  seriousThreat?: boolean | undefined;
  /** Whether a crime is suspected. */
  crime?: boolean | undefined;
  /** Whether a weakness of ours endangers the security of the state or the public. */
  vulnerability?: boolean | undefined;
};

export type Graded = {
  grade: Grade;
  /** By what: a rule with a number, a human's judgement, or nothing that reaches a rule. */
  basis: 'number' | 'judgement' | 'below';
  rule: GradeRule | undefined;
  /** No number reaches the grade that a judgement would give, and nobody has judged yet. */
  needsJudgement: boolean;
  /** An authority may order an outside audit. */
  auditMayBeOrdered: boolean;
};

/** The grade that the rules of the day give to what is known; the worst rule that is reached counts (promise B2). */
export function gradeOf({ grades: rules, judged }: RuleSet, facts: Facts): Graded {
  const reached = rules.filter(({ of, from }) => (facts[of] ?? 0) >= from);
  const rule = reached.sort((one, other) => rank(one.grade) - rank(other.grade))[0];
  const byNumber: Grade = rule?.grade ?? 'IV';
  const below = judged !== undefined && isWorse(judged.grade, byNumber);
  const byJudgement = below && facts.seriousThreat === true;
  return {
    grade: byJudgement ? judged.grade : byNumber,
    basis: byJudgement ? 'judgement' : rule ? 'number' : 'below',
    rule: byJudgement ? undefined : rule,
    needsJudgement: below && facts.seriousThreat === undefined,
    auditMayBeOrdered:
      facts.persons >= auditOrder.persons || facts.sensitivePersons >= auditOrder.sensitivePersons,
  };
}

/** Whether one grade is worse than another. */
export function isWorse(one: Grade, than: Grade): boolean {
  return rank(one) < rank(than);
}

function rank(grade: Grade): number {
  return grades.indexOf(grade);
}
