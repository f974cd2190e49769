import { auditOrder, type Grade, type GradeRule, grades, type RuleSet } from './rule-sets';

/** Head-counts of natural persons. */
export type Heads = { persons: number; sensitivePersons: number; minors: number };

/** What is known of the harm. Where there are bounds, the head-counts are the upper ones: they decide while it is in doubt. */
export type Facts = Heads & {
  /** The lower bounds, where they are others. */
  atLeast?: Heads | undefined;
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
  /** The grade by the lower bounds, where it is another: only doubt makes the incident as bad as `grade`. */
  gradeAtLeast: Grade | undefined;
};

type Bounds = { atLeast: number; atMost: number };

/** The head-counts of what was computed: the upper bounds, and the lower ones where they are others (promise B2). */
export function headsBetween(bounds: Record<keyof Heads, Bounds>): Heads & { atLeast?: Heads } {
  const { persons, sensitivePersons, minors } = bounds;
  const heads = (of: keyof Bounds): Heads => ({
    persons: persons[of],
    sensitivePersons: sensitivePersons[of],
    minors: minors[of],
  });
  const isExact = Object.values(bounds).every(({ atLeast, atMost }) => atLeast === atMost);
  return { ...heads('atMost'), ...(!isExact && { atLeast: heads('atLeast') }) };
}

/**
 * The grade that the rules of the day give to what is known; the worst rule that is reached counts, by the upper bounds
 * (promise B2).
 */
export function gradeOf(rules: RuleSet, facts: Facts): Graded {
  const graded = gradeBy(rules, facts);
  const least = facts.atLeast && gradeBy(rules, { ...facts, ...facts.atLeast }).grade;
  return { ...graded, gradeAtLeast: least === graded.grade ? undefined : least };
}

function gradeBy({ grades: rules, judged }: RuleSet, facts: Facts): Omit<Graded, 'gradeAtLeast'> {
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
