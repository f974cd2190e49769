import { cellAt, type Place } from '../../functions/location/grid';
import { NEAR_BITS } from '../../functions/location/near-keys';
import { type Citizen, dueTo, type Listing, listNear, lots, peopleInside, settle } from '../location/city';
import { point } from '../location/support';
import { createWorld, type World } from '../support/world';
import { compare, type Side, tripsEach } from './compare';

/**
 * People nearby in a city of 100 000 who all want to be found: a fifth in one stadium, the rest dense in the middle and
 * thin at the edge. Figures are counts; the one time is a ratio to the same question in a town of 1 000.
 */
export type Figure = {
  name: string;
  value: number;
  unit: string;
  aim: string;
  /** Of a comparison: the trips that each side makes. */
  trips?: number;
};

const CITY = 100_000;
const TOWN = 1_000;
const STADIUM_SHARE = 5;
const middle: Place = { latitude: 23.1064, longitude: 113.3245 };
const edge: Place = { latitude: 23.24, longitude: 113.18 };
/** Half the width of the city, in degrees: about 33 km by 33 km. */
const SPREAD = 0.15;
/** Of one person in an hour: the limit. */
const QUESTIONS = 20;

export async function cityFigures(): Promise<Figure[]> {
  const world = await createWorld();
  const startedAt = performance.now();
  const city = await inhabit(world, CITY);
  const seconds = (performance.now() - startedAt) / 1000;
  const rows: Figure[] = [
    { name: `seeding a city of ${CITY}`, value: seconds, unit: 's', aim: '' },
    { name: 'people in the fullest square', value: fullestSquare(city), unit: 'people', aim: '' },
  ];
  const stadium = first(city);
  for (const [where, one, radiusKm] of [
    ['in the stadium', stadium, 1],
    ['in the middle', nearest(city, middle), 2],
    ['at the edge', nearest(city, edge), 2],
  ] as const)
    rows.push(...(await listed(world, city, one, where, radiusKm)));
  const town = await createWorld();
  const townsman = first(await inhabit(town, TOWN));
  rows.push(await questions({ world, one: stadium }, { world: town, one: townsman }));
  return [...rows, ...(await updates(world, first(city, 3)))];
}

function inhabit(world: World, size: number): Promise<Citizen[]> {
  const random = lots(20261201);
  const around = (spread: number) => ({
    latitude: middle.latitude + (random() + random() - 1) * spread,
    longitude: middle.longitude + (random() + random() - 1) * spread,
  });
  const wanted = Array.from({ length: size }, (_, number) => ({
    name: `人${number}`,
    place: around(number % STADIUM_SHARE === 0 ? 0.001 : SPREAD),
    precision: '1km' as const,
  }));
  return settle(world, wanted);
}

/** Everything that one person is shown, page after page, and what it took. */
async function listed(
  world: World,
  city: Citizen[],
  one: Citizen,
  where: string,
  radiusKm: number,
): Promise<Figure[]> {
  const told: Listing = await listNear(world, one, radiusKm);
  const due = dueTo(one, city, radiusKm);
  const right = told.names.filter((name, index) => name === due[index]).length;
  const figure = (what: string, value: number, unit: string, aim = '') => ({
    name: `${where}, ${radiusKm} km: ${what}`,
    value,
    unit,
    aim,
  });
  const share = told.names.length === due.length ? right / due.length : 0;
  return [
    figure('who should appear and does', share * 100, `% of ${due.length}`),
    figure('pages', told.pages, 'of at most 57 people'),
    figure('queries of a page', told.queries, 'at most', '<= 4'),
    figure('entries read for each inside', told.entries / peopleInside(one, city, radiusKm), '', '<= 5'),
    figure('trips of a page', told.trips, 'at most', '<= 10'),
    figure('read units of a page', told.readUnits, 'at most', '<= 360'),
  ];
}

/** What updates cost: of somebody who has moved to another square, within it, and at an impossible speed. */
async function updates(world: World, one: Citizen): Promise<Figure[]> {
  const spend = async (place: Place): Promise<number> => {
    const cost = await world.costOf(() => world.call('location/update', point(world, place), one));
    return cost.writeUnits;
  };
  world.wait(30 * 60_000);
  const beside = { latitude: one.place.latitude + 0.02, longitude: one.place.longitude };
  const moved = await spend(beside);
  world.wait(1000);
  const unmoved = await spend(beside);
  const leap = await spend({ latitude: one.place.latitude + 3, longitude: one.place.longitude });
  return [
    { name: 'update to another square', value: moved, unit: 'write units, 2 of the index', aim: '<= 3' },
    { name: 'update without having moved', value: unmoved, unit: 'write units', aim: '<= 0' },
    { name: 'update that leaps', value: leap, unit: 'write units', aim: '<= 0' },
  ];
}

type Asker = { world: World; one: Citizen };

/** The time of a first page in the stadium over that in the town, asked in turn. */
async function questions(inStadium: Asker, inTown: Asker): Promise<Figure> {
  const stadium: Side = { name: 'the stadium', times: [], trips: [] };
  const town: Side = { name: 'the town', times: [], trips: [] };
  for (let count = 0; count < QUESTIONS; count += 1) {
    await ask(inStadium, stadium);
    await ask(inTown, town);
  }
  const name = 'a question in the stadium';
  const { ratio, trips } = compare(name, stadium, town);
  return { name, value: ratio, unit: `times one in a town of ${TOWN}, ${tripsEach(trips)}`, aim: '', trips };
}

/** Asks for a first page and notes its milliseconds and its trips. */
async function ask({ world, one: { token } }: Asker, { times, trips }: Side): Promise<void> {
  const cost = await world.costOf(async () => {
    const startedAt = performance.now();
    const reply = await world.call('location/nearby', { radiusKm: 1 }, { token });
    if (!reply.ok) throw new Error(`nearby was refused: ${reply.error.code}`);
    times.push(performance.now() - startedAt);
  });
  trips.push(cost.trips);
}

function fullestSquare(city: Citizen[]): number {
  const counts = new Map<string, number>();
  for (const { place } of city) {
    const cell = cellAt(place, NEAR_BITS);
    counts.set(cell, (counts.get(cell) ?? 0) + 1);
  }
  return Math.max(...counts.values());
}

function first(city: Citizen[], number = 0): Citizen {
  const one = city[number];
  if (!one) throw new Error('nobody lives here');
  return one;
}

function nearest(city: Citizen[], { latitude, longitude }: Place): Citizen {
  const far = ({ place }: Citizen) => Math.hypot(place.latitude - latitude, place.longitude - longitude);
  return city.reduce((best, one) => (far(one) < far(best) ? one : best));
}
