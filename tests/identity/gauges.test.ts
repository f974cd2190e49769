import { getDayDetail } from 'chinese-days';
import * as z from 'zod/mini';
import { thresholds } from '../../lib/policy/thresholds';
import {
  addWorkingDays,
  beijingDay,
  calendarNote,
  earliestEnd,
  endOfWorkingDays,
  knowsYear,
} from '../../lib/policy/working-days';
import { gaugeIds, gaugeWrite, readGauges, sensitiveKinds } from '../../lib/table/gauge/gauge';
import { networkName } from '../../lib/table/real-name/real-name';
import { networkAttempt } from '../../lib/table/real-name/real-name-attempt';
import { withdraw } from '../support/consent';
import { functions, onceKey, START } from '../support/world';
import { createIdentityWorld, type IdentityWorld } from './support';

let world: IdentityWorld;
beforeEach(async () => {
  world = await createIdentityWorld();
});
afterEach(() => world.stop());

const officer = { token: 'staff:olga:officer' };
type Shown = {
  persons: number;
  faceUsers: number;
  thresholds: Record<string, unknown>[];
};
const gauges = (by: object = officer) => world.ok<Shown>('identity/gauges', {}, by);
/** Counts people who are not there, as if they had come one by one. */
const pretend = (gauge: 'persons' | 'face-token', count: number) =>
  world.deps.table.write(gaugeWrite('AAAAAAAAAAAAAAAAAAAAAA', { [gauge]: count }));
const threshold = async (id: string) => (await gauges()).thresholds.find((one) => one.id === id);

describe('gauges (N7)', () => {
  it('count every natural person once, however many first sign-ins come at once', async () => {
    const people = Array.from({ length: 20 }, (_, index) => `person-${index % 10}`);
    await Promise.all(people.map((openid) => world.signIn(openid)));
    expect((await gauges()).persons).toBe(10);
  });

  it('are exact after any changes at once: verified, withdrawn and erased by several workers', async () => {
    const callers = await Promise.all(
      Array.from({ length: 6 }, (_, index) => world.person(`p-${index}`, 'real-name', 'real-name-bank')),
    );
    const citizens = await Promise.all(callers.map(() => world.citizen()));
    await Promise.all(
      callers.map((me, index) =>
        world.ok('identity/verify', { ...citizens[index], idempotencyKey: onceKey() }, me),
      ),
    );
    const counts = () => readGauges(world.deps.table);
    expect(await counts()).toMatchObject({ persons: 6, 'id-digest': 6, 'bank-result': 6 });
    await Promise.all(callers.slice(0, 3).map((me) => withdraw(world, me, 'real-name')));
    await Promise.all(callers.slice(2, 4).map((me) => withdraw(world, me, 'real-name-bank')));
    const messages = world.queued.splice(0);
    await Promise.all(
      [...messages, ...messages].map((message) =>
        world.ok('retention/runProcess', message, { trigger: 'queue' }),
      ),
    );
    const stored = await world.scan();
    const held = (entity: string) =>
      stored.filter((item) => JSON.stringify(item.entity) === `{"S":"${entity}"}`).length;
    expect(await counts()).toMatchObject({ persons: 6, 'id-digest': 2, 'bank-result': 2 });
    expect([held('person'), held('real-name'), held('bank-result')]).toEqual([6, 2, 2]);
  });

  it('count what an optional service is told where its kind is sensitive, and let it go with the service', async () => {
    const me = await world.person('me', 'service-household', 'service-tax');
    const set = (service: string, version: number) =>
      world.ok(`profile/set${service}Attributes`, { version, attributes: { householdPlace: '广州' } }, me);
    const held = async () => (await readGauges(world.deps.table))['household-attributes'];
    await set('Tax', 0);
    expect(await held()).toBe(0);
    await set('Household', 0);
    await set('Household', 1);
    expect(await held()).toBe(1);
    await withdraw(world, me, 'service-household');
    await world.work();
    expect(await held()).toBe(0);
  });

  it('do not count who has proved a 网号 alone as one whose number is held, and nothing kept is of that kind (N3)', async () => {
    const me = await world.person('me', 'real-name-network');
    const { token } = await world.control('POST', '/network-proofs', { ageBand: 'ADULT' });
    await world.ok('identity/verifyByNetworkId', { token, idempotencyKey: onceKey() }, me);
    const counted = await readGauges(world.deps.table);
    expect([counted['id-digest'], counted['network-id-digest']]).toEqual([0, 1]);
    for (const { attributes } of [networkName, networkAttempt])
      expect(Object.values(attributes).flatMap(({ kinds }) => kinds as readonly string[])).not.toContain(
        'id-digest',
      );
  });

  it('cover every sensitive kind of the registry', () => {
    expect(sensitiveKinds).toEqual(
      expect.arrayContaining(['id-digest', 'bank-result', 'face-token', 'age-band', 'guardian']),
    );
    expect(gaugeIds).toEqual(['persons', ...sensitiveKinds]);
    for (const { gauge } of thresholds) expect(['sensitive', ...gaugeIds]).toContain(gauge);
  });

  it('are read without looking at any person: the same cost for ten as for none', async () => {
    await gauges();
    const cost = async () => (await world.costOf(gauges)).trips;
    const before = await cost();
    for (let index = 0; index < 10; index += 1) await world.signIn(`p-${index}`);
    expect([before, await cost()]).toEqual([1, 1]);
  });

  it('are for officers and auditors', async () => {
    expect(await world.refused('identity/gauges', {}, { token: 'staff:a:auditor' })).toBe('OK');
    for (const token of ['staff:a:support', 'staff:a:responder', (await world.signIn('me')).token])
      expect(['CALLER_NOT_ALLOWED', 'SIGN_IN_REQUIRED']).toContain(
        await world.refused('identity/gauges', {}, { token }),
      );
  });
});

describe('thresholds and their deadlines (N7, FAC-11, SEC-5, SEC-6)', () => {
  it.each([
    ['face-100000', 'face-token', 100_000],
    ['persons-1000000', 'persons', 1_000_000],
    ['persons-10000000', 'persons', 10_000_000],
  ] as const)('%s is reached with the last person and not before', async (id, gauge, count) => {
    await pretend(gauge, count - 1);
    expect(await threshold(id)).toMatchObject({ reached: false, persons: count - 1, threshold: count });
    await pretend(gauge, 1);
    expect(await threshold(id)).toMatchObject({ reached: true, reachedOn: '2026-12-01' });
  });

  it('runs from the day it was found reached, whatever happens then', async () => {
    await pretend('face-token', 100_000);
    await world.ok('identity/watchGauges', {}, { trigger: 'schedule' });
    world.wait(3 * 86_400_000);
    await pretend('face-token', -50);
    expect(await threshold('face-100000')).toMatchObject({ reached: true, reachedOn: '2026-12-01' });
    expect(world.lines.some((line) => line.includes('"event":"alarm"'))).toBe(true);
  });

  it('says that it does not know a year, and gives a day that is safe in any case', async () => {
    await pretend('persons', 1_000_000);
    const said = await threshold('persons-1000000');
    expect(said).toMatchObject({ reachedOn: '2026-12-01', safeOn: '2027-01-05' });
    expect(said?.note).toContain('2027');
    expect(said?.deadlineOn).toBeUndefined();
  });

  it('says which year may move a date in late December, and gives a day that is safe in any case', async () => {
    world.wait(Date.parse('2026-11-10T02:00:00Z') - START);
    await pretend('face-token', 100_000);
    expect(await threshold('face-100000')).toMatchObject({
      ...{ reachedOn: '2026-11-10', deadlineOn: '2026-12-22', safeOn: '2026-12-21' },
      note: expect.stringContaining('2027'),
    });
  });

  it('gives the day by the State Council’s calendar where it is known', async () => {
    world.wait(Date.parse('2026-09-01T02:00:00Z') - START);
    await pretend('face-token', 100_000);
    // 25 September is the mid-autumn holiday, 1 to 7 October the national one; 20 September and 10 October are worked.
    expect(await threshold('face-100000')).toMatchObject({
      reachedOn: '2026-09-01',
      deadlineOn: '2026-10-19',
    });
  });
});

/** Every object that a schema of an output describes, by its fields. */
function objectsIn(schema: unknown): Record<string, unknown>[] {
  if (typeof schema !== 'object' || schema === null) return [];
  const { properties } = schema as { properties?: Record<string, unknown> };
  return [...(properties ? [properties] : []), ...Object.values(schema).flatMap(objectsIn)];
}

describe('working days', () => {
  it.each([
    ['2026-11-02', 0, '2026-11-02'],
    ['2026-11-02', 1, '2026-11-03'],
    ['2026-11-06', 1, '2026-11-09'],
    ['2026-09-30', 1, '2026-10-08'],
    ['2026-10-09', 1, '2026-10-10'], // a Saturday that is worked
    ['2026-12-01', 13, '2026-12-18'],
    ['2025-12-12', 9, '2025-12-25'],
  ])('%s and %d more is %s', async (day, count, on) => {
    expect(await addWorkingDays(day, count)).toEqual({ on });
  });

  it('knows the years of the notices and no others', async () => {
    for (let year = 2000; year < 2040; year += 1)
      expect([year, knowsYear(year)]).toEqual([year, getDayDetail(`${year}-01-01`).name.includes('元旦')]);
    expect(await addWorkingDays('2026-12-30', 5)).toEqual({ unknownYear: 2027 });
    expect(await earliestEnd('2026-12-30', 5)).toBe('2027-01-04');
  });

  it.each([
    ['2026-12-18', 1, '2026-12-21', '2026-12-20'],
    ['2026-12-01', 15, '2026-12-22', '2026-12-21'],
    ['2026-12-24', 3, '2026-12-29', '2026-12-27'],
  ])(
    'say that %s and %d more is %s or as soon as %s, while the next notice may move late December',
    async (day, count, on, earliest) => {
      expect(await addWorkingDays(day, count)).toEqual({ on, mayChange: 2027 });
      expect(await earliestEnd(day, count)).toBe(earliest);
      const dueAtMs = await endOfWorkingDays(Date.parse(`${day}T01:00:00+08:00`), count);
      expect(beijingDay(dueAtMs)).toBe(earliest);
      expect(calendarNote(new Date(dueAtMs).toISOString())).toEqual({
        calendarNote: expect.stringContaining('2027'),
      });
    },
  );

  it.each(['2025-12-31T15:59:59.000Z', '2026-12-19T15:59:59.000Z'])(
    'say nothing beside a date that is certain: %s',
    (dueAt) => {
      expect(calendarNote(dueAt)).toEqual({});
    },
  );

  it('are never given out as a date without a place for what may move it', () => {
    const lacking = Object.entries(functions).flatMap(([name, operations]) =>
      Object.entries(operations).flatMap(([own, { output }]) =>
        objectsIn(z.toJSONSchema(output, { unrepresentable: 'any' }))
          .filter(({ answerBy, appealId, dueAt, sort }) => answerBy || (dueAt && (appealId || sort)))
          .filter(({ calendarNote: note }) => !note)
          .map(() => `${name}/${own}`),
      ),
    );
    expect(lacking).toEqual([]);
  });
});
