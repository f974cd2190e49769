import { unmarshall } from '@aws-sdk/util-dynamodb';
import type { Deps } from '../../lib/deps';
import type { Period } from '../../lib/policy/period';
import { periodOf, type RetentionId } from '../../lib/policy/retention';
import { beijingDay } from '../../lib/policy/working-days';
import { beginForecast, forecastBy, forecastOf } from '../../lib/process/forecast';
import { runProcess } from '../../lib/process/run';
import { declaredEntities } from '../../lib/table/readers/partition';
import { create } from '../../lib/table/replace';
import { point, somebody, switchOn } from '../location/support';
import { createWorld, START, type World } from '../support/world';
import { decided, officer } from './support';

const night = { trigger: 'schedule' } as const;
const YEAR_MS = 365 * 86_400_000;
/** Days of four years, with month ends and a 29 February. */
const moments = ['2026-11-30', '2027-02-28', '2027-08-31', '2027-12-31', '2028-02-29', '2028-02-29'].map(
  (day) => Date.parse(`${day}T23:30:00+08:00`),
);

let world: World;
beforeAll(async () => {
  world = await createWorld();
  for (const atMs of moments) await world.deps.table.write(create(decided(world, atMs)));
});

type Change = { kind: string; from: string; until: string; count: number };
type Preview = { changes: Change[]; unmoved: string[]; cursor?: string };
const preview = async (period: object): Promise<Change[]> => {
  const changes: Change[] = [];
  let cursor: string | undefined;
  do {
    const input = { rule: 'review-three-years', period, ...(cursor && { cursor }) };
    const page = await world.ok<Preview>('retention/preview', input, officer);
    changes.push(...page.changes);
    cursor = page.cursor;
  } while (cursor);
  return changes.sort((one, other) => one.until.localeCompare(other.until));
};
const ends = async () =>
  (await world.scan())
    .map((item) => unmarshall(item as Parameters<typeof unmarshall>[0]))
    .filter(({ entity }) => entity === 'decided-appeal')
    .map(({ expiresAtSeconds }) => Number(expiresAtSeconds))
    .sort();

describe('a change of a rule is seen before it acts (S4)', () => {
  it('shows how many, which kinds and when, and the later effect equals it exactly', async () => {
    const before = await ends();
    const shown = await preview({ months: 48 });
    expect(shown).toEqual([
      { kind: 'decided-appeal', from: '2029-12-01', until: '2030-12-01', count: 1 },
      { kind: 'decided-appeal', from: '2030-03-01', until: '2031-03-01', count: 1 },
      { kind: 'decided-appeal', from: '2030-09-01', until: '2031-09-01', count: 1 },
      { kind: 'decided-appeal', from: '2031-01-01', until: '2032-01-01', count: 1 },
      { kind: 'decided-appeal', from: '2031-03-01', until: '2032-03-01', count: 2 },
    ]);
    expect(await ends()).toEqual(before);

    const longer = (rule: RetentionId): Period | undefined =>
      rule === 'review-three-years' ? { months: 48 } : periodOf(rule);
    await countBy(world.deps, longer);
    const after = await ends();
    const days = after.map((seconds) => beijingDay(seconds * 1000));
    expect(days).toEqual(shown.flatMap(({ until, count }) => Array(count).fill(until)));
    expect(await preview({ months: 36 })).toMatchObject(
      shown.map(({ from, until, count }) => ({ from: until, until: from, count })),
    );
  });

  it('lets nothing be shown below the law’s minimum, nor of a rule that an event ends', async () => {
    const field = async (input: object) => {
      const reply = await world.call('retention/preview', input, officer);
      const { fields = [] } = (reply.ok ? {} : reply.error.details) as { fields?: { field: string }[] };
      return fields.map((one) => one.field);
    };
    expect(await field({ rule: 'review-three-years', period: { days: 1095 } })).toEqual(['period']);
    expect(await field({ rule: 'account-life', period: { months: 1 } })).toEqual(['rule']);
    expect(await field({ rule: 'proof-three-years', period: { months: 48 } })).toEqual(['rule']);
    expect(await world.refused('retention/preview', { rule: 'offer-life', period: { days: 1 } })).toBe(
      'SIGN_IN_REQUIRED',
    );
  });
});

it('foretells once a day what ends in 180 days, by rule and kind, and gives back what another build moved (S4)', async () => {
  const { deps } = world;
  expect(await world.ok('retention/forecast', {}, officer)).toMatchObject({ lines: [] });
  // Half a year before the first of them ends by the rules of this build.
  world.wait(Date.parse('2029-09-01T01:00:00+08:00') - START);
  // What lies in the table without backups is foretold as well.
  const me = await somebody(world);
  await switchOn(world, me);
  await world.ok('location/update', point(world), me);
  await world.ok('retention/sweep', {}, night);
  await world.work();
  type Line = { rule: string; kind: string; sum: number; weeks: number[] };
  type Seen = { countedAt: string; lines: Line[] };
  const { lines } = await world.ok<Seen>('retention/forecast', {}, officer);
  const weeks = Array(26).fill(0);
  weeks[12] = 1;
  weeks[25] = 1;
  expect(lines).toContainEqual({ rule: 'review-three-years', kind: 'decided-appeal', sum: 2, weeks });
  expect(lines).toContainEqual({
    ...{ rule: 'location-day', kind: 'location', sum: 1 },
    weeks: [1, ...Array(25).fill(0)],
  });
  const said = world.lines
    .map((line) => JSON.parse(line))
    .filter(({ outcome }) => outcome === 'ENDS_WITHIN_180_DAYS');
  expect(said).toContainEqual(
    expect.objectContaining({ event: 'measure', kinds: ['decided-appeal'], count: 2 }),
  );

  // And so it comes, to the day.
  world.wait(YEAR_MS / 2);
  await world.ok('retention/sweep', {}, night);
  expect(await ends()).toHaveLength(4);
  expect(deps.clock.now()).toBeLessThan(Date.parse('2030-09-01T00:00:00+08:00'));
});

/** The day's count of a build with other periods. */
async function countBy(deps: Deps, periods: (rule: RetentionId) => Period | undefined): Promise<void> {
  const nowMs = deps.clock.now();
  await deps.table.write(beginForecast(nowMs));
  const kinds = { forecast: forecastBy({ periods, among: declaredEntities }) };
  for (let run = 0; run < 5; run += 1) {
    const { outcome } = await runProcess(deps, forecastOf(nowMs), 'count', kinds);
    if (outcome === 'done') return;
  }
  throw new Error('the count never ended');
}
