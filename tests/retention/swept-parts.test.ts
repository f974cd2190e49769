import type { Deps } from '../../lib/deps';
import { sweepPart } from '../../lib/process/sweep/sweep-part';
import { slicesOf } from '../../lib/slices';
import type { Table } from '../../lib/table/client';
import { DUE_SHARDS } from '../../lib/table/keys';
import { create } from '../../lib/table/replace';
import { readRetention, retentionChains, verifyRetention } from '../../lib/table/retention/append';
import { amount, inProofAlone } from '../proof/sample';
import { createWorld, type World } from '../support/world';
import { decided } from './support';

const LONG_MS = 4 * 366 * 86_400_000;
const PAGE = 100;
let world: World;
beforeAll(async () => {
  world = await createWorld();
});

/** Items that have ended by the time that `LONG_MS` have passed, and how many of them lie in each part. */
async function ended(count: number): Promise<number[]> {
  const parts = Array<number>(DUE_SHARDS).fill(0);
  const items = Array.from({ length: count }, () => decided(world));
  for (const item of items) {
    const part = Number(String(item.dueShard).slice('ENDS#'.length));
    parts[part] = (parts[part] ?? 0) + 1;
  }
  for (const some of slicesOf(items, PAGE)) {
    const [first, ...others] = some.map(create);
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

it('reads no page more than what is due takes, and touches nothing that is not (S2)', async () => {
  await sweepAll(world.deps);
  const parts = await ended(amount(20_000, 150));
  world.wait(LONG_MS);
  await ended(10); // not due
  let pages = 0;
  const query: Table['query'] = (...asked) => {
    pages += 1;
    return world.deps.table.query(...asked);
  };
  await sweepAll({ ...world.deps, table: { ...world.deps.table, query } });
  const least = parts.reduce((sum, count) => sum + Math.max(1, Math.ceil(count / PAGE)), 0);
  expect(pages / least).toBeLessThanOrEqual(1.05);
  expect(await left()).toBe(10);
});

inProofAlone(() => {
  it('holds one page in memory, whatever is due: 1 000, 20 000 and 100 000 (S2)', async () => {
    const peaks: number[] = [];
    for (const count of [1_000, 20_000, 100_000]) {
      await ended(count);
      world.wait(LONG_MS);
      let most = 0;
      const query: Table['query'] = async (...asked) => {
        global.gc?.();
        most = Math.max(most, process.memoryUsage().heapUsed);
        return world.deps.table.query(...asked);
      };
      const { swept } = await sweepAll({ ...world.deps, table: { ...world.deps.table, query } });
      expect(swept).toBeGreaterThanOrEqual(count);
      peaks.push(most / 1024 / 1024);
    }
    const [first = 0, , last = 0] = peaks;
    // A hundred times as much takes less than one half more, and most of that is what has not been collected yet.
    expect(last).toBeLessThan(first * 1.5);
  });
});
