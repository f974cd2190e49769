import { dutiesOf, isLate, type Owing, remindersOf } from '../../lib/policy/incident/duties';
import { gradeOf, headsBetween } from '../../lib/policy/incident/grade';
import { measureIds, measures } from '../../lib/policy/incident/measures';
import {
  DAY_MS,
  type Grade,
  HOUR_MS,
  type OperatorType,
  operatorAt,
  ruleSets,
  rulesAt,
} from '../../lib/policy/incident/rule-sets';

const AWARE = Date.parse('2026-11-27T02:00:00.000Z');
const rules = rulesAt(AWARE);
const nothing = { persons: 0, sensitivePersons: 0, minors: 0 };
const owing = (more: Partial<Owing> = {}): Owing => ({
  ...{ operator: 'other', awareAtMs: AWARE, minors: false, crime: false, vulnerability: false },
  ...more,
});
const dueOf = (id: string, more: Partial<Owing> = {}) =>
  dutiesOf(rules, owing(more)).find((duty) => duty.id === id);

const limits: [of: 'persons' | 'directLossYuan', from: number, grade: Grade, below: Grade][] = [
  ['persons', 100_000_000, 'I', 'II'],
  ['persons', 10_000_000, 'II', 'III'],
  ['persons', 1_000_000, 'III', 'IV'],
  ['directLossYuan', 100_000_000, 'I', 'II'],
  ['directLossYuan', 20_000_000, 'II', 'III'],
  ['directLossYuan', 5_000_000, 'III', 'IV'],
];

it.each(limits)('%s of %d make the grade %s, and one fewer does not (B2)', (of, from, grade, below) => {
  const at = (value: number) => gradeOf(rules, { ...nothing, [of]: value }).grade;
  expect([at(from - 1), at(from), at(from + 1)]).toEqual([below, grade, grade]);
});

it('below a million a human is asked, and the answer alone can make it serious (B2)', () => {
  const few = { ...nothing, persons: 999_999 };
  expect(gradeOf(rules, few)).toMatchObject({ grade: 'IV', needsJudgement: true });
  expect(gradeOf(rules, { ...few, seriousThreat: true })).toMatchObject({ grade: 'III', basis: 'judgement' });
  expect(gradeOf(rules, { ...few, seriousThreat: false })).toMatchObject({
    ...{ grade: 'IV', basis: 'below', needsJudgement: false },
  });
  expect(gradeOf(rules, { ...few, persons: 1_000_000 }).needsJudgement).toBe(false);
});

const exactly = (count: number) => ({ atLeast: count, atMost: count });
const between = (atLeast: number, atMost: number, minors = exactly(0)) =>
  gradeOf(rules, {
    ...headsBetween({ persons: { atLeast, atMost }, sensitivePersons: exactly(0), minors }),
    seriousThreat: false,
  });

it.each(limits.filter(([of]) => of === 'persons'))(
  'while it is in doubt whether %s are %d the upper bound makes it %s, and the lower one is told beside it (B2)',
  (_of, from, grade, below) => {
    const said = ({ grade: one, gradeAtLeast }: ReturnType<typeof between>) => [one, gradeAtLeast];
    const told = [from - 1, from, from + 1].map((atMost) => said(between(from - 1, atMost)));
    expect(told).toEqual([[below, undefined], ...[grade, grade].map((one) => [one, below])]);
    expect([from - 1, from].map((atLeast) => said(between(atLeast, from + 1)))).toEqual([
      ...[
        [grade, below],
        [grade, undefined],
      ],
    ]);
    expect(said(between(0, from, { atLeast: 0, atMost: 1 }))).toEqual([grade, 'IV']);
  },
);

it('no human is asked where the upper bound reaches a number, and one is where it is one short (B2)', () => {
  const asked = (atMost: number) =>
    gradeOf(rules, headsBetween({ ...nobody, persons: { atLeast: 0, atMost } })).needsJudgement;
  const nobody = { persons: exactly(0), sensitivePersons: exactly(0), minors: exactly(0) };
  expect([999_999, 1_000_000, 1_000_001].map(asked)).toEqual([true, false, false]);
});

const audits: [of: 'persons' | 'sensitivePersons', from: number][] = [
  ['persons', 1_000_000],
  ['sensitivePersons', 100_000],
];

it.each(audits)(
  'an audit may be ordered where %s may be %d, by the upper bound, and no sooner (B2)',
  (of, from) => {
    const at = (atMost: number) => {
      const bounds = { persons: exactly(0), sensitivePersons: exactly(0), minors: exactly(0) };
      return gradeOf(rules, headsBetween({ ...bounds, [of]: { atLeast: 0, atMost } })).auditMayBeOrdered;
    };
    expect([from - 1, from, from + 1].map(at)).toEqual([false, true, true]);
  },
);

it('of head-counts that are exact no lower bounds are kept, and of others all three (B2)', () => {
  const heads = { persons: exactly(5), sensitivePersons: exactly(3), minors: exactly(1) };
  const upper = { persons: 5, sensitivePersons: 3, minors: 1 };
  expect(headsBetween(heads)).toEqual(upper);
  const least = { persons: 5, sensitivePersons: 3, minors: 0 };
  expect(headsBetween({ ...heads, minors: { atLeast: 0, atMost: 1 } })).toEqual({ ...upper, atLeast: least });
});

const clocks: [OperatorType, authority: string, hours: number][] = [
  ['other', 'provincial-cyberspace', 4],
  ['cii', 'protection-department', 1],
  ['cii', 'police', 1],
  ['central', 'own-cyberspace', 2],
];

it.each(clocks)(
  'an operator of the type %s tells %s within %d hours, to the second (B2)',
  (operator, to, hours) => {
    const duty = dueOf(`initial-report:${to}`, { operator });
    const dueAtMs = AWARE + hours * HOUR_MS;
    expect(duty?.period).toEqual({ fromMs: AWARE, dueAtMs });
    const late = [-1000, 0, 1, 1000].map((by) => duty && isLate(duty, dueAtMs + by));
    expect(late).toEqual([false, false, true, true]);
  },
);

it('the first report runs while no grade is confirmed, ends with a grade below, and never starts again (B2)', () => {
  const id = 'initial-report:provincial-cyberspace';
  const due = (grade?: Grade) => dueOf(id, { grade })?.period?.dueAtMs;
  expect([due(), due('IV'), due('III'), due('I')]).toEqual([
    ...[AWARE + 4 * HOUR_MS, undefined, AWARE + 4 * HOUR_MS, AWARE + 4 * HOUR_MS],
  ]);
});

it('the closing report is due thirty days after handling ended, and not before (B2)', () => {
  const id = 'closing-report:provincial-cyberspace';
  const handledAtMs = AWARE + DAY_MS;
  expect(dueOf(id)).toBeUndefined();
  expect(dueOf(id, { handledAtMs })?.period?.dueAtMs).toBe(handledAtMs + 30 * DAY_MS);
});

it('minors, a crime and a dangerous weakness bring duties of their own, the weakness within a day (B2)', () => {
  const ids = (more: Partial<Owing>) => dutiesOf(rules, owing({ grade: 'IV', ...more })).map(({ id }) => id);
  const always = ['tell-protection-authority', 'tell-persons'];
  expect(ids({})).toEqual(always);
  expect(ids({ minors: true })).toEqual([...always, 'tell-minors-authority']);
  expect(ids({ crime: true })).toEqual([...always, 'tell-police']);
  expect(dueOf('tell-vulnerability', { vulnerability: true })?.period?.dueAtMs).toBe(AWARE + DAY_MS);
});

it('an incident is held to the rules of the day in Beijing on which it was learned of (B2)', () => {
  const begins = Date.parse('2025-11-01T00:00:00.000+08:00');
  expect([begins - 1, begins].map((at) => rulesAt(at).id)).toEqual(['pipl-2021', 'measures-2025']);
  expect(operatorAt(AWARE)).toBe('other');
  const before = dutiesOf(rulesAt(begins - 1), owing({ awareAtMs: begins - 1, crime: true }));
  expect(before.map(({ id }) => id)).toEqual(['tell-protection-authority', 'tell-persons']);
});

it('every number stands beside its article, and nothing is called certain that was read in notes only (B2)', () => {
  const rows = ruleSets.flatMap((one) => [
    ...[...one.grades, ...one.others, ...Object.values(one.authorities).flat()],
    ...[one.judged, one.closing].flatMap((row) => row ?? []),
  ]);
  expect(rows.every(({ article }) => article.length > 5)).toBe(true);
  expect(rows.filter(({ certainty }) => certainty === 'secondary')).toHaveLength(11);
});

it('reminders come at their moments, those from before a clock ran never, the last when it has passed (B2)', () => {
  const period = { fromMs: AWARE, dueAtMs: AWARE + 4 * HOUR_MS };
  const at = (beforeDueMs: number) => remindersOf(period, period.dueAtMs - beforeDueMs).come;
  expect(remindersOf(period, AWARE)).toMatchObject({ before: 2, come: 2, nextAtMs: AWARE + 2 * HOUR_MS });
  expect([at(2 * HOUR_MS + 1), at(2 * HOUR_MS), at(HOUR_MS / 2), at(HOUR_MS / 6), at(0), at(-1)]).toEqual([
    ...[2, 3, 4, 5, 5, 6],
  ]);
});

it('every measure says whether there is a way back (B1)', () => {
  const back = measureIds.filter((id) => measures[id].wayBack !== null);
  expect(back).toEqual(['staff', 'partner']);
});
