import fc from 'fast-check';
import * as z from 'zod/mini';
import { toEpochSeconds, toInstant } from '../../lib/clock';
import { randomId, systemRandom } from '../../lib/crypto/random';
import type { KindId } from '../../lib/policy/kinds';
import { digest, otherPerson, plain, sealed } from '../../lib/table/attribute';
import { entities } from '../../lib/table/entities';
import { declareEntity, type Entity } from '../../lib/table/entity';
import type { Key } from '../../lib/table/keys';
import { inPerson } from '../../lib/table/place';
import { eraseSteps } from '../../lib/table/readers/erase';
import { explain } from '../../lib/table/readers/explain';
import { type Exported, exportPerson } from '../../lib/table/readers/export';
import { kindsHeld } from '../../lib/table/readers/scope';
import { endedItems } from '../../lib/table/readers/sweep';
import { create } from '../../lib/table/replace';
import { createSealer } from '../../lib/table/sealer';
import { amount } from '../proof/sample';
import { anyValueOfAttributes } from '../support/arbitrary';
import { rawItem } from '../support/raw-item';
import { createWorld, START, type World } from '../support/world';

/** Nobody has made this one: it is exported, explained, in scope, swept and erased all the same. */
const madeUp = declareEntity('made-up', {
  place: inPerson('cards', ({ thingId }: { thingId: string }) => `~made-up#${thingId}`),
  life: { rule: 'card-life', until: 'expiresAtSeconds' },
  pointers: ['pointer'],
  files: { names: 'objects' },
  attributes: {
    thingId: plain('card-state', z.string()),
    friendId: otherPerson('card-exchange', null),
    mark: digest('id-digest', z.string()),
    words: sealed('card-label', z.array(z.string())),
    objects: plain('card-state', z.array(z.string())),
    expiresAtSeconds: plain('card-state', z.int()),
  },
});

type Any = Entity<Record<string, never>, unknown>;
const all: [string, Any][] = Object.entries({ ...entities, madeUp })
  .map(([name, entity]): [string, Any] => [name, entity as unknown as Any])
  .filter(([, { declaration }]) => declaration.place.owner === 'person');
const among = new Map(all.map(([, entity]) => [entity.name, entity as never]));

let world: World;
beforeAll(async () => {
  world = await createWorld();
});

describe('whatever is declared is exported, explained, in scope, swept and erased by its declaration (R1, R3, S2, S4, B3)', () => {
  it.each(all)('%s', async (_, entity) => {
    await fc.assert(
      fc.asyncProperty(anyValueOfAttributes(entity.attributes), async (drawn) => {
        await goesThrough(entity, inTime(entity, drawn));
      }),
      { numRuns: amount(40, 2) },
    );
  });
});

const LIFE_SECONDS = 1000;

/** The value with an end that is still to come, by what its life counts from. */
function inTime({ declaration: { life } }: Any, drawn: Record<string, unknown>): Record<string, unknown> {
  if (life.until) return { ...drawn, [life.until]: toEpochSeconds(START) + LIFE_SECONDS };
  if (!life.from) return drawn;
  const now = life.from.endsWith('Ms')
    ? START
    : life.from.endsWith('Seconds')
      ? START / 1000
      : toInstant(START);
  return { ...drawn, [life.from]: now };
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

async function goesThrough(entity: Any, value: Record<string, unknown>): Promise<void> {
  const { table } = world.deps;
  const person = () => {
    const id = randomId(systemRandom);
    return { id, sealer: createSealer(id, systemRandom(32), 'aes', systemRandom) };
  };
  const [me, other] = [person(), person()];
  const pointer: Key = { pk: `ID#test#${randomId(systemRandom)}`, sk: 'ID' };
  const points = entity.declaration.pointers ? [pointer] : [];
  const item = entity.make(me.id, anyId(), value as never, { sealer: me.sealer, points });
  await table.write(create(item), {
    Put: { Item: rawItem({ ...pointer, entity: 'pointer', subjectId: me.id }) },
  });

  const expected = takenAway(entity, value);
  // That something is there would tell what the numbers and digests that are left out say.
  const saysSomething = Object.keys(expected).some((attribute) => attribute !== 'epoch');
  const exported = await records(me.id, me.sealer);
  expect(exported.map(({ entity: name }) => name)).toEqual(saysSomething ? [entity.name] : []);
  for (const { values } of exported)
    expect(Object.fromEntries(values.map(({ attribute, value: one }) => [attribute, one]))).toEqual(expected);
  expect(await records(other.id, other.sealer)).toEqual([]);

  const [stored] = await table.getMany([item]);
  if (!stored) throw new Error('it was stored');
  expect(explain(stored, among).rule).toBe(entity.declaration.life.rule);

  const kinds = new Set(presentKinds(entity, value));
  const now = toEpochSeconds(START);
  const held = (fromSeconds: number, untilSeconds: number) =>
    kindsHeld(table, me.id, kinds, { fromSeconds, untilSeconds }, among);
  expect(await held(now, now + 1)).toEqual(kinds);
  expect(await held(0, now)).toEqual(new Set());

  if (item.expiresAtSeconds !== undefined) await ends(item, Number(item.expiresAtSeconds));
  await erased(me.id, pointer, entity);
}

async function records(subjectId: string, sealer: ReturnType<typeof createSealer>): Promise<Exported[]> {
  const found: Exported[] = [];
  for await (const one of exportPerson(world.deps, subjectId, async () => sealer, among)) found.push(one);
  return found;
}

/** By hand, from the schema alone: everything but digests and other people's numbers. */
function takenAway(entity: Any, value: Record<string, unknown>): Record<string, unknown> {
  const declared = Object.entries(
    entity.attributes as Record<string, { storage: string; refersTo?: unknown }>,
  );
  const shown = declared.filter(
    ([, { storage, refersTo }]) => storage !== 'digest' && refersTo === undefined,
  );
  return Object.fromEntries(
    shown.map(([name]) => [name, value[name]]).filter(([, one]) => one !== undefined),
  );
}

function presentKinds(entity: Any, value: Record<string, unknown>): KindId[] {
  const declared = Object.entries(entity.attributes as Record<string, { kinds: KindId[]; storage: string }>);
  return declared.filter(([name]) => value[name] !== undefined).flatMap(([, { kinds }]) => kinds);
}

/** It is due on its second and not before, or the database's broom has it. */
async function ends(item: Key & Record<string, unknown>, atSeconds: number): Promise<void> {
  const due = async (nowMs: number) => {
    for await (const one of endedItems(world.deps.table, nowMs, among))
      if (one.item.pk === item.pk && one.item.sk === item.sk) return true;
    return false;
  };
  if (item.ttlSeconds !== undefined) return expect(item.ttlSeconds).toBe(atSeconds);
  expect(await due(atSeconds * 1000 - 1000)).toBe(false);
  expect(await due(atSeconds * 1000)).toBe(true);
}

async function erased(subjectId: string, pointer: Key, entity: Any): Promise<void> {
  const { table } = world.deps;
  for await (const { writes } of eraseSteps(table, subjectId, { among })) await table.write(...writes);
  const raw = JSON.stringify(await world.scan());
  const stays = entity.declaration.outlives !== undefined;
  expect(raw.includes(subjectId)).toBe(stays || !entity.declaration.pointers);
  if (!stays) expect(raw).not.toContain(`P#${subjectId}`);
  if (entity.declaration.pointers && !stays) expect(raw).not.toContain(pointer.pk);
}
