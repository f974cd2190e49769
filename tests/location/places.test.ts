import { destroyPlaceKeys } from '../../functions/retention/destroy-place-keys';
import { anyId } from '../../infra/commands/entities';
import { DAY_MS, HOUR_MS } from '../../lib/clock';
import { createKeyMemory } from '../../lib/crypto/key-memory';
import { entities } from '../../lib/table/entities';
import type { Entity } from '../../lib/table/entity';
import { keys, tableOf } from '../../lib/table/keys';
import { locationKey, readLocation } from '../../lib/table/location/location';
import { endedPlaceKeys, hourOf, placeKey } from '../../lib/table/location/place-key';
import { readPerson } from '../../lib/table/person/person';
import { openPerson } from '../../lib/table/person/person-key';
import { exportPerson } from '../../lib/table/readers/export';
import { readRetention, verifyRetention } from '../../lib/table/retention/append';
import type { Holder } from '../cards/support';
import { createWorld, type World } from '../support/world';
import { findable, here, namesNear, point, somebody, switchOn } from './support';

let world: World;
beforeAll(async () => {
  world = await createWorld();
});

/** Of a person their own sealer, as the front door opens it. */
async function sealerOf({ subjectId }: Holder) {
  const [self] = await world.deps.table.getMany([keys.person(subjectId)]);
  const sealer = self && (await openPerson(world.deps, readPerson(self)));
  if (!sealer) throw new Error('nobody has no key here');
  return sealer;
}

async function stored({ subjectId }: Holder) {
  const [item] = await world.deps.table.getMany([locationKey(subjectId)], 'ended-too');
  return item;
}

async function placed(): Promise<Holder> {
  const me = await somebody(world);
  await switchOn(world, me);
  await world.ok('location/update', point(world), me);
  return me;
}

const sweep = () => world.ok('retention/sweep', {}, { trigger: 'schedule' });
const destroy = () => world.within('retention', destroyPlaceKeys);
const keysThere = async () =>
  (await world.scan('PLACE-KEYS')).map(({ sk }) => (sk as unknown as { S: string }).S).sort();
const told = async () => (await readRetention(world.deps.table, 'service', 0, 100)).entries;
/** So that a test begins with an hour of its own. */
const nextHour = () => world.wait(HOUR_MS - (world.deps.clock.now() % HOUR_MS));

it('an entity’s place and its key say the same table', () => {
  const wrong = (Object.values(entities) as unknown as Entity[]).flatMap(({ name, declaration, key }) => {
    return tableOf(key('owner', anyId() as never)) === declaration.place.table ? [] : [name];
  });
  expect(wrong).toEqual([]);
  expect(entities.location.declaration.place.table).toBe('places');
  expect(placeKey.declaration.place.table).toBe('places');
});

describe('the key of an hour (L2)', () => {
  it('is made once, whoever writes first, and opens at another instance what this one has sealed', async () => {
    nextHour();
    const me = await placed();
    const [item, own] = [await stored(me), await sealerOf(me)];
    const other = world.instance();
    const [mine, theirs] = await Promise.all(
      [world.deps, other].map((deps) => deps.placeKeys.sealerFor(deps.clock.now() + HOUR_MS, own)),
    );
    const opened = theirs?.decrypt(mine?.seal(Buffer.from('here'), 'a') ?? Buffer.of(), 'a');
    expect(opened?.toString()).toBe('here');
    const third = world.instance();
    const read = await world.within('location', () => readLocation(third, item, 0, own));
    expect(read?.cell).toEqual(expect.any(String));
    expect((await keysThere()).filter((sk) => sk.includes(hourOf(third.clock.now())))).toHaveLength(1);
  });

  it('is destroyed 24 hours after its hour began, in a write that the retention chain tells of', async () => {
    nextHour();
    const hour = hourOf(world.deps.clock.now());
    world.wait(HOUR_MS - 60_000); // the last minute of the hour ends with it
    await placed();
    world.wait(DAY_MS - HOUR_MS + 59_000);
    await destroy();
    expect(await keysThere()).toContain(`hour#${hour}`);
    world.wait(1000);
    await Promise.all([destroy(), destroy()]);
    expect(await keysThere()).not.toContain(`hour#${hour}`);
    const entries = (await told()).filter(({ details }) => details?.hour === hour);
    expect(entries).toEqual([
      expect.objectContaining({ act: 'hour-key.destroyed', rule: 'location-day', kind: 'location-point' }),
    ]);
    expect(await verifyRetention(world.deps, 'service')).toMatchObject({ intact: true });
  });

  it('is given out by no instance past its end, though it still lies there', async () => {
    nextHour();
    const me = await placed();
    const [item, own] = [await stored(me), await sealerOf(me)];
    const hour = String(item?.hour);
    const warm = await world.deps.placeKeys.openerFor(hour, own);
    expect(warm).toBeDefined();
    world.wait(DAY_MS);
    expect(await keysThere()).toContain(`hour#${hour}`);
    for (const deps of [world.deps, world.instance()])
      expect(await deps.placeKeys.openerFor(hour, own)).toBeUndefined();
    const late = () => warm?.decrypt(item?.sealed as Uint8Array, 'any');
    expect(late).toThrow(expect.objectContaining({ code: 'BUSY' }));
    await expect(world.deps.placeKeys.sealerFor(world.deps.clock.now() - DAY_MS, own)).rejects.toMatchObject({
      code: 'BUSY',
    });
  });

  it('once destroyed leaves what lies there unread by its owner and by an export', async () => {
    nextHour();
    const me = await placed();
    const own = await sealerOf(me);
    const exported = async (deps = world.instance()) => {
      const found: unknown[] = [];
      for await (const one of exportPerson(deps, me.subjectId, async () => own))
        if (one.entity === 'location') found.push(...one.values.map(({ attribute }) => attribute));
      return found;
    };
    expect(await exported()).toContain('cell');
    const { pk, sk } = placeKey.key('hour', hourOf(world.deps.clock.now()));
    await world.deps.table.write({ Delete: { Key: { pk, sk } } });
    expect(await exported()).not.toContain('cell');
    const read = await readLocation(world.instance(), await stored(me), 0, own);
    expect(read).toMatchObject({ on: true });
    expect(read?.cell).toBeUndefined();
  });

  it('ends a place before it is swept, and the sweep takes it with its head-count (N7)', async () => {
    nextHour();
    const me = await placed();
    world.wait(DAY_MS);
    await sweep();
    expect(await stored(me)).toBeUndefined();
    expect(await endedPlaceKeys(world.deps.table, world.deps.clock.now())).toEqual([]);
  });
});

describe('the key of a day of the index near (L2, L3)', () => {
  it('lets two who came before and after midnight find each other, and is gone when nothing of its day is fresh', async () => {
    const beijing = (world.deps.clock.now() + 8 * HOUR_MS) % DAY_MS;
    world.wait(DAY_MS - beijing - HOUR_MS); // 23:00
    const place = { latitude: here.latitude + 1, longitude: here.longitude };
    const early = await findable(world, place, '昨天');
    world.wait(HOUR_MS + 60_000);
    const late = await findable(world, place, '今天');
    expect(await namesNear(world, late)).toEqual(['昨天']);
    expect(await namesNear(world, early)).toEqual(['今天']);
    await destroy();
    const near = async () => (await keysThere()).filter((sk) => sk.startsWith('near#'));
    expect(await near()).toHaveLength(2);
    world.wait(2 * HOUR_MS);
    await destroy();
    expect(await near()).toHaveLength(1);
  });
});

it('memory overwrites a key at its end, asked or not, and keeps none past it', () => {
  let nowMs = 0;
  const waiting: (() => void)[] = [];
  const memory = createKeyMemory({ now: () => nowMs, after: (_, work) => waiting.push(work) });
  const [idle, late] = [Buffer.alloc(32, 1), Buffer.alloc(32, 2)];
  memory.keep('idle', { key: idle, suite: 'aes' }, 1000);
  nowMs = 999;
  for (const work of waiting) work();
  expect(memory.get('idle')?.key).toEqual(Buffer.alloc(32, 1));
  nowMs = 1000;
  for (const work of waiting) work(); // nobody asks
  expect(idle).toEqual(Buffer.alloc(32));
  memory.keep('late', { key: late, suite: 'aes' }, 1000);
  expect(memory.get('late')).toBeUndefined();
  expect(late).toEqual(Buffer.alloc(32));
});
