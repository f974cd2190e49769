import { firstAskAtMs } from '../../lib/policy/dormancy';
import { ConditionFailed } from '../../lib/table/client';
import { keys } from '../../lib/table/keys';
import { noticeKey, noticeOf } from '../../lib/table/notice/notice';
import { recipientsOf } from '../../lib/table/notice/recipient';
import { moveWatch } from '../../lib/table/person/dormancy';
import { readPerson } from '../../lib/table/person/person';
import { watchSince } from '../../lib/table/person/watch';
import type { ProcessRef } from '../../lib/table/process/process';
import { accountNumber } from '../login/support';
import { putInto } from '../support/life';
import { createWorld, type World } from '../support/world';

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
const names = ['silent', 'comes-back', 'keeps', 'takes-back', 'restricted'] as const;
type Name = (typeof names)[number];

let world: World;
const id = {} as Record<Name, string>;
let firstDay: string;

/** What is done at the beginning of a day, and everything that follows, each message twice. */
async function day(): Promise<void> {
  for (const waitMs of [0, 2 * MINUTE_MS]) {
    world.wait(waitMs);
    await world.ok('retention/sweep', {}, { trigger: 'schedule' });
  }
  const take = async (queue: ProcessRef[], path: string) => {
    for (let message = queue.shift(); message; message = queue.shift())
      for (let time = 0; time < 2; time += 1) await world.ok(path, message, { trigger: 'queue' });
  };
  await take(world.queued, 'retention/runProcess');
  await take(world.queuedNotices, 'notify/runProcess');
}
const until = (atMs: number) => world.wait(Math.max(0, atMs - world.deps.clock.now()));
const personOf = async (name: Name) =>
  readPerson((await world.deps.table.getMany([keys.person(id[name])]))[0] as never);
/** The notices that somebody was sent, oldest first, by how many days before. */
const asked = async (name: Name) =>
  (await recipientsOf(world.deps.table, id[name], 50)).rows
    .map(({ noticeId }) => noticeId.split('-')[2])
    .reverse();
const askedAll = async () =>
  Object.fromEntries(await Promise.all(names.map(async (name) => [name, (await asked(name)).join()])));

beforeAll(async () => {
  world = await createWorld();
  for (const name of names) id[name] = await accountNumber(world, await world.signIn(name));
  const { usedOn, createdAt } = await personOf('silent');
  firstDay = usedOn ?? createdAt.slice(0, 10);
  await putInto(world.deps.table, id.restricted, 'restricted');
});

/** One story, told in order: each part goes on from where the one before it ended. */
describe('an account that nobody uses (S2)', () => {
  it('is left alone until 30 days before it has not been used for 24 calendar months', async () => {
    const [year = 0, month] = firstDay.split('-').map(Number);
    const end = new Date(firstAskAtMs(firstDay) + 30 * DAY_MS + 8 * 3_600_000);
    expect([end.getUTCFullYear(), end.getUTCMonth() + 1]).toEqual([year + 2, month]);
    until(firstAskAtMs(firstDay) - DAY_MS);
    await day();
    expect(Object.values(await askedAll()).join('')).toBe('');
  });

  it('is asked once, with the day on which it would be closed, whoever is restricted not at all', async () => {
    until(firstAskAtMs(firstDay));
    await day();
    await day();
    const all = { silent: '30', 'comes-back': '30', keeps: '30', 'takes-back': '30', restricted: '' };
    expect(await askedAll()).toEqual(all);
    const { rows } = await recipientsOf(world.deps.table, id.silent, 1);
    const [item] = await world.deps.table.getMany([noticeKey(rows[0]?.noticeId ?? '')]);
    const closes = new Date(world.deps.clock.now() + 30 * DAY_MS + 8 * 3_600_000).toISOString().slice(0, 10);
    expect(noticeOf(item)?.texts.inbox).toContain(closes);
    // Nobody has approved templates of this kind here, so the channels that need none are left.
    expect(noticeOf(item)?.channels).toEqual(['mail', 'inbox']);
    world.wait(DAY_MS);
    await day();
    expect(await askedAll()).toEqual(all);
  });

  it('is asked once more 7 days before, unless its owner has signed in', async () => {
    await world.signIn('comes-back');
    world.wait(22 * DAY_MS);
    await day();
    const both = '30,7';
    expect(await askedAll()).toEqual({
      ...{ silent: both, 'comes-back': '30', keeps: both, 'takes-back': both, restricted: '' },
    });
    const back = await personOf('comes-back');
    expect([back.dueShard, back.dueAt]).toEqual(
      Object.values(watchSince(id['comes-back'], back.usedOn ?? '')),
    );
  });

  it('is closed when nobody answers, kept by one tap, and closed for 7 days in which that is taken back (R4)', async () => {
    const keeper = await world.signIn('keeps');
    const { askedNotBefore } = await world.ok<{ askedNotBefore: string }>('rights/keep', {}, keeper);
    expect(Date.parse(askedNotBefore)).toBeGreaterThan(world.deps.clock.now() + 600 * DAY_MS);
    world.wait(7 * DAY_MS);
    await day();
    const lives = async () =>
      Object.fromEntries(
        await Promise.all(names.map(async (name) => [name, (await personOf(name)).lifeState] as const)),
      );
    const closed = { silent: 'closing', 'takes-back': 'closing' };
    const here = { 'comes-back': 'active', keeps: 'active', restricted: 'restricted' };
    expect(await lives()).toEqual({ ...here, ...closed });
    const back = await world.signIn('takes-back');
    await world.ok('rights/cancelClosing', {}, back);
    world.wait(7 * DAY_MS + MINUTE_MS);
    await day();
    await day();
    expect(await lives()).toEqual({ ...here, silent: 'erased', 'takes-back': 'active' });
    const gone = await personOf('silent');
    expect([gone.usedOn, gone.wrappedKey]).toEqual([undefined, undefined]);
    expect(gone.dueShard).toMatch(/^ENDS#/); // what is left of them ends, and nobody asks again
  });

  it('waits anew after its closing was taken back', async () => {
    const { dueShard, dueAt } = await personOf('takes-back');
    expect(dueShard).toContain('DORMANT-30');
    expect(Date.parse(dueAt ?? '')).toBeGreaterThan(world.deps.clock.now() + 600 * DAY_MS);
  });

  it('is moved by nobody who has seen it before it was used', async () => {
    const subjectId = await accountNumber(world, await world.signIn('just-in-time'));
    const look = async () =>
      readPerson((await world.deps.table.getMany([keys.person(subjectId)]))[0] as never);
    const seen = await look();
    world.wait(DAY_MS);
    await world.signIn('just-in-time');
    const late = moveWatch(seen, undefined);
    await expect(world.deps.table.write(late)).rejects.toBeInstanceOf(ConditionFailed);
    expect((await look()).dueShard).toBe(seen.dueShard);
    await world.deps.table.write(moveWatch(await look(), undefined));
    expect((await look()).dueShard).toBeUndefined();
  });
});
