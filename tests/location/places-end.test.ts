import { createHmac } from 'node:crypto';
import { BITS, cellAt, centreOf, coarsened, cover } from '../../functions/location/grid';
import { displacementMetres, LEVELS, withEntry } from '../../functions/location/near-keys';
import { destroyPlaceKeys } from '../../functions/retention/destroy-place-keys';
import { DAY_MS, HOUR_MS, secondOf } from '../../lib/clock';
import { randomId } from '../../lib/crypto/random';
import { bindAll } from '../../lib/table/bound';
import type { Item } from '../../lib/table/client';
import { endOf, putSettings, sealerOf } from '../../lib/table/location/location';
import { hourOf } from '../../lib/table/location/place-key';
import { readRetention } from '../../lib/table/retention/append';
import { createSealer } from '../../lib/table/sealer';
import { rawTable } from '../consent/support';
import { openAt, openPlaceKey } from '../judge/open';
import { amount } from '../proof/sample';
import { type Cost, newCost } from '../support/meter';
import { createWorld, type World } from '../support/world';
import { here } from './support';

/** All places of one hour end with one write, and nobody opens what lies there (L2). */
const PEOPLE = amount(100_000, 200);
const BATCH = 25;
const AT_ONCE = 16;
const CELL = cellAt(here, BITS['1km']);
/** The squares that the key of the index may be a digest of: where the middle of a person's patch is. */
const SQUARES = [
  ...new Set(
    cover(centreOf(CELL), displacementMetres(CELL), BITS['1km']).map((cell) => coarsened(cell, LEVELS[0])),
  ),
];

type Place = { pk: string; sk: string; sealed: Uint8Array; hour: string; form: number; nearCell?: string };

let world: World;
/** Of everybody with a place their own key, which nobody destroys here. */
const ownKeys = new Map<string, Buffer>();
beforeAll(async () => {
  world = await createWorld();
});

/** So many people with a place of this hour, as the service would have left them. */
async function seed(people: number): Promise<void> {
  const { deps } = world;
  const raw = rawTable(world);
  let batches: Promise<unknown>[] = [];
  for (let done = 0; done < people; done += BATCH) {
    const places = Array.from({ length: Math.min(BATCH, people - done) }, () =>
      placeOf(randomId(deps.random)),
    );
    const requests = (await Promise.all(places)).map((Item) => ({ PutRequest: { Item } }));
    batches.push(raw.batchWrite({ RequestItems: { [world.config.PLACES_TABLE_NAME]: requests } }));
    if (batches.length === AT_ONCE) await Promise.all(batches);
    if (batches.length === AT_ONCE) batches = [];
  }
  await Promise.all(batches);
}

async function placeOf(subjectId: string): Promise<Record<string, unknown>> {
  const { deps } = world;
  const nowMs = deps.clock.now();
  const dataKey = deps.random(32);
  ownKeys.set(`P#${subjectId}`, dataKey);
  const own = createSealer(subjectId, dataKey, deps.ring.suite, deps.random);
  const value = await withEntry(deps, subjectId, {
    ...{ epoch: 0, version: 1, revision: 1, on: true, sinceMs: nowMs, keepsHistory: false },
    ...({ precision: '1km', findable: 'mutual', untilSeconds: undefined } as const),
    ...{ cell: CELL, takenAtMs: nowMs, expiresAtSeconds: endOf(nowMs, undefined) },
  });
  const [{ Put }] = putSettings(subjectId, value, undefined, nowMs, await sealerOf(deps, value, own));
  const item = Put?.Item as Item;
  return bindAll(item, item, await deps.ring.guard(), secondOf(nowMs)) as Item;
}

/** Everything that lies in the table without backups, a page at a time. */
async function* places(): AsyncGenerator<Place> {
  let after: Record<string, unknown> | undefined;
  do {
    const page = await rawTable(world).scan({
      TableName: world.config.PLACES_TABLE_NAME,
      ...(after && { ExclusiveStartKey: after }),
    });
    for (const item of page.Items ?? []) if (item.entity === 'location') yield item as Place;
    after = page.LastEvaluatedKey;
  } while (after);
}

/** Every key that lies in either table, opened by the root key: those of the service, of hours and of days. */
async function keysThere(): Promise<{ ofPlaces: Map<string, Buffer>; all: Buffer[] }> {
  const rows = async (TableName: string, pk: string) => {
    const query = { KeyConditionExpression: 'pk = :pk', ExpressionAttributeValues: { ':pk': pk } };
    return (await rawTable(world).query({ TableName, ...query })).Items ?? [];
  };
  const { TABLE_NAME, PLACES_TABLE_NAME, ROOT_KEY } = world.config;
  const root = Buffer.from(ROOT_KEY.replace(/^local:/, ''), 'base64');
  const service = await rows(TABLE_NAME, 'KEYS');
  const opened = service.flatMap(
    ({ name, keyVersion, wrapped }) => openAt(root, wrapped, `ring|${name}|${keyVersion}`) ?? [],
  );
  const ofPlaces = new Map<string, Buffer>();
  for (const row of await rows(PLACES_TABLE_NAME, 'PLACE-KEYS')) {
    const key = openPlaceKey(ROOT_KEY, service as never, row as never);
    if (key) ofPlaces.set(`place-key|${row.name}|${row.of}`, key);
  }
  return { ofPlaces, all: [root, ...opened, ...ofPlaces.values()] };
}

/** How many of the places of an hour open with their person's own key and any key that there is. */
async function opening(hour: string): Promise<{ places: number; open: number }> {
  const { ofPlaces, all } = await keysThere();
  const told = { places: 0, open: 0 };
  for await (const { pk, sk, sealed, hour: its, form } of places()) {
    if (its !== hour) continue;
    told.places += 1;
    const own = ownKeys.get(pk) ?? Buffer.alloc(32);
    const place = `location|${sk}|${form}`;
    const blob = openAt(own, sealed, `${pk.slice('P#'.length)}|${place}`);
    if (!blob) throw new Error('a place does not open with its person’s own key');
    const names = new Set([...ofPlaces.keys(), `place-key|hour|${its}`]);
    const keys = [...all, own];
    if (keys.some((key) => [...names].some((name) => openAt(key, blob, `${name}|${place}`)))) told.open += 1;
    if (blob.includes('takenAtMs')) throw new Error('a place lies open under its person’s own key');
  }
  return told;
}

/** One run of the destroyer, and what it costs. */
async function destroy(): Promise<Cost> {
  let cost = newCost();
  await world.within('retention', async (deps) => {
    cost = await world.costOf(() => destroyPlaceKeys(deps));
  });
  return cost;
}

/** Whether any key that there is makes the index entry that the places of an hour have. */
async function isFindable(hour: string): Promise<boolean> {
  const { all } = await keysThere();
  for await (const { hour: its, nearCell } of places())
    if (its === hour)
      return all.some((key) =>
        SQUARES.some((one) => createHmac('sha256', key).update(one).digest('base64url') === nearCell),
      );
  throw new Error('there is no place of this hour');
}

it(`${PEOPLE} places of an hour end with one write, as one place does, and what lies there opens with no key (L2)`, async () => {
  await seed(1);
  world.wait(HOUR_MS);
  const hour = hourOf(world.deps.clock.now());
  await seed(PEOPLE);
  expect(await opening(hour)).toEqual({ places: PEOPLE, open: PEOPLE });
  expect(await isFindable(hour)).toBe(true);

  // The key of the day's index: at 02:00 of the next day in Beijing.
  world.wait(15 * HOUR_MS);
  await destroy();
  expect(await isFindable(hour)).toBe(false);
  expect(await opening(hour)).toEqual({ places: PEOPLE, open: PEOPLE });

  world.wait(DAY_MS - 16 * HOUR_MS);
  const one = await destroy();
  expect(await opening(hour)).toEqual({ places: PEOPLE, open: PEOPLE });
  world.wait(HOUR_MS);
  const many = await destroy();
  expect(many).toEqual(one);
  // To see what has ended, to see where the chain stands, and the write: key, entry and head of the chain.
  expect(many).toMatchObject({ trips: 3, writeUnits: 6 });
  expect(await opening(hour)).toEqual({ places: PEOPLE, open: 0 });
  const { entries } = await readRetention(world.deps.table, 'service', 0, 10);
  expect(entries.map(({ act, details }) => [act, Object.values(details ?? {}).join()])).toEqual([
    ['day-key.destroyed', '2026-12-01'],
    ['hour-key.destroyed', '2026-12-01T02'],
    ['hour-key.destroyed', '2026-12-01T03'],
  ]);
});
