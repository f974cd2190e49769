import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { toEpochSeconds } from '../../lib/clock';
import type { Deps } from '../../lib/deps';
import { sweepPart } from '../../lib/process/sweep/sweep-part';
import type { Item, Table } from '../../lib/table/client';
import { mark } from '../../lib/table/hold/release';
import type { MadeItem } from '../../lib/table/item';
import { DUE_SHARDS } from '../../lib/table/keys';
import { PAGE_ITEMS } from '../../lib/table/readers/sweep';
import { create } from '../../lib/table/replace';
import { readRetention, retentionChains, verifyRetention } from '../../lib/table/retention/append';
import { moveEnd } from '../../lib/table/retention/waiting';
import { amount, inProofAlone } from '../proof/sample';
import { createWorld, type World } from '../support/world';
import { decided, ofPart } from './support';

const LONG_MS = 4 * 366 * 86_400_000;
/** What one transaction takes, and one page of a chain. */
const PAGE = 100;
/**
 * What the sweep may keep in memory of each item that is due. Its key alone takes more than a hundred, so who keeps anything of
 * all of them is far beyond; the rest is what the heap itself moves by.
 */
const MAX_BYTES_PER_ITEM = 20;
/** The heap is looked at before every tenth page: to collect it takes longer than a page. */
const PAGES_A_LOOK = 10;

setFlagsFromString('--expose-gc');
const collect: () => void = runInNewContext('gc');
let world: World;
beforeAll(async () => {
  world = await createWorld();
});

/** Items that have ended by the time that `LONG_MS` have passed, of one part or of any, and how many of them lie in each. */
async function ended(count: number, of?: number): Promise<number[]> {
  const parts = Array<number>(DUE_SHARDS).fill(0);
  for (let made = 0; made < count; made += PAGE) {
    const items = Array.from({ length: Math.min(PAGE, count - made) }, () =>
      decided(world, undefined, of === undefined ? undefined : ofPart(of)),
    );
    for (const item of items) {
      const part = Number(String(item.dueShard).slice('ENDS#'.length));
      parts[part] = (parts[part] ?? 0) + 1;
    }
    const [first, ...others] = items.map(create);
    if (first) await world.deps.table.write(first, ...others);
  }
  return parts;
}

async function sweepAll(deps: Deps) {
  const sum = { swept: 0, failed: 0 };
  for (let shard = 0; shard < DUE_SHARDS; shard += 1) {
    const { swept, failed } = await sweepPart(deps, shard, {
      pages: Number.POSITIVE_INFINITY,
      requestId: 'r',
    });
    sum.swept += swept;
    sum.failed += failed;
  }
  return sum;
}

/** What the chains tell, each of which verifies. */
async function told(): Promise<number> {
  let count = 0;
  for (const chain of retentionChains) {
    expect(await verifyRetention(world.deps, chain)).toMatchObject({ intact: true });
    for (let after = 0, more = true; more; after += PAGE) {
      const page = await readRetention(world.deps.table, chain, after, PAGE);
      for (const entry of page.entries) count += entry.count ?? 0;
      more = page.more;
    }
  }
  return count;
}

async function left(): Promise<number> {
  const entities = (await world.scan()).map(({ entity }) => (entity as { S?: string } | undefined)?.S);
  return entities.filter((name) => name === 'decided-appeal').length;
}

/** A table whose power is cut at a write, before it or when it has happened. */
function cutAt(table: Table, at: number, when: 'before' | 'after'): Table {
  let writes = 0;
  return {
    ...table,
    async write(...asked) {
      writes += 1;
      if (writes >= at && when === 'before') throw new Error('power cut');
      await table.write(...asked);
      if (writes >= at) throw new Error('power cut');
    },
  };
}

it('dies between any two writes: what is gone is told of, once, and the next run ends the rest (S2)', async () => {
  for (const when of ['before', 'after'] as const)
    for (let at = 1; at <= amount(9, 2); at += 1) {
      const before = await told();
      await ended(16);
      world.wait(LONG_MS);
      await sweepAll({ ...world.deps, table: cutAt(world.deps.table, at, when) });
      const { failed } = await sweepAll(world.deps);
      expect(failed).toBe(0);
      expect((await told()) - before).toBe(16);
    }
});

it('takes each item once when two sweep at once and others still come (S2)', async () => {
  const before = await told();
  await ended(amount(2000, 60));
  world.wait(LONG_MS);
  const live = ended(20); // not due for three years
  const both = await Promise.all([sweepAll(world.deps), sweepAll(world.instance())]);
  await live;
  expect(both.map(({ failed }) => failed)).toEqual([0, 0]);
  await sweepAll(world.deps);
  expect((await told()) - before).toBe(amount(2000, 60));
  expect(await left()).toBe(20);
});

it('reads no page more than what is due takes, asks once of a part who is being frozen, and touches nothing that is not due (S2)', async () => {
  await sweepAll(world.deps);
  const anywhere = await ended(amount(20_000, 50));
  const ofTwoPages = await ended(PAGE_ITEMS + 1, 0);
  const parts = anywhere.map((count, part) => count + (ofTwoPages[part] ?? 0));
  world.wait(LONG_MS);
  await ended(10); // not due
  let pages = 0;
  let looks = 0;
  let read = 0;
  const getMany: Table['getMany'] = (keys, ...asked) => {
    read += keys.length;
    return world.deps.table.getMany(keys, ...asked);
  };
  const query: Table['query'] = (...asked) => {
    if (JSON.stringify(asked).includes('ENDS#')) pages += 1;
    else looks += 1;
    return world.deps.table.query(...asked);
  };
  await sweepAll({ ...world.deps, table: { ...world.deps.table, query, getMany } });
  const least = parts.reduce((sum, count) => sum + Math.max(1, Math.ceil(count / PAGE_ITEMS)), 0);
  expect(pages / least).toBeLessThanOrEqual(1.05);
  expect(looks).toBeLessThanOrEqual(DUE_SHARDS);
  // The index says enough of what has nothing elsewhere: read are the heads of the chains, once each.
  expect(read).toBeLessThanOrEqual(DUE_SHARDS);
  expect(await left()).toBe(10);
});

it('takes nothing that was given longer, held or taken between the look at the index and the write (S2, S3)', async () => {
  world.wait(LONG_MS);
  await sweepAll(world.deps); // what the tests before have left
  const items = Array.from({ length: 4 }, () => decided(world, undefined, ofPart(0)));
  const [longer, held, taken, over] = items as [MadeItem, MadeItem, MadeItem, MadeItem];
  const { table } = world.deps;
  const { pk, sk } = taken;
  await table.write(create(longer), create(held), create(taken), create(over));
  world.wait(LONG_MS);
  const [, stored] = (await table.getMany(items, 'ended-too')) as [Item, Item];
  const later = toEpochSeconds(world.deps.clock.now()) + 3600;
  const query: Table['query'] = async (...asked) => {
    const page = await table.query(...asked);
    if (!JSON.stringify(asked).includes('ENDS#0')) return page;
    await table.write(moveEnd(longer, later), mark(stored, ['hold']), { Delete: { Key: { pk, sk } } });
    return page;
  };
  const before = await told();
  const all = { pages: 1, requestId: 'r' };
  await sweepPart({ ...world.deps, table: { ...table, query } }, 0, all);
  const left = await table.getMany(items, 'ended-too');
  expect(left.map((one) => one?.expiresAtSeconds)).toEqual([
    later,
    held.expiresAtSeconds,
    undefined,
    undefined,
  ]);
  // What is held is noted as ended, and its release is its end; what somebody else took is told of by them.
  expect(left.map((one) => one?.ended)).toEqual([undefined, true, undefined, undefined]);
  expect((await told()) - before).toBe(2);
});

/** By how much the one grows with each of the other: least squares. */
function slopeOf(points: readonly { x: number; y: number }[]): number {
  const mean = (of: 'x' | 'y') => points.reduce((sum, point) => sum + point[of], 0) / points.length;
  const [x, y] = [mean('x'), mean('y')];
  const sum = (of: (point: { x: number; y: number }) => number) =>
    points.reduce((all, one) => all + of(one), 0);
  return sum((one) => (one.x - x) * (one.y - y)) / sum((one) => (one.x - x) ** 2);
}

/** Sweeps so many, and answers the most that was in memory meanwhile, in bytes. */
async function mostInMemory(count: number): Promise<number> {
  await ended(count);
  world.wait(LONG_MS);
  let [most, pages] = [0, 0];
  const query: Table['query'] = async (...asked) => {
    pages += 1;
    if (pages % PAGES_A_LOOK === 1) {
      collect();
      most = Math.max(most, process.memoryUsage().heapUsed);
    }
    return world.deps.table.query(...asked);
  };
  const { swept } = await sweepAll({ ...world.deps, table: { ...world.deps.table, query } });
  expect(swept).toBeGreaterThanOrEqual(count);
  return most;
}

it('finds the slope of memory that grows by an item, and of memory that does not', () => {
  const points = (each: number) => [1_000, 20_000, 100_000].map((x) => ({ x, y: 5e7 + each * x }));
  expect(slopeOf(points(0))).toBe(0);
  expect(slopeOf(points(120))).toBeCloseTo(120);
});

inProofAlone(() => {
  it('holds two pages in memory, whatever is due: 1 000, 20 000 and 100 000 (S2)', async () => {
    // What everything takes once is there before anything is compared.
    await mostInMemory(1_000);
    const points = [];
    for (const x of [1_000, 20_000, 100_000]) points.push({ x, y: await mostInMemory(x) });
    const slope = slopeOf(points);
    console.table(points.map(({ x, y }) => ({ due: x, 'MB at most': y / 2 ** 20 })));
    console.log(`${slope.toFixed(1)} bytes for each item that is due`);
    expect(slope).toBeLessThan(MAX_BYTES_PER_ITEM);
  });
});
