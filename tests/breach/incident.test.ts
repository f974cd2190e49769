import { beijingDay } from '../../lib/policy/working-days';
import { runProcess } from '../../lib/process/run';
import { incidentWrites, openIncident } from '../../lib/table/incident/change-incident';
import { incidentPartition } from '../../lib/table/incident/incident-entry';
import { createWorld, onceKey, type World } from '../support/world';
import { declare, dutyOf, nowOf, officer, responder, type Shown, show, timeline } from './support';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const REPORT = 'initial-report:provincial-cyberspace';

let world: World;
beforeAll(async () => {
  world = await createWorld();
});

const ok = (operation: string, input: object, by: object = officer) =>
  world.ok<Shown>(`breach/${operation}`, input, by);
const refusal = async (operation: string, input: object, by: object = officer) => {
  const reply = await world.call(`breach/${operation}`, input, by);
  return reply.ok ? 'OK' : [reply.error.code, JSON.stringify(reply.error.details ?? {})].join(' ');
};
const harm = { persons: 10, sensitivePersons: 3, minors: 0, reason: '按接口日志估算' };
/** The clock of an incident, as the timer would run it. */
const ring = (incidentId: string) =>
  runProcess(world.deps, { kind: 'incident-clock', id: incidentId }, 'the-timer');

it('one call declares: awareness is locked, the plan with its owners and the clocks run, a repeat changes nothing (B1)', async () => {
  const input = { title: '日志外传', learnedAt: nowOf(world, -HOUR_MS), idempotencyKey: onceKey() };
  const shown = await ok('declare', input, responder);
  expect(await ok('declare', input, responder)).toEqual(shown);
  expect(await refusal('declare', { ...input, title: '别的' }, responder)).toMatch('IDEMPOTENCY_CONFLICT');
  expect(shown).toMatchObject({ state: 'open', awareAt: input.learnedAt, entries: 1 });
  expect(shown.plan.map(({ owner }) => owner)).toContain('officer');
  expect(dutyOf(shown, REPORT)).toMatchObject({ state: 'pending', dueAt: nowOf(world, 3 * HOUR_MS) });
  const opened = await openIncident(world.deps, shown.incidentId);
  const moved = { ...opened, incident: { ...opened.incident, awareAt: nowOf(world) } };
  const { writes } = await incidentWrites(world.deps, moved, { entry: { act: 'learned', staff: 'x' } });
  await expect(world.deps.table.write(...writes)).rejects.toThrow('condition');
});

it('what was declared is stored sealed, and no other incident’s key opens it (B1)', async () => {
  const [a, b] = [await declare(world, { summary: '某接口泄露' }), await declare(world)];
  const raw = JSON.stringify(await world.scan(incidentPartition(a.incidentId)));
  expect(raw).not.toMatch(/导出接口|某接口/);
  const { trail } = world.deps;
  const { wrappedKey } = (await openIncident(world.deps, a.incidentId)).incident;
  await expect(trail.dataKey(b.incidentId, wrappedKey)).rejects.toThrow();
});

it('lines are told by when they happened or were learned of, and an altered one breaks the chain (B1)', async () => {
  const { incidentId } = await declare(world);
  const learn = {
    incidentId,
    words: '十天前已有异常抓取',
    happenedAt: nowOf(world, -240 * HOUR_MS),
    idempotencyKey: onceKey(),
  };
  world.wait(MINUTE_MS);
  await ok('learn', learn, responder);
  expect((await ok('learn', learn, responder)).entries).toBe(2);
  expect(await refusal('learn', { ...learn, words: '别的' }, responder)).toMatch('IDEMPOTENCY_CONFLICT');
  const acts = async (by: string) =>
    (await timeline(world, incidentId, { by })).entries.map(({ act }) => act);
  expect(await acts('happened')).toEqual(['learned', 'declared']);
  expect(await acts('learned')).toEqual(['declared', 'learned']);
  expect(await timeline(world, incidentId, { after: 1 })).toMatchObject({ isWhole: true });
  const Key = { pk: incidentPartition(incidentId), sk: 'ENTRY#000000000002' };
  await world.deps.table.update({
    Key,
    UpdateExpression: 'SET learnedAt = :earlier',
    ExpressionAttributeValues: { ':earlier': nowOf(world, -HOUR_MS) },
  });
  expect(await timeline(world, incidentId)).toMatchObject({ isWhole: false });
});

it('times that cannot be are refused by the name of their field, and nothing is written (B1)', async () => {
  const { incidentId } = await declare(world);
  const learn = (times: object) =>
    refusal('learn', { incidentId, words: 'x', idempotencyKey: onceKey(), ...times }, responder);
  expect(await learn({ happenedAt: nowOf(world, 1) })).toMatch('happenedAt');
  expect(await learn({ happenedAt: nowOf(world, -1), learnedAt: nowOf(world, -2) })).toMatch('learnedAt');
  expect(await learn({ learnedAt: '2020-04-02T15:59:59Z' })).toMatch('learnedAt');
  const window = { happenedAt: nowOf(world, -10), happenedUntil: nowOf(world, -20) };
  const declaration = { title: 'x', learnedAt: nowOf(world), idempotencyKey: onceKey(), ...window };
  expect(await refusal('declare', declaration, responder)).toMatch('happenedUntil');
  expect((await show(world, incidentId)).entries).toBe(1);
});

it('only the owner ticks a step, the staff of other roles sees nothing, and strangers neither (B1)', async () => {
  const { incidentId } = await declare(world);
  expect(await refusal('check', { incidentId, step: 'grade' }, responder)).toMatch('CALLER_NOT_ALLOWED');
  await ok('check', { incidentId, step: 'assemble' }, responder);
  const { entries, plan } = await ok('check', { incidentId, step: 'assemble' }, responder);
  expect(entries).toBe(2);
  expect(plan.find(({ step }) => step === 'assemble')?.checkedAt).toBe(nowOf(world));
  expect(await refusal('show', { incidentId }, { token: 'staff:mei:support' })).toMatch('CALLER_NOT_ALLOWED');
  expect(await refusal('show', { incidentId: '20261127-ZZZZ' })).toMatch('NOT_FOUND');
});

it('a grade is computed, confirmed by a human who answers the question, and asked again when facts come (B2)', async () => {
  const { incidentId } = await declare(world);
  expect(await refusal('confirmGrade', { incidentId, grade: 'IV' })).toMatch('grade');
  const computed = await ok('grade', { incidentId, ...harm }, responder);
  expect(computed.computed).toMatchObject({ grade: 'IV', needsJudgement: true });
  expect(await refusal('confirmGrade', { incidentId, grade: 'IV' })).toMatch('seriousThreat');
  const yes = { incidentId, grade: 'IV', seriousThreat: true };
  expect(await refusal('confirmGrade', yes)).toMatch('reason');
  const few = await ok('confirmGrade', { ...yes, seriousThreat: false });
  expect([few.grade, dutyOf(few, REPORT)]).toEqual(['IV', undefined]);
  world.wait(MINUTE_MS);
  const many = await ok('grade', { incidentId, ...harm, persons: 1_000_000, minors: 2 }, responder);
  expect(many).toMatchObject({ computed: { grade: 'III', needsJudgement: false } });
  expect(many.grade).toBeUndefined();
  const confirmed = await ok('confirmGrade', { incidentId, grade: 'III' });
  const dueAt = new Date(Date.parse(confirmed.awareAt) + 4 * HOUR_MS).toISOString();
  expect(dutyOf(confirmed, REPORT)?.dueAt).toBe(dueAt);
  expect(dutyOf(confirmed, 'tell-minors-authority')?.state).toBe('pending');
  expect(await refusal('grade', { incidentId, ...harm, minors: 11 })).toMatch('minors');
  expect(await refusal('grade', { incidentId, ...harm, reason: undefined })).toMatch('reason');
  expect(await refusal('grade', { incidentId, ...harm, minors: undefined })).toMatch('minors');
});

it('what is done late demands a reason, to the millisecond (B2)', async () => {
  const { incidentId } = await declare(world);
  await ok('grade', { incidentId, ...harm, vulnerability: true }, responder);
  world.wait(24 * HOUR_MS + 1);
  const duty = { incidentId, duty: 'tell-vulnerability', way: '电话 12387' };
  expect(dutyOf(await show(world, incidentId), duty.duty)?.state).toBe('overdue');
  expect(await refusal('fulfil', { ...duty, doneAt: nowOf(world) })).toMatch('reason');
  expect(await refusal('fulfil', { ...duty, doneAt: nowOf(world, -25 * HOUR_MS) })).toMatch('doneAt');
  const done = await ok('fulfil', { ...duty, doneAt: nowOf(world), reason: '夜间联系不上' });
  expect(dutyOf(done, duty.duty)?.state).toBe('fulfilled-late');
  expect((await ok('fulfil', { ...duty, doneAt: nowOf(world, -1) })).entries).toBe(done.entries);
});

it('deadlines are called to mind in the chain, each once, and ring; a drill wakes nobody (B1, B2, B9)', async () => {
  const [real, drill] = [await declare(world), await declare(world, { drill: true })];
  const alarms = () => world.lines.filter((line) => line.includes('"alarm"')).length;
  const reminded = async (id: string) =>
    (await timeline(world, id)).entries.filter(({ act }) => act === 'clock.reminded').length;
  const before = alarms();
  for (const [wait, count] of [
    [2 * HOUR_MS - 1, 0],
    [1, 1],
    [2 * HOUR_MS, 2],
    [1, 3],
  ] as const) {
    world.wait(wait);
    for (const { incidentId } of [real, drill]) {
      await ring(incidentId);
      await ring(incidentId);
      expect(await reminded(incidentId)).toBe(count);
    }
    expect(alarms() - before).toBe(count);
  }
});

it('an incident is closed when all that is owed is done, and its end moves no clock twice (B2)', async () => {
  const { incidentId } = await declare(world);
  const missing = await refusal('close', { incidentId });
  for (const what of ['处置结束', '等级', '告知受影响的个人', '教训']) expect(missing).toMatch(what);
  await ok('grade', { incidentId, ...harm }, responder);
  await ok('confirmGrade', { incidentId, grade: 'IV', seriousThreat: false });
  expect(await refusal('lessons', { incidentId, words: 'x', improvements: ['y'] })).toMatch('NOT_NOW');
  const end = { incidentId, endedAt: nowOf(world), words: '已修复' };
  await ok('endHandling', end);
  world.wait(MINUTE_MS);
  expect(await refusal('endHandling', { ...end, endedAt: nowOf(world) })).toMatch('NOT_NOW');
  const { duties } = await ok('lessons', { incidentId, words: '须越权测试', improvements: ['加测试'] });
  for (const { id } of duties)
    await ok('fulfil', { incidentId, duty: id, doneAt: nowOf(world), way: '邮件' });
  expect((await ok('close', { incidentId })).state).toBe('closed');
  expect(await refusal('check', { incidentId, step: 'assemble' }, responder)).toMatch('NOT_NOW');
  const { incidents } = await world.ok<{ incidents: Shown[] }>('breach/list', {}, officer);
  expect(incidents.map((one) => one.incidentId)).not.toContain(incidentId);
});

it('three years after its handling ended an incident is gone, with its chain and its key (S2)', async () => {
  const { incidentId } = await declare(world);
  const opened = await openIncident(world.deps, incidentId);
  const at = nowOf(world);
  const change = { state: 'closed', handledAt: at, closedAt: at } as const;
  const { writes } = await incidentWrites(world.deps, opened, {
    entry: { act: 'closed', staff: 'x' },
    change,
  });
  await world.deps.table.write(...writes);
  // Of three years by the calendar the last day counts to its end, in Beijing.
  const day = beijingDay(Date.parse(at));
  const endsAtMs = Date.parse(`${Number(day.slice(0, 4)) + 3}${day.slice(4)}T24:00:00+08:00`);
  world.wait(endsAtMs - Date.parse(at) - 1);
  await ring(incidentId);
  expect(await world.scan(incidentPartition(incidentId))).toHaveLength(3);
  world.wait(1);
  await ring(incidentId);
  expect(await world.scan(incidentPartition(incidentId))).toEqual([]);
});
