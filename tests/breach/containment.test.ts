import { branchVersionOf } from '../../lib/crypto/key-ring';
import { runProcess } from '../../lib/process/run';
import { incidentWrites, openIncident } from '../../lib/table/incident/change-incident';
import { incidentKey } from '../../lib/table/incident/incident';
import { beginProcess } from '../../lib/table/process/process';
import { cardGiver, type Holder, holder, linkTo } from '../cards/support';
import { phoneHolder, tap } from '../login/support';
import { grant } from '../support/consent';
import { startOn } from '../support/rotation';
import { createWorld, onceKey, type World } from '../support/world';
import { contain, declare, firstScope, officer, responder, type Shown, show, timeline } from './support';

const MINUTE_MS = 60_000;
let world: World;
let reader: Holder;
beforeAll(async () => {
  world = await createWorld();
  reader = await holder(world, 'reader');
});

const release = (incidentId: string, measureId: string) =>
  world.ok<Shown>('breach/release', { incidentId, measureId, words: '已查清' }, officer);
/** After a period of the policy every instance has met what is stopped. */
const allKnow = () => world.wait(MINUTE_MS);
const signedIn = async (caller: object) => (await world.refused('consent/status', {}, caller)) === 'OK';
const opens = (token: string) => world.refused('cards/open', { token }, reader);
const idsOf = (people: Holder[]) => people.map(({ subjectId }) => subjectId);
const growingOf = (incidentId: string, people: Holder[]) => firstScope(world, incidentId, idsOf(people));
const frozenOf = (incidentId: string, ...people: Holder[]) =>
  firstScope(world, incidentId, idsOf(people), 'f'.repeat(64));
const containedIn = async (caller: object) => {
  const { entries } = await world.ok<{ entries: { act: string; way?: string }[] }>(
    'consent/history',
    {},
    caller,
  );
  return entries.filter(({ act }) => act === 'incident.contained').length;
};

it('a stopped account of the staff is refused everywhere until each incident has released it, and then signs in anew (B1)', async () => {
  const [a, b] = [await declare(world), await declare(world)];
  const issued = (atMs: number) => ({ token: `staff:mallory:officer:${atMs}` });
  const may = (atMs: number) => world.refused('consent/policyProposal', {}, issued(atMs));
  expect(await may(0)).not.toBe('CALLER_NOT_ALLOWED');
  for (const { incidentId } of [a, b]) await contain(world, incidentId, 'staff', 'mallory');
  allKnow();
  expect(await may(world.deps.clock.now())).toBe('CALLER_NOT_ALLOWED');
  await release(a.incidentId, 'm1');
  allKnow();
  expect(await may(world.deps.clock.now())).toBe('CALLER_NOT_ALLOWED');
  const releasedAtMs = world.deps.clock.now();
  await release(b.incidentId, 'm1');
  allKnow();
  expect(await may(releasedAtMs)).toBe('SIGN_IN_REQUIRED');
  expect(await may(releasedAtMs + 1)).not.toMatch(/SIGN_IN|ALLOWED/);
  const own = { incidentId: a.incidentId, measure: 'staff', target: 'ling', idempotencyKey: onceKey() };
  expect(await world.refused('breach/contain', own, responder)).toBe('INVALID_INPUT');
});

it('nothing goes to a partner whose agreement is stopped, and again once it is released (B1, D1)', async () => {
  const { incidentId } = await declare(world);
  const me = await world.signIn('phone-owner');
  await grant(world, me, 'phone');
  const bind = () => world.refused('login/bindPhone', { code: tap('13800138001', 'phone-owner') }, me);
  await contain(world, incidentId, 'partner', 'wechat-phone');
  allKnow();
  expect(await bind()).toBe('PARTNER_UNAVAILABLE');
  await release(incidentId, 'm1');
  allKnow();
  expect(await bind()).toBe('OK');
  for (const target of ['cloud', 'nobody', undefined]) {
    const input = { incidentId, measure: 'partner', target, idempotencyKey: onceKey() };
    expect(await world.refused('breach/contain', input, responder)).toBe('INVALID_INPUT');
  }
});

it('all sessions of a list end, with an entry in each ledger; a repeat ends none that began since (B1)', async () => {
  const { incidentId } = await declare(world);
  const [x, y, z] = [await holder(world, 'x'), await holder(world, 'y'), await holder(world, 'z')];
  const audienceId = await frozenOf(incidentId, x, y);
  const input = { incidentId, measure: 'audience-sessions', target: audienceId, idempotencyKey: onceKey() };
  await world.ok('breach/contain', input, responder);
  const ref = world.queued.at(-1);
  if (!ref) throw new Error('nobody was asked to do it');
  world.wait(1000);
  await world.ok('breach/contain', input, responder); // the same once more is no second measure
  await world.work();
  expect(await Promise.all([x, y, z].map(signedIn))).toEqual([false, false, true]);
  const again = await world.signIn('x');
  const state = { incidentId, measureId: 'm1', audienceId, takenAtMs: world.deps.clock.now() - 1000 };
  await world.deps.table.write(beginProcess(ref, 'audience-sessions', state, world.deps.clock.now()));
  await runProcess(world.deps, ref, 'again');
  expect([await signedIn(again), await containedIn(again), await containedIn(z)]).toEqual([true, 1, 0]);
  const { measures } = await show(world, incidentId);
  expect(measures).toMatchObject([{ measureId: 'm1', count: 2, finishedAt: expect.any(String) }]);
  const told = JSON.stringify(await timeline(world, incidentId));
  for (const { subjectId } of [x, y]) expect(told).not.toMatch(subjectId);
});

it('no measure begins on a list that is not frozen, is of another incident, or is none (B1, B3)', async () => {
  const [one, other] = [await declare(world), await declare(world)];
  const person = await holder(world, 'left-alone');
  const growing = await growingOf(one.incidentId, [person]);
  const foreign = await frozenOf(other.incidentId, person);
  for (const target of [growing, foreign, `${one.incidentId}-s2`, 'policy-2', undefined])
    for (const measure of ['audience-sessions', 'audience-shares']) {
      const input = { incidentId: one.incidentId, measure, target, idempotencyKey: onceKey() };
      expect(await world.refused('breach/contain', input, responder)).toBe('INVALID_INPUT');
    }
  await world.work();
  expect(await signedIn(person)).toBe(true);
});

it('one link, all links of a person, and all links of a list are taken back (B1)', async () => {
  const { incidentId } = await declare(world);
  const giver = await cardGiver(world, 'giver');
  const [one, other] = [await linkTo(world, giver), await linkTo(world, giver)];
  await contain(world, incidentId, 'share', one.token);
  await world.work();
  expect([await opens(one.token), await opens(other.token)]).toEqual(['NOT_FOUND', 'OK']);
  world.wait(1);
  await contain(world, incidentId, 'person-shares', giver.caller.subjectId);
  await world.work();
  const newer = await linkTo(world, giver);
  expect([await opens(other.token), await opens(newer.token)]).toEqual(['NOT_FOUND', 'OK']);
  world.wait(1);
  await contain(world, incidentId, 'audience-shares', await frozenOf(incidentId, giver.caller, reader));
  await world.work();
  expect(await opens(newer.token)).toBe('NOT_FOUND');
  expect([await containedIn(giver.caller), await containedIn(reader)]).toEqual([3, 0]);
  const told = JSON.stringify(await timeline(world, incidentId));
  for (const secret of [giver.caller.subjectId, one.token]) expect(told).not.toMatch(secret);
  const refused = { incidentId, measureId: 'm1', words: '恢复' };
  expect(await world.refused('breach/release', refused, officer)).toBe('NOT_NOW');
});

it('a drill writes every measure down and stops, ends and takes back nothing (B9)', async () => {
  const { incidentId } = await declare(world, { drill: true });
  const giver = await cardGiver(world, 'drilled');
  const { token } = await linkTo(world, giver);
  const me = await phoneHolder(world, 'drilled-phone', '13800138002');
  const audience = await frozenOf(incidentId, giver.caller);
  world.queued.splice(0);
  const targets = { staff: 'wu', partner: 'wechat-phone', share: token, 'audience-sessions': audience };
  for (const [measure, target] of Object.entries(targets)) await contain(world, incidentId, measure, target);
  await contain(world, incidentId, 'keys');
  const { measures } = await release(incidentId, 'm1');
  allKnow();
  expect(world.queued).toEqual([]);
  expect(measures.map(({ onlyRecorded }) => onlyRecorded)).toEqual([true, true, true, true, true]);
  expect([await signedIn(giver.caller), await opens(token), await signedIn(me)]).toEqual([true, 'OK', true]);
  expect((await show(world, incidentId)).drill).toBe(true);
  expect(JSON.stringify(await world.scan('CONTAINMENT'))).not.toMatch(incidentId);
});

it('a rotation of keys is finished when new keys are there and in use, and incidents open under them (B1, S5)', async () => {
  const { incidentId } = await declare(world);
  await contain(world, incidentId, 'keys');
  const ref = { kind: 'incident-measure', id: `${incidentId}-m1` };
  const look = async () => {
    world.wait(MINUTE_MS);
    await runProcess(world.deps, ref, 'look');
    return (await show(world, incidentId)).measures[0]?.finishedAt !== undefined;
  };
  expect(await look()).toBe(false);
  const { version } = await startOn(world);
  expect(await look()).toBe(false);
  const part = { kind: 'rotation', id: `${version}-incidents` };
  const state = { version, settledAtMs: world.deps.clock.now(), shard: 64 };
  await world.deps.table.write(beginProcess(part, 'first', state, world.deps.clock.now()));
  const seenBefore = await openIncident(world.deps, incidentId);
  await runProcess(world.deps, part, 'rotate');
  const [item] = await world.deps.table.getMany([incidentKey(incidentId)]);
  expect(branchVersionOf(item?.wrappedKey as Uint8Array)).toBe(version);
  expect((await openIncident(world.deps, incidentId)).incident.title).toBe('导出接口未校验权限');
  const late = await incidentWrites(world.deps, seenBefore, { entry: { act: 'learned', staff: 'x' } });
  await expect(world.deps.table.write(...late.writes)).rejects.toThrow('condition');
  await world.deps.table.write({
    Delete: { Key: { pk: `PROCESS#rotation#${version}`, sk: `PROCESS#rotation#${version}` } },
  });
  expect(await look()).toBe(true);
});
