import { sweep } from '../../functions/retention/sweep';
import { DAY_MS, HOUR_MS, toInstant } from '../../lib/clock';
import { randomId, systemRandom } from '../../lib/crypto/random';
import { runProcess } from '../../lib/process/run';
import { sweepBy, sweepOf } from '../../lib/process/sweep';
import type { Item } from '../../lib/table/client';
import { type Key, keys } from '../../lib/table/keys';
import { ledgerEntry } from '../../lib/table/ledger/ledger';
import { person, putPerson } from '../../lib/table/person/person';
import { endStay } from '../../lib/table/readers/end-of-stay';
import { PAGE_ITEMS } from '../../lib/table/readers/sweep';
import { create } from '../../lib/table/replace';
import { nobodyYet } from '../support/nobody-yet';
import { createWorld, type World } from '../support/world';
import { decided, ofPart } from './support';

const LONG_MS = 4 * 366 * DAY_MS;
const PART = 3;
const night = { trigger: 'schedule' } as const;

let world: World;
beforeAll(async () => {
  world = await createWorld();
});
// What a run has asked for is done, and said, before the next one.
afterEach(async () => {
  await world.work();
  world.lines.splice(0, world.lines.length);
});

async function put(count: number): Promise<void> {
  const decidedAtMs = world.deps.clock.now();
  for (let made = 0; made < count; made += PAGE_ITEMS) {
    const some = Math.min(PAGE_ITEMS, count - made);
    const [first, ...others] = Array.from({ length: some }, () => decided(world, decidedAtMs, ofPart(PART)));
    if (first) await world.deps.table.write(create(first), ...others.map(create));
  }
}

const said = (event: string) =>
  world.lines.map((line) => JSON.parse(line)).filter((line) => line.event === event);
const rung = () => said('alarm').map(({ outcome }) => outcome);
const there = async (key: Key) => (await world.deps.table.getMany([key], 'ended-too'))[0];

describe('a backlog (S2)', () => {
  it('behind the first page is worked off by a process, a page at a time and with pauses, and each item goes once', async () => {
    await put(2 * PAGE_ITEMS + 30);
    world.wait(LONG_MS);
    expect(await world.ok('retention/sweep', {}, night)).toMatchObject({ swept: PAGE_ITEMS, finished: true });
    const visit = () => runProcess(world.deps, sweepOf(PART), 'r', { sweep: sweepBy(1) });
    expect(await visit()).toMatchObject({ outcome: 'waits' });
    expect(await visit()).toMatchObject({ outcome: 'waits' });
    world.wait(10_000);
    expect(await visit()).toEqual({ outcome: 'done', count: PAGE_ITEMS + 30 });
    expect(said('erasure').map(({ operation, count }) => ({ operation, count }))).toEqual([
      { operation: 'retention/sweep', count: PAGE_ITEMS },
      { operation: 'process/sweep', count: PAGE_ITEMS + 30 },
    ]);
    expect(await sweep(world.deps, { requestId: 'r' })).toMatchObject({ swept: 0, finished: true });
  });

  it('that an earlier run is still at rings as UNFINISHED; when it is worked off nothing rings', async () => {
    await put(3 * PAGE_ITEMS);
    world.wait(LONG_MS);
    await sweep(world.deps, { requestId: 'r' });
    expect(rung()).not.toContain('UNFINISHED');
    expect(await sweep(world.deps, { requestId: 'r' })).toMatchObject({ finished: false });
    expect(rung()).toContain('UNFINISHED');
    await world.work();
    world.wait(10_000);
    world.lines.splice(0, world.lines.length);
    expect(await sweep(world.deps, { requestId: 'r' })).toMatchObject({ swept: 0, finished: true });
    expect(rung()).toEqual([]);
  });

  it('rings as UNFINISHED when the time of a run is over before its parts are', async () => {
    let nowMs = world.deps.clock.now();
    const clock = {
      now: () => {
        nowMs += 50_000;
        return nowMs;
      },
    };
    expect(await sweep({ ...world.deps, clock }, { requestId: 'r' })).toMatchObject({ finished: false });
    expect(rung()).toContain('UNFINISHED');
  });

  it('older than three hours rings as BEHIND with its age, and a younger one does not', async () => {
    await put(1);
    world.wait(LONG_MS);
    const table = { ...world.deps.table, write: () => Promise.reject(new Error('away')) };
    const failing = (deps = world.deps) => sweep({ ...deps, table }, { requestId: 'r' });
    const age = () => said('measure').find(({ outcome }) => outcome === 'OLDEST_DUE_SECONDS')?.count;
    await failing();
    expect(rung()).toContain('BEHIND');
    expect(said('alarm').find(({ outcome }) => outcome === 'BEHIND')?.count).toBe(age());
    expect(age()).toBeGreaterThan(3 * 3600);
    // What has ended within the last hours waits as well, and that is no delay.
    await sweep(world.deps, { requestId: 'r' });
    const ends = Math.ceil(world.deps.clock.now() / HOUR_MS) * HOUR_MS;
    const young = decided(world, world.deps.clock.now(), ofPart(PART));
    const soon = { expiresAtSeconds: ends / 1000, dueAt: toInstant(ends) };
    await world.deps.table.write(create({ ...young, ...soon } as typeof young));
    world.wait(2 * HOUR_MS);
    world.lines.splice(0, world.lines.length);
    await failing();
    expect(rung()).not.toContain('BEHIND');
    expect(age()).toBeGreaterThan(0);
    expect(await sweep(world.deps, { requestId: 'r' })).toMatchObject({ swept: 1 });
  });
});

describe('what is left of a person whose account has ended (S2)', () => {
  /** Somebody whose account ended now, with so many entries that have no end of their own. */
  async function ended(entries: number): Promise<string> {
    const { table, clock } = world.deps;
    const subjectId = randomId(systemRandom);
    const at = toInstant(clock.now());
    await table.write(putPerson({ ...nobodyYet(subjectId, 'erased'), lifeStateAt: at }));
    for (let made = 0; made < entries; made += PAGE_ITEMS) {
      const [first, ...others] = Array.from({ length: Math.min(PAGE_ITEMS, entries - made) }, (_, one) =>
        create(
          ledgerEntry.make(subjectId, made + one + 1, {
            ...{ seq: made + one + 1, at, act: 'consent.granted', actor: 'self', requestId: 'r' },
            ...{ prev: systemRandom(32), hash: systemRandom(32) },
          }),
        ),
      );
      if (first) await table.write(first, ...others);
    }
    const self = (await there(keys.person(subjectId))) as Item;
    const write = endStay(self, person as never, at);
    if (write) await table.write(write);
    return subjectId;
  }

  const left = async (subjectId: string) =>
    (await world.scan(keys.person(subjectId).pk)).map(({ entity }) => (entity as { S: string }).S);

  it('goes in as many transactions as it takes, and the person last; what another law keeps has them looked at again', async () => {
    const subjectId = await ended(PAGE_ITEMS + 40);
    // Decided half a year after the end: kept for three years from then.
    const later = decided(world, world.deps.clock.now() + 183 * DAY_MS, subjectId);
    await world.deps.table.write(create(later));
    world.wait(3 * 366 * DAY_MS);
    await world.ok('retention/sweep', {}, night);
    await world.work();
    expect((await left(subjectId)).sort()).toEqual(['decided-appeal', 'person']);
    const self = await there(keys.person(subjectId));
    expect(Number(self?.expiresAtSeconds) * 1000).toBeGreaterThan(world.deps.clock.now());
    world.wait(7 * 31 * DAY_MS);
    await world.ok('retention/sweep', {}, night);
    await world.work();
    expect(await left(subjectId)).toEqual([]);
  });

  it('stays whole when its run dies between two transactions, and the next one ends the rest', async () => {
    const subjectId = await ended(PAGE_ITEMS + 40);
    world.wait(3 * 366 * DAY_MS);
    await world.ok('retention/sweep', {}, night);
    const [ref] = world.queued.filter(({ kind }) => kind === 'end-of-period');
    if (!ref) throw new Error('nothing was handed to a process of its own');
    let gone = 0;
    const write: typeof world.deps.table.write = async (...writes) => {
      if (writes.some(({ Delete }) => Delete)) gone += 1;
      if (gone > 1) throw new Error('power cut');
      await world.deps.table.write(...writes);
    };
    const table = { ...world.deps.table, write };
    await runProcess({ ...world.deps, table }, ref, 'r').catch(() => undefined);
    const half = (await left(subjectId)).length;
    expect(half).toBeLessThan(PAGE_ITEMS + 41);
    expect(await left(subjectId)).toContain('person');
    world.wait(7 * HOUR_MS);
    await world.work();
    await world.ok('retention/sweep', {}, night);
    await world.work();
    expect(await left(subjectId)).toEqual([]);
  });
});
