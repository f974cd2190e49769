import * as z from 'zod/mini';
import { HOUR_MS, toEpochSeconds, toInstant } from '../../lib/clock';
import { randomId, systemRandom } from '../../lib/crypto/random';
import { type KindId, kinds } from '../../lib/policy/kinds';
import { endOfRetention } from '../../lib/policy/retention';
import { type Attributes, type Codec, digest, otherPerson, plain, sealed } from '../../lib/table/attribute';
import { entities } from '../../lib/table/entities';
import { declareEntity, type Entity } from '../../lib/table/entity';
import { type GaugeId, readGauges } from '../../lib/table/gauge/gauge';
import { type Key, SWEEP_PARTS } from '../../lib/table/keys';
import { instantMs } from '../../lib/table/life';
import { putPerson } from '../../lib/table/person/person';
import { inPerson } from '../../lib/table/place';
import { eraseSteps } from '../../lib/table/readers/erase';
import { explain } from '../../lib/table/readers/explain';
import { type Exported, exportPerson } from '../../lib/table/readers/export';
import { kindsHeld } from '../../lib/table/readers/scope';
import { endedPage } from '../../lib/table/readers/sweep';
import { create } from '../../lib/table/replace';
import type { Sealer } from '../../lib/table/sealer';
import { nobodyYet } from '../support/nobody-yet';
import { rawItem } from '../support/raw-item';
import { newSealer } from '../support/sealer';
import { START, type World } from '../support/world';

/** Nobody has made this one: it is exported, explained, in scope, counted, swept and erased all the same. */
export const madeUp = declareEntity('made-up', {
  place: inPerson('cards', ({ thingId }: { thingId: string }) => `~made-up#${thingId}`),
  life: { rule: 'card-life', until: 'expiresAtSeconds' },
  pointers: ['pointer'],
  files: { names: 'objects' },
  unguarded: 'made up',
  attributes: {
    thingId: plain('card-state', z.string()),
    friendId: otherPerson('card-exchange', null),
    mark: digest('id-digest', z.string()),
    words: sealed('card-label', z.array(z.string())),
    objects: plain('card-state', z.array(z.string())),
    expiresAtSeconds: plain('card-state', z.int()),
  },
});

export type Any = Entity<Record<string, never>, unknown>;
type Value = Record<string, unknown>;

/** Every entity of which a person has items, with the made-up one; but for what a hold has frozen, whose life tests/hold goes through. */
export const all: [string, Any][] = Object.entries({ ...entities, madeUp })
  .map(([name, entity]): [string, Any] => [name, entity as unknown as Any])
  .filter(([, { name, declaration }]) => declaration.place.owner === 'person' && name !== 'frozen-item');
const among = new Map(all.map(([, entity]) => [entity.name, entity as never]));

const LIFE_SECONDS = 1000;

/**
 * The value with an end that is still to come, by what its life counts from; and nobody at whom a hold is about to freeze
 * something, since then nothing of theirs goes (tests/hold).
 */
export function inTime(
  { declaration: { life, queue } }: Any,
  { freezing: _freezing, ...drawn }: Value,
): Value {
  if (life.until) return { ...drawn, [life.until]: toEpochSeconds(START) + LIFE_SECONDS };
  if (!life.from) return drawn;
  const now = life.from.endsWith('Ms')
    ? START
    : life.from.endsWith('Seconds')
      ? START / 1000
      : toInstant(START);
  // What waits has not reached what its period counts from.
  const waited = queue !== undefined && { dueAt: undefined };
  return { ...drawn, ...waited, [life.from]: now };
}

/** Stands for any id: what it is made of reads as text, and so does each part of it. */
function anyId(): unknown {
  const text = randomId(systemRandom);
  return new Proxy(new String(text), {
    get: (target, name) => {
      const own = Reflect.get(target, name) as unknown;
      if (typeof own === 'function') return own.bind(target);
      return typeof name === 'symbol' ? own : (own ?? text);
    },
  });
}

/**
 * Follows one item from its making to its erasure, and holds every reader to what its declaration says. `entity.make` is
 * the maker that is tried.
 */
export async function goesThrough(world: World, entity: Any, drawn: Value): Promise<void> {
  const { table } = world.deps;
  const isPerson = entity.declaration.counts === 'persons';
  // Only who is on the way out is erased.
  const value = isPerson ? { ...drawn, held: undefined, lifeState: 'closing' } : drawn;
  const person = () => {
    const id = randomId(systemRandom);
    return { id, sealer: newSealer(id) };
  };
  const [me, other] = [person(), person()];
  if (!isPerson) await table.write(putPerson(nobodyYet(me.id, 'closing')));
  const heads = await readGauges(table);

  const pointer: Key = { pk: `ID#test#${randomId(systemRandom)}`, sk: 'ID' };
  const points = entity.declaration.pointers ? [pointer] : [];
  const written = withMaps(entity, value, (record, id, one) => record.encode(one as never, id, me.sealer));
  const item = entity.make(me.id, anyId(), written as never, { sealer: me.sealer, points });
  await table.write(create(item), {
    Put: { Item: rawItem({ ...pointer, entity: 'pointer', subjectId: me.id }) },
  });
  expect(await moved(world, heads)).toEqual(counted(entity, value));

  // What lies under the key of an hour opens with that alone (tests/location/places).
  const isUnderHour = 'hour' in entity.attributes;
  const expected = Object.fromEntries(
    Object.entries(takenAway(entity, value)).filter(
      ([name]) =>
        !isUnderHour ||
        (entity.attributes as Record<string, { storage: string }>)[name]?.storage !== 'sealed',
    ),
  );
  // That something is there would tell what the numbers and digests that are left out say.
  const saysSomething =
    !entity.declaration.copies &&
    Object.keys(expected).some((attribute) => attribute !== 'epoch' && attribute !== 'dueAt');
  const exported = (await records(world, me)).filter(({ entity: name }) => isPerson || name !== 'person');
  expect(exported.map(({ entity: name }) => name)).toEqual(saysSomething ? [entity.name] : []);
  for (const { values } of exported)
    expect(Object.fromEntries(values.map(({ attribute, value: one }) => [attribute, one]))).toEqual(expected);
  expect(await records(world, other)).toEqual([]);

  const [stored] = await table.getMany([item]);
  if (!stored) throw new Error('it was stored');
  expect(explain(stored, among).rule).toBe(entity.declaration.life.rule);

  const present = new Set(presentKinds(entity, value));
  const now = toEpochSeconds(START) * 1000;
  const held = async (fromMs: number, untilMs: number) =>
    (await kindsHeld(table, me.id, present, { fromMs, untilMs }, now, among)).certain;
  if (!isPerson) expect(await held(now, now + 1000)).toEqual(present);
  expect(await held(0, now)).toEqual(new Set());

  const endsAtSeconds = endOf(entity, value);
  expect(item.expiresAtSeconds).toBe(endsAtSeconds);
  if (endsAtSeconds !== undefined) await ends(world, item, endsAtSeconds, filesIn(entity, value));
  await waits(world, entity, item, value);
  const { [entity.name]: files = [] } = await erased(world, me.id, pointer, entity);
  expect(files).toEqual(entity.declaration.outlives ? [] : filesIn(entity, value));
  // Nobody is behind the account any more; what outlives them is held of them still.
  const { persons: _, ...kept } = counted(entity, value);
  const outlives = entity.declaration.outlives !== undefined && !isPerson;
  expect(await moved(world, heads)).toEqual({ ...(outlives && kept), ...(!isPerson && { persons: -1 }) });
}

/** The head-counts that are no longer what they were, and by how much. */
async function moved({ deps }: World, before: Record<string, number>): Promise<Record<string, number>> {
  const now = Object.entries(await readGauges(deps.table));
  const changes = now.map(([id, count]): [string, number] => [id, count - (before[id] ?? 0)]);
  return Object.fromEntries(changes.filter(([, change]) => change !== 0));
}

/** By hand, from the kinds alone: one person more for each sensitive kind that is there, but for the age of an adult. */
function counted(entity: Any, value: Value): Record<string, number> {
  const held = declaredOf(entity)
    .filter(([name]) => value[name] !== undefined)
    .flatMap(([name, { kinds: of }]) => of.filter((id) => id !== 'age-band' || value[name] !== 'adult'))
    .filter((id) => !['technical', 'general'].includes(kinds[id].class));
  const heads: GaugeId[] = entity.declaration.counts ? [entity.declaration.counts] : [];
  return Object.fromEntries([...heads, ...held].map((id) => [id, 1]));
}

function declaredOf(entity: Any) {
  return Object.entries(
    entity.attributes as Record<string, { kinds: KindId[]; storage: string; refersTo?: unknown }>,
  );
}

async function records({ deps }: World, { id, sealer }: { id: string; sealer: Sealer }): Promise<Exported[]> {
  const found: Exported[] = [];
  for await (const one of exportPerson(deps, id, async () => sealer, among)) found.push(one);
  return found;
}

/** By hand, from the schema alone: everything but digests and other people's numbers. */
function takenAway(entity: Any, value: Value): Value {
  const shown = declaredOf(entity).filter(
    ([, { storage, refersTo }]) => storage !== 'digest' && refersTo === undefined,
  );
  const told = withMaps(entity, value, (record, _, one) => takenAway(record as never, one as Value));
  return Object.fromEntries(
    shown
      .filter(([name]) => name !== 'wrappedKey')
      .map(([name]) => [name, told[name]])
      .filter(([, one]) => one !== undefined),
  );
}

/** The value with each record of its maps put another way. */
function withMaps(
  { attributes }: Pick<Any, 'attributes'>,
  value: Value,
  put: (record: Codec<Attributes>, id: string, one: object) => unknown,
): Value {
  const maps = Object.entries(attributes as Attributes).flatMap(([name, { record }]) => {
    if (!record || value[name] === undefined) return [];
    const records = Object.entries(value[name] as Record<string, object>);
    const all = records.map(([id, one]) => [id, put(record as unknown as Codec<Attributes>, id, one)]);
    return [[name, Object.fromEntries(all)]];
  });
  return { ...value, ...Object.fromEntries(maps) };
}

/** By hand: of what is there, and an empty list is nothing. */
function presentKinds(entity: Any, value: Value): KindId[] {
  return declaredOf(entity)
    .filter(
      ([name]) => value[name] !== undefined && !(Array.isArray(value[name]) && value[name].length === 0),
    )
    .flatMap(([, { kinds: of }]) => of);
}

/** By hand: the end that the declaration names, or so long after what it counts from. */
function endOf({ declaration: { life } }: Any, value: Value): number | undefined {
  if (life.until) return value[life.until] as number | undefined;
  if (!life.from || value[life.from] === undefined) return undefined;
  return toEpochSeconds(endOfRetention(life.rule, Number(instantMs(life.from, value[life.from]))));
}

function filesIn({ declaration: { files } }: Any, value: Value): string[] {
  return files ? ((value[files.names] as string[] | undefined) ?? []) : [];
}

/** It is due by the hour after its second and not before, with its files, or the database's broom has it. */
async function ends(
  { deps }: World,
  item: Key & Value,
  atSeconds: number,
  itsFiles: string[],
): Promise<void> {
  const due = async (nowMs: number) => {
    for (let shard = 0; shard < SWEEP_PARTS; shard += 1) {
      const { ended } = await endedPage(deps.table, shard, nowMs, undefined, among);
      for (const one of ended) if (one.item.pk === item.pk && one.item.sk === item.sk) return one.files;
    }
    return undefined;
  };
  if (item.ttlSeconds !== undefined) return expect(item.ttlSeconds).toBe(atSeconds);
  const hourMs = Math.ceil(atSeconds / 3600) * HOUR_MS;
  expect(await due(hourMs - 1000)).toBeUndefined();
  expect(await due(hourMs)).toEqual(itsFiles);
}

/** What waits for a human is found in its queue. */
async function waits({ deps }: World, { declaration: { queue } }: Any, item: Key, value: Value) {
  if (queue === undefined || value.dueAt === undefined) return;
  const { items } = await deps.table.query({
    IndexName: 'due',
    KeyConditionExpression: 'dueShard = :queue',
    ExpressionAttributeValues: { ':queue': queue },
  });
  expect(items.some(({ pk, sk }) => pk === item.pk && sk === item.sk)).toBe(true);
}

/** Answers the files that went. */
async function erased(world: World, subjectId: string, pointer: Key, entity: Any) {
  const { table } = world.deps;
  const files: string[] = [];
  const at = toInstant(START);
  for await (const step of eraseSteps(table, subjectId, { at, among })) {
    files.push(...step.files);
    await table.write(...step.writes);
  }
  const raw = JSON.stringify(await world.scan());
  const { outlives, pointers, remains, place } = entity.declaration;
  const stays = outlives !== undefined;
  const left = (await world.scan(`P#${subjectId}`)).map(({ entity: name }) => JSON.stringify(name));
  expect(left.filter((name) => name !== '{"S":"person"}')).toHaveLength(stays && !remains ? 1 : 0);
  if (pointers && (!stays || remains)) expect(raw).not.toContain(pointer.pk);
  if (remains) {
    const [item] = await table.getMany([place.key(subjectId, undefined as never)]);
    const own = Object.keys(item ?? {}).filter((name) => name in entity.attributes);
    // When what is left of them ends.
    const stay = new Set<string>([...remains, 'dueShard', 'dueAt']);
    expect(own.filter((name) => !stay.has(name))).toEqual([]);
    expect(item).toMatchObject({ lifeState: 'erased', lifeStateAt: at });
  }
  return { [entity.name]: files };
}
