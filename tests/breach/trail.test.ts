import { DAY_MS } from '../../lib/clock';
import { parseToken } from '../../lib/crypto/token';
import { beijingDay } from '../../lib/policy/working-days';
import { openIncident } from '../../lib/table/incident/change-incident';
import { incidentEntry } from '../../lib/table/incident/incident-entry';
import { readRetention } from '../../lib/table/retention/append';
import { loadServiceKeys } from '../../lib/table/service/key-store';
import { firstTrailDay } from '../../lib/trail/days';
import { readLines } from '../../lib/trail/line';
import { TrailReader } from '../../lib/trail/report';
import { createWorld, onceKey, START, type World } from '../support/world';
import { officer, responder } from './budget-rows';

let world: World;
let incidentId: string;
beforeAll(async () => {
  world = await createWorld();
  const learnedAt = new Date(START).toISOString();
  const declaration = { title: '导出接口未校验权限', learnedAt, idempotencyKey: onceKey() };
  ({ incidentId } = await world.ok<{ incidentId: string }>('breach/declare', declaration, responder));
});

const today = beijingDay(START);
const anybody = 'AAAAAAAAAAAAAAAAAAAAAA';
const signedIn = async (openid: string) => {
  const { token } = await world.cardHolder(openid);
  return { token, subjectId: parseToken(token)?.subjectId ?? '' };
};
type TurnedBack = { people: { pseudonym: string; subjectId: string }[]; strangers: string[] };
const turnBack = (pseudonyms: string[], day = today) =>
  world.ok<TurnedBack>('breach/turnBack', { incidentId, day, pseudonyms }, responder);

/** The last entry of the incident's chain, opened. */
async function lastEntry() {
  const { incident, sealer } = await openIncident(world.deps, incidentId);
  const [item] = await world.deps.table.getMany([incidentEntry.key(incidentId, incident.seq)]);
  return incidentEntry.read(item, { sealer });
}

/** What the log of some work says, with a START before each call as the platform leaves it. */
async function reportOf(work: () => Promise<unknown>) {
  const before = world.lines.length;
  const now = world.deps.clock.now();
  await work();
  const at = (ms: number) => new Date(ms).toISOString();
  const reader = new TrailReader({ from: at(now), to: at(now + 1) });
  const log = world.lines.slice(before);
  for (const line of log) {
    const { event, requestId } = JSON.parse(line);
    if (event === 'call') reader.add({ is: 'start', invocation: requestId });
  }
  for (const line of log.flatMap((text) => readLines(text))) reader.add(line);
  return reader.report();
}

it('leads from the log of a window to exactly the people whose data was opened in it, and back from a person to the log (B3)', async () => {
  const [opened, other] = [await signedIn('opened'), await signedIn('not opened')];
  const { people } = await reportOf(() => world.ok('cards/list', {}, opened));
  expect(people).toMatchObject([{ day: today, operations: ['cards/list'] }]);
  const pseudonym = String(people[0]?.person);

  const answer = await turnBack([pseudonym, pseudonym, anybody]);
  expect(answer).toEqual({ people: [{ pseudonym, subjectId: opened.subjectId }], strangers: [anybody] });

  const window = { incidentId, from: firstTrailDay(START), to: today };
  type Answer = { pseudonyms: { day: string; pseudonym: string }[] };
  const of = async (subjectId: string) =>
    (await world.ok<Answer>('breach/pseudonymsOf', { ...window, subjectId }, responder)).pseudonyms;
  const days = await of(opened.subjectId);
  // From 1 June, six calendar months ago, to today.
  expect(days).toHaveLength(184);
  expect(days[0]?.day).toBe('2026-06-01');
  expect(days.at(-1)).toEqual({ day: today, pseudonym });
  const both = [...days, ...(await of(other.subjectId))].map((one) => one.pseudonym);
  expect(new Set(both).size).toBe(both.length);
});

it('says in the incident’s chain before it answers how many were turned back, and never who (B1, S6)', async () => {
  const { subjectId, token } = await signedIn('turned back');
  const cipher = await world.deps.ring.dayCipher(today);
  const pseudonym = String(cipher?.of(subjectId));
  await turnBack([pseudonym, anybody]);
  const entry = await lastEntry();
  expect(entry).toMatchObject({ act: 'trail.read', staff: 'ling', kinds: ['log-pseudonym'] });
  expect(entry?.details).toEqual({
    ...{ way: 'turn-back', day: today, asked: 2, found: 1 },
    digest: expect.stringMatching(/^[0-9a-f]{64}$/),
  });

  await world.ok('breach/pseudonymsOf', { incidentId, subjectId, from: today, to: today }, responder);
  const second = await lastEntry();
  expect(second?.details).toEqual({ way: 'pseudonyms', from: today, to: today, days: 1 });
  expect(JSON.stringify([entry?.details, second?.details])).not.toContain(subjectId);
  // Looking at one person is in that person's own ledger as well.
  const { entries } = await world.ok<{ entries: object[] }>('consent/history', {}, { token });
  expect(entries).toContainEqual(
    expect.objectContaining({ act: 'staff.accessed', way: 'breach/pseudonymsOf' }),
  );
});

it('refuses whoever is no responder, days outside the period, strangers and what is no pseudonym, in words that name the field', async () => {
  const { subjectId } = await signedIn('asked for');
  const whole = { incidentId, day: today, pseudonyms: [anybody] };
  const fields = async (path: string, input: object, by: object = responder) => {
    const reply = await world.call(path, input, by);
    if (reply.ok) return 'OK';
    const { fields: wrong } = (reply.error.details as { fields?: { field: string }[] }) ?? {};
    return wrong?.[0]?.field ?? reply.error.code;
  };
  const day = (offset: number) =>
    beijingDay(Date.parse(`${firstTrailDay(START)}T00:00:00Z`) + offset * DAY_MS);
  expect(await fields('breach/turnBack', whole, officer)).toBe('CALLER_NOT_ALLOWED');
  expect(await fields('breach/turnBack', whole, {})).toBe('SIGN_IN_REQUIRED');
  expect(await fields('breach/turnBack', { ...whole, day: day(-1) })).toBe('day');
  expect(await fields('breach/turnBack', { ...whole, day: day(0) })).toBe('OK');
  expect(await fields('breach/turnBack', { ...whole, day: '2026-12-02' })).toBe('day');
  expect(await fields('breach/turnBack', { ...whole, day: '2026-02-30' })).toBe('day');
  expect(await fields('breach/turnBack', { ...whole, pseudonyms: ['13800138000'] })).toBe('pseudonyms.0');
  expect(await fields('breach/turnBack', { ...whole, pseudonyms: Array(1001).fill(anybody) })).toBe(
    'pseudonyms',
  );
  expect(await fields('breach/turnBack', { ...whole, incidentId: '20261201-NONE' })).toBe('NOT_FOUND');
  const of = { incidentId, subjectId, from: today, to: today };
  expect(await fields('breach/pseudonymsOf', { ...of, from: day(-1) })).toBe('from');
  expect(await fields('breach/pseudonymsOf', { ...of, from: today, to: day(3) })).toBe('to');
  expect(await fields('breach/pseudonymsOf', { ...of, subjectId: anybody })).toBe('NOT_FOUND');
});

it('destroys the keys of days when the period of the logs is over, not a day earlier, and the service goes on (S2)', async () => {
  const sweep = () => world.ok('retention/sweep', {}, { trigger: 'schedule' });
  const { subjectId } = await signedIn('long ago');
  const of = async (day: string, instance = world.instance()) =>
    (await instance.ring.dayCipher(day))?.of(subjectId);
  const known = await of(today);

  // The first of June is the last day of six calendar months, and counts to its end.
  world.wait(Date.parse('2027-06-01T23:59:59.000+08:00') - START);
  await sweep();
  expect(await of(today)).toBe(known);

  world.wait(1000);
  const running = world.instance();
  const day = firstTrailDay(world.deps.clock.now());
  const before = await of(day, running);
  await sweep();
  await sweep();
  expect((await loadServiceKeys(world.deps.table)).filter(({ name }) => name === 'trail')).toHaveLength(1);
  expect(await of(today)).toBeUndefined();
  expect(await of(day)).toBe(before);
  const { entries } = await readRetention(world.deps.table, 'service', 0, 10);
  expect(entries).toMatchObject([
    { act: 'day-key.destroyed', rule: 'log-life', details: { before: today } },
    { act: 'day-key.destroyed', rule: 'log-life', details: { before: day } },
  ]);
  await signedIn('somebody later');
});
