import fc from 'fast-check';
import * as z from 'zod/mini';
import { randomId, systemRandom } from '../../lib/crypto/random';
import { bytes, plain, sealed } from '../../lib/table/attribute';
import type { Item } from '../../lib/table/client';
import { declareEntity } from '../../lib/table/entity';
import { padded } from '../../lib/table/keys';
import { type ChainHead, chainOf, emptyHead } from '../../lib/table/ledger/chain';
import { ledger } from '../../lib/table/ledger/ledger';
import { ofService } from '../../lib/table/place';
import { create } from '../../lib/table/replace';
import { amount } from '../proof/sample';
import { anyValueOf } from '../support/arbitrary';
import { rawItem } from '../support/raw-item';
import { newSealer } from '../support/sealer';
import { createWorld, type World } from '../support/world';

/** Nobody has made this one: whatever is declared is chained. */
const report = declareEntity('report', {
  place: ofService('accountability', (owner, page: number) => ({
    pk: `REPORT#${owner}`,
    sk: `PAGE#${padded(page)}`,
  })),
  life: { rule: 'proof-three-years' },
  indexes: ['shard'],
  unguarded: 'made up',
  attributes: {
    page: plain('ledger-entry', z.int()),
    kind: plain('ledger-entry', z.enum(['opened', 'closed'])),
    digits: plain('ledger-entry', z.optional(z.array(z.string()))),
    count: plain('ledger-entry', z.optional(z.int())),
    mark: plain('ledger-entry', z.optional(bytes)),
    words: sealed('consent-evidence', z.optional(z.string())),
    shard: plain('ledger-entry', z.optional(z.string())),
    prev: plain('ledger-entry', bytes),
    hash: plain('ledger-entry', bytes),
  },
});
const chain = chainOf(report, 'page');

let world: World;
beforeAll(async () => {
  world = await createWorld();
});

/** A chain of these contents, as it lies in the table. */
async function made(contents: Record<string, unknown>[], owner = randomId(systemRandom)) {
  const { ring } = world.deps;
  const sealer = newSealer(owner);
  const items: Item[] = [];
  let head = emptyHead;
  for (const content of contents) {
    const next = await chain.next(ring, owner, head, content as never, sealer);
    const there = Object.entries(next.item).filter(([, value]) => value !== undefined);
    items.push(Object.fromEntries(there) as Item);
    head = next.head;
  }
  return { owner, items, head };
}

const { page: _, prev: __, hash: ___, ...free } = report.attributes;
const content = fc.record(
  Object.fromEntries(Object.entries(free).map(([name, { schema }]) => [name, anyValueOf(schema)])),
);
const contents = fc.array(content, { minLength: 2, maxLength: 5 });

/** Another value of the same attribute: changed, taken away, or of another type that reads the same. */
function alterations(value: unknown): unknown[] {
  const others: unknown[] = [undefined, 'x', 0, ['x'], { x: 1 }, new Uint8Array(32)];
  if (typeof value === 'string') others.push(`${value}x`);
  if (typeof value === 'number') others.push(value + 1, String(value));
  if (Array.isArray(value)) others.push([...value, 'x'], value.slice(1), new Set(value));
  if (value instanceof Uint8Array) {
    const base64 = Buffer.from(value).toString('base64');
    others.push(base64, value.slice(1), Buffer.from(value).fill((value[0] ?? 0) ^ 1, 0, 1));
  }
  return others.filter((other) => JSON.stringify([other]) !== JSON.stringify([value]));
}

const end = (reached: ChainHead | { brokenAt: number }, head: ChainHead) =>
  'brokenAt' in reached || !Buffer.from(reached.hash).equals(head.hash) ? 'broken' : 'whole';

describe('a chain of any entity (S9)', () => {
  it('covers every declared attribute, sealed content as it is stored, and nothing else', () => {
    const covered = ['page', 'kind', 'digits', 'count', 'mark', 'sealed', 'prev', 'form'];
    expect([...chain.covered].sort()).toEqual(covered.sort());
    expect(ledger.covered).not.toContain('touchedBy');
    expect(ledger.covered).toEqual(expect.arrayContaining(['by', 'at', 'kinds', 'act', 'sealed', 'prev']));
  });

  it('shows whatever is altered, added, taken away, swapped, given twice or cut off', async () => {
    await fc.assert(
      fc.asyncProperty(contents, fc.nat(), async (drawn, pick) => {
        const { owner, items, head } = await made(drawn);
        const follow = async (changed: (Item | undefined)[]) =>
          end(await chain.follow(world.deps.ring, owner, emptyHead, changed as Item[]), head);
        expect(await follow(items)).toBe('whole');

        const at = pick % items.length;
        const entry = items[at] as Item;
        const put = (item: Item) => items.map((one, index) => (index === at ? item : one));
        for (const name of [...chain.covered, 'hash', 'entity', 'pk', 'sk'])
          for (const value of alterations(entry[name])) {
            const { [name]: _was, ...without } = entry;
            const altered = value === undefined ? without : { ...without, [name]: value };
            expect({ name, value, found: await follow(put(altered as Item)) }).toEqual({
              name,
              value,
              found: 'broken',
            });
          }
        const other = items[(at + 1) % items.length] as Item;
        const moved = { ...other, pk: entry.pk, sk: entry.sk };
        expect(await follow(put(other))).toBe('broken');
        expect(await follow(put(moved))).toBe('broken');
        expect(await follow(put({ ...moved, page: entry.page }))).toBe('broken');
        expect(await follow([...items.slice(0, at), ...items.slice(at + 1)])).toBe('broken');
        expect(await follow([...items, items.at(-1)])).toBe('broken');
        expect(await follow([...items].reverse())).toBe('broken');
      }),
      { numRuns: amount(200, 5) },
    );
  });

  it('stays whole whatever changes beside what is covered: keys of an index, times, expiry', async () => {
    const beside = ['shard', 'createdAtSeconds', 'expiresAtSeconds', 'points', 'added'];
    await fc.assert(
      fc.asyncProperty(contents, fc.constantFrom(...beside), fc.string(), async (drawn, name, value) => {
        const { owner, items, head } = await made(drawn);
        const changed = items.map((item) => ({ ...item, [name]: value }));
        expect(end(await chain.follow(world.deps.ring, owner, emptyHead, changed), head)).toBe('whole');
        const [first] = changed as [Item];
        expect(await chain.isUnaltered(world.deps.ring, owner, first)).toBe(true);
      }),
      { numRuns: amount(200, 10) },
    );
  });

  it("gives nobody another owner's entries, nor those of another kind of chain or of another past", async () => {
    const same = [{ kind: 'opened' }, { kind: 'closed' }];
    const [mine, theirs] = [await made(same), await made(same)];
    const moved = theirs.items.map((item) => ({ ...item, pk: mine.items[0]?.pk as string }));
    expect(await chain.follow(world.deps.ring, mine.owner, emptyHead, moved)).toEqual({ brokenAt: 1 });
    // An entry that was once true at its place, before a restore say, does not lead to what came after another one.
    const [once] = (await made([{ kind: 'closed' }], mine.owner)).items as [Item];
    const mixed = [once, mine.items[1] as Item];
    expect(await chain.isUnaltered(world.deps.ring, mine.owner, once)).toBe(true);
    expect(await chain.follow(world.deps.ring, mine.owner, emptyHead, mixed)).toEqual({ brokenAt: 2 });
    const namesake = chainOf(declareEntity('letter', report.declaration as never), 'page' as never);
    const letters = mine.items.map((item) => ({ ...item, entity: 'letter' }));
    expect(await namesake.follow(world.deps.ring, mine.owner, emptyHead, letters)).toEqual({ brokenAt: 1 });
  });

  it('verifies page by page against its head, whatever lies behind it', async () => {
    const { ring, table } = world.deps;
    const { owner, items, head } = await made(Array.from({ length: 205 }, () => ({ kind: 'opened' })));
    for (const item of items) await table.write(create(rawItem(item)));
    let [trips, longest] = [0, 0];
    const watched: typeof table = {
      ...table,
      async query(...asked) {
        const page = await table.query(...asked);
        trips += 1;
        longest = Math.max(longest, page.items.length);
        return page;
      },
    };
    expect(await chain.verify(ring, watched, owner, head)).toEqual({ intact: true, entries: 205 });
    expect({ trips, longest }).toEqual({ trips: 3, longest: 100 });
    const earlier = { seq: 150, hash: items[149]?.hash as Uint8Array };
    expect(await chain.verify(ring, table, owner, earlier)).toEqual({ intact: true, entries: 150 });
    const wrong = { seq: 205, hash: new Uint8Array(32) };
    expect(await chain.verify(ring, table, owner, wrong)).toEqual({ intact: false, brokenAt: 205 });
    const longer = { seq: 206, hash: head.hash };
    expect(await chain.verify(ring, table, owner, longer)).toEqual({ intact: false, brokenAt: 206 });
    await table.write({ Delete: { Key: { pk: items[119]?.pk, sk: items[119]?.sk } } });
    expect(await chain.verify(ring, table, owner, head)).toEqual({ intact: false, brokenAt: 120 });
  });
});
