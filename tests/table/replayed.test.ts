import fc from 'fast-check';
import { MINUTE_MS, secondOf } from '../../lib/clock';
import type { Deps } from '../../lib/deps';
import type { Change } from '../../lib/partner/changes';
import { runProcess } from '../../lib/process/run';
import { beginWatch } from '../../lib/process/watch';
import type { Attributes } from '../../lib/table/attribute';
import { bindAll, checksumsIn, isGuarded, secondIn } from '../../lib/table/bound';
import { LONGEST_ON_THE_WAY_MS, putBackBy } from '../../lib/table/changes/put-back';
import type { Item } from '../../lib/table/client';
import { ITEM_ENDS, readItemEnds } from '../../lib/table/ends/item-end';
import { entities } from '../../lib/table/entities';
import { textOf } from '../../lib/table/keys';
import { digestOf } from '../../lib/table/retention/append';
import { retentionChain, retentionEntry } from '../../lib/table/retention/retention-entry';
import { cardGiver, linkTo } from '../cards/support';
import { rawTable } from '../consent/support';
import { agreeingPartners } from '../identity/agreeing-partners';
import { wholeJourney } from '../judge/journey';
import { phoneHolder } from '../login/support';
import { inProofAlone, some } from '../proof/sample';
import { anyValueOfAttributes } from '../support/arbitrary';
import { grant, withdraw } from '../support/consent';
import { newSealer } from '../support/sealer';
import { createWorld, START, type World } from '../support/world';
import { type Any, inTime } from './whole-life';

const guarded = (Object.values(entities) as unknown as Any[]).filter(({ name }) => isGuarded(name));
const sealer = newSealer('AAAAAAAAAAAAAAAAAAAAAA');
/** An id for whatever kind of id an entity has. */
const anId = Object.assign(Object('one'), { shareId: 'one', viewerId: 'one', shard: 1 }) as never;

describe('a change shows by itself that it has put back what was once true (K6, S9)', () => {
  const checksum = (text: string) => Buffer.alloc(12, text.length);
  /** An item as the service writes it at a moment. */
  function writtenAt(entity: Any, atMs: number): Item {
    const [value] = fc.sample(anyValueOfAttributes(entity.attributes as Attributes), 1) as [
      Record<string, unknown>,
    ];
    const made = entity.make('AAAAAAAAAAAAAAAAAAAAAA', anId, inTime(entity, value) as never, {
      sealer,
      points: [],
    });
    return bindAll(made, made, checksum, secondOf(atMs)) as Item;
  }

  it.each(guarded.map((entity) => [entity.name, entity] as const))(
    '%s: an earlier version, a deleted one and one long withheld are seen; what the service writes is not',
    (_name, entity) => {
      const [earlier, later] = [writtenAt(entity, START), writtenAt(entity, START + MINUTE_MS)];
      // Whoever has nothing bound in them yet, a person without sessions, say, opens nothing.
      if (checksumsIn(earlier).size === 0 || checksumsIn(later).size === 0) return;
      const lateMs = START + MINUTE_MS + LONGEST_ON_THE_WAY_MS;
      const seen = (before: Item | undefined, after: Item | undefined, atMs: number) =>
        putBackBy({ before, after, atMs }) !== undefined;
      // What grows besides is tried below.
      const rest = { ledgerSeq: 7, shareEpoch: 7, entryEpoch: 7, latest: 7, seq: 7 };
      const [one, two] = [
        { ...earlier, ...rest },
        { ...later, ...rest },
      ];
      expect(seen(undefined, one, START)).toBe(false);
      expect(seen(one, two, START + MINUTE_MS)).toBe(false);
      expect(seen(two, { ...two, uses: 1 }, lateMs + MINUTE_MS)).toBe(false);
      expect(seen(two, undefined, lateMs)).toBe(false);
      expect(seen(two, one, START + MINUTE_MS)).toBe(true);
      expect(seen(undefined, one, lateMs)).toBe(true);
      expect(seen(undefined, two, lateMs + 1000)).toBe(true);
    },
  );

  it('a number that only grows has fallen: a chain ends earlier, or links live again that were all revoked', () => {
    const person = { pk: 'P#a', sk: 'PERSON', entity: 'person', ledgerSeq: 5, shareEpoch: 2 };
    const change = (after: object) =>
      putBackBy({ atMs: START, before: person, after: { ...person, ...after } });
    expect(change({ ledgerSeq: 6 })).toBeUndefined();
    expect(change({ ledgerSeq: 4 })).toMatchObject({ how: 'lower' });
    expect(change({ shareEpoch: 1 })).toMatchObject({ how: 'lower' });
    expect(change({ shareEpoch: undefined, lifeState: 'erased' })).toBeUndefined();
  });
});

it('nothing that anybody writes into the table keeps the look at it from going on (S9)', async () => {
  const world = await createWorld({ stream: true });
  const deps = asItComes(world);
  world.wait(MINUTE_MS);
  await world.cardHolder('somebody');
  const [raw, TableName] = [rawTable(world), world.config.TABLE_NAME];
  const strange = [
    undefined,
    null,
    2 ** 53 - 1,
    -1.5,
    'x'.repeat(2000),
    [],
    {},
    { a: null },
    { a: { mac: 1 } },
  ];
  const bytes = [new Uint8Array(0), new Uint8Array(3), new Uint8Array(40)];
  for (const entity of [
    'person',
    'openid-pointer',
    'retention-head',
    'policy-book',
    'service-process',
    'no such',
  ])
    for (const value of [...strange, ...bytes]) {
      const names = ['mac', 'sessions', 'consentsMac', 'ledgerSeq', 'ledgerHash', 'seq', 'hash', 'subjectId'];
      const all = Object.fromEntries(names.map((name) => [name, value]));
      const Item = { pk: `P#${'y'.repeat(1000)}`, sk: 'PERSON', ...(value !== undefined && all), entity };
      await raw.put({ TableName, Item });
    }
  await lookedAt(world, deps, 0);
  expect(world.lines.filter((line) => line.includes('"event":"fault"'))).toEqual([]);
  expect(world.vault.size).toBeGreaterThan(0);
});

/**
 * DynamoDB Local stamps by the machine's clock: here a change comes when it is looked at, by the world's; but for the rows of the look
 * itself, whose last ones are written behind it, and which come when they were bound.
 */
const asItComes = ({ deps }: World): Deps => ({
  ...deps,
  changes: {
    ...deps.changes,
    async page(part, after) {
      const page = await deps.changes.page(part, after);
      const comesAtMs = ({ after }: Change) =>
        after?.kind === 'watch'
          ? Math.max(0, ...[...checksumsIn(after).values()].map((mac) => secondIn(mac) * 1000))
          : deps.clock.now();
      return { ...page, changes: page.changes.map((one) => ({ ...one, atMs: comesAtMs(one) })) };
    },
  },
});

/** Everything that has ever been changed. */
async function everyChange({ changes }: Deps): Promise<Change[]> {
  const found: Change[] = [];
  for (const part of await changes.parts())
    for (let after: string | undefined, more = true; more; ) {
      const page = await changes.page(part, after);
      found.push(...page.changes);
      after = page.last;
      more = after !== undefined;
    }
  return found;
}

/** Until the look at what is new is due again. */
const untilDue = (world: World) => world.wait(21 * MINUTE_MS);

/** What the service has written itself and would be named, by the youngest checksum that had come before. */
function mistaken(changes: readonly Change[]): unknown[] {
  let nowMs = 0;
  return changes.flatMap((change) => {
    for (const mac of checksumsIn(change.after).values()) nowMs = Math.max(nowMs, secondIn(mac) * 1000);
    const named = putBackBy({ ...change, atMs: nowMs });
    return named ? [{ how: named.how, entity: named.item.entity }] : [];
  });
}

/** The look at what is new, as the queue takes it up. Answers what was named by it. */
async function lookedAt(world: World, deps: Deps, afterSeq: number) {
  await beginWatch(deps);
  const parts = await deps.changes.parts();
  for (const id of parts)
    for (let outcome = 'goes-on'; outcome === 'goes-on'; )
      ({ outcome } = await runProcess(deps, { kind: 'watch', id }, 'looking'));
  world.queued.splice(0);
  const { items } = await retentionChain.page(deps.table, 'put-back', afterSeq, 1000);
  return items.map((item) => retentionEntry.read(item));
}

/** Puts each earlier version of what opens a door, and each that was deleted, back by itself, and expects it named. */
async function expectNamed(world: World, sample: number) {
  const deps = asItComes(world);
  const raw = rawTable(world);
  const TableName = world.config.TABLE_NAME;
  untilDue(world);
  let seq = (await lookedAt(world, deps, 0)).length;
  const before = (await everyChange(deps)).flatMap((change) => change.before ?? []);
  // Not the rows of the look itself: here they come when they were bound (asItComes).
  const earlier = before.filter(({ entity, kind }) => isGuarded(entity) && kind !== 'watch');
  const keys = [...new Map(earlier.map(({ pk, sk }) => [textOf({ pk, sk }), { pk, sk }])).values()];
  const now = new Map(
    (await deps.table.getMany(keys, 'ended-too')).map((item, at) => [textOf(keys[at] as never), item]),
  );
  const macs = (item: Item | undefined) =>
    [...checksumsIn(item)].map(([at, mac]) => `${at} ${Buffer.from(mac).toString('hex')}`);
  const opens = (item: Item) => {
    const current = now.get(textOf(item));
    const known = new Set(macs(current));
    const isLower = Number(item.ledgerSeq ?? 0) < Number(current?.ledgerSeq ?? 0);
    return isLower || macs(item).some((one) => !known.has(one));
  };
  const distinct = [
    ...new Map(earlier.filter(opens).map((item) => [`${textOf(item)} ${macs(item)}`, item])).values(),
  ];
  for (const item of some(distinct, Math.min(sample, distinct.length))) {
    const Key = { pk: item.pk, sk: item.sk };
    untilDue(world);
    const { Item: lies } = await raw.get({ TableName, Key });
    await raw.put({ TableName, Item: item });
    const named = await lookedAt(world, deps, seq);
    const digest = await digestOf(deps.ring, [item]);
    const mine = named.find((entry) => entry?.digest && Buffer.from(entry.digest).equals(digest));
    expect({ [`${item.entity}`]: mine?.kind }).toEqual({ [`${item.entity}`]: item.entity });
    if (lies) await raw.put({ TableName, Item: lies });
    else await raw.delete({ TableName, Key });
    untilDue(world);
    seq += named.length + (await lookedAt(world, deps, seq + named.length)).length;
  }
  return { kinds: new Set(distinct.map(({ entity }) => entity)), versions: distinct.length };
}

it('what was ended or replaced and is put back by whoever can write the table is named, with whose it is (K6, S9)', async () => {
  const world = await createWorld({ stream: true });
  const deps = asItComes(world);
  const alarms = () => world.lines.filter((line) => line.includes('PUT_BACK'));
  world.wait(MINUTE_MS);
  const owner = await cardGiver(world, 'owner');
  const { caller: me } = owner;
  expect(await lookedAt(world, deps, 0)).toEqual([]);
  const acts: (() => Promise<unknown>)[] = [
    async () => world.ok('cards/revoke', { shareId: (await linkTo(world, owner)).shareId }, me),
    () =>
      world.ok('cards/setVisibility', { cardId: owner.cardId, version: 2, visibility: { name: 'link' } }, me),
    async () => world.ok('login/signOut', {}, await world.signIn('owner')),
    () => grant(world, me, 'profile'),
    () => withdraw(world, me, 'profile'),
    () => phoneHolder(world, 'other', '13800138000'),
  ];
  for (const act of acts) {
    untilDue(world);
    await act();
    expect(await lookedAt(world, deps, 0)).toEqual([]);
  }
  expect(alarms()).toEqual([]);
  // What they took back by that is noted outside of the table (S7).
  const notes = [...world.vault].filter(([name]) => name.startsWith(ITEM_ENDS));
  const ends = notes.flatMap(([, content]) => readItemEnds(content));
  for (const end of [
    { how: 'gone', entity: 'share' },
    { how: 'changed', entity: 'card' },
  ])
    expect(ends).toContainEqual(expect.objectContaining({ ...end, subjectId: me.subjectId }));
  const { kinds } = await expectNamed(world, 3);
  expect([...kinds]).toEqual(expect.arrayContaining(['person', 'share', 'share-pointer', 'card']));

  const { lines } = await world.ok<{ lines: { subjectId?: string; unaltered: boolean }[] }>(
    'audit/putBack',
    {},
    { token: 'staff:olga:officer' },
  );
  expect(lines.every(({ unaltered }) => unaltered)).toBe(true);
  expect(lines.map(({ subjectId }) => subjectId)).toContain(me.subjectId);
  const told = alarms().map((line) => JSON.parse(line));
  // What is nobody's, a process of the service, say, names nobody.
  expect(told.some(({ persons }) => persons.length > 0)).toBe(true);
  expect(told.every(({ persons }) => !persons.includes(me.subjectId))).toBe(true);
});

inProofAlone(() => {
  it('so is every earlier version and every deleted item of a whole life of several people', async () => {
    const world = await createWorld({ stream: true, partners: agreeingPartners });
    await wholeJourney(world);
    const all = await everyChange(world.deps);
    expect(mistaken(all)).toEqual([]);
    const { kinds, versions } = await expectNamed(world, 0);
    expect(versions).toBeGreaterThan(50);
    // Those of which nothing ends or changes in such a life have their turn above.
    expect(kinds.size).toBeGreaterThanOrEqual(15);
  });
});
