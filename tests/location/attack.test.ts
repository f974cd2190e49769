import { createHmac } from 'node:crypto';
import { bandOf } from '../../functions/location/band';
import { BITS, cellAt, centreOf, metresBetween, patchMiddle } from '../../functions/location/grid';
import { shownSquare } from '../../functions/location/near-keys';
import { cellsAround, radii, reachMetres } from '../../functions/location/nearby';
import { NEARBY_SQUARES_PER_DAY } from '../../functions/location/speed';
import type { KeyRing } from '../../lib/crypto/key-ring';
import { amount } from '../proof/sample';
import { lots } from './city';
import { here } from './support';

/**
 * Somebody who wants to know in which square a person lives, and who has twelve accounts that can be anywhere, all squares that they
 * may ask from in a day, both radii, and our source. What they do not have is a key. They reckon as well as can be reckoned: for each
 * square the person may live in, how many of the grids that the person may have agree with every answer of the week.
 */
const ACCOUNTS = 12;
const DAYS = amount(7, 1);
const PEOPLE = amount(300, 8);
/** Squares to a side of what the attacker looks at: the person lives anywhere in the middle of it. */
const SIDE = 11;
/** Where a grid of patches may begin. */
const SHIFTS = [0, 1, 2].flatMap((east) => [0, 1, 2].map((north): [number, number] => [east, north]));

type Ring = Pick<KeyRing, 'digest'>;
/** A service's secret, another one for each person who is looked for. */
const ringOf = (secret: string): Ring => ({
  digest: async (domain, value) =>
    createHmac('sha256', secret).update(`${domain}|${value}`).digest('base64url'),
});

const [, firstColumn = 0, firstRow = 0] = cellAt(here, BITS['1km']).split('/').map(Number);
const squareAt = (column: number, row: number) => `${BITS['1km']}/${firstColumn + column}/${firstRow + row}`;
const area = Array.from({ length: SIDE ** 2 }, (_, at) => squareAt(at % SIDE, Math.floor(at / SIDE)));

/** Which square a person is shown in on a day, by what the rule in question says. */
type Rule = (ring: Ring, home: string, day: number) => Promise<string>;

/** What one answer tells: in which of the squares around the asker somebody can be, if any. */
const around = new Map<string, Map<string, number>>();
function cellsFrom(origin: string, radiusKm: number): Map<string, number> {
  const key = `${origin} ${radiusKm}`;
  const known = around.get(key);
  if (known) return known;
  const centre = centreOf(origin);
  const cells = cellsAround(centre, reachMetres(origin, radiusKm));
  const found = new Map(cells.map((cell) => [cell, metresBetween(centre, centreOf(cell))]));
  around.set(key, found);
  return found;
}

/** The squares in which the person is shown on a day, as far as all answers of that day tell. */
async function askedFor(ring: Ring, shown: string, day: number, random: () => number): Promise<string[]> {
  let left = area;
  for (let account = 0; account < ACCOUNTS; account += 1) {
    for (let asked = 0; asked < NEARBY_SQUARES_PER_DAY; asked += 1) {
      const origin = area[Math.floor(random() * area.length)] as string;
      for (const radiusKm of radii) {
        const cells = cellsFrom(origin, radiusKm);
        const metres = cells.get(shown);
        const pair: [string, string] = [`attacker ${account}`, 'target'];
        const band =
          metres === undefined ? undefined : await bandOf(ring, pair, `day ${day}`, metres, [origin, shown]);
        left = left.filter((cell) => {
          const distance = cells.get(cell);
          if (band === undefined || distance === undefined)
            return band === undefined && distance === undefined;
          const most = Number.parseInt(band, 10) * 1000;
          return 0.7 * distance <= most || band === '5km';
        });
      }
    }
  }
  return left;
}

/** What the attacker thinks of each square that is possible, and the rank of the true one among the likeliest nine. */
async function attack(rule: Rule, daily: boolean, person: number) {
  const random = lots(20_261_201 + person * 7919);
  const ring = ringOf(`secret ${person}`);
  const middle = (count: number) => 3 + Math.floor(random() * (count - 6));
  const home = squareAt(middle(SIDE), middle(SIDE));
  const days: string[][] = [];
  for (let day = 0; day < DAYS; day += 1)
    days.push(await askedFor(ring, await rule(ring, home, day), day, random));
  // A grid that changes by the day is another one each day; one that does not must agree with every day.
  const agreeing = (square: string, answers: string[][]) =>
    SHIFTS.filter((shift) => answers.every((left) => left.includes(patchMiddle(square, 3, shift)))).length;
  const weights = area.map((square) => ({
    square,
    weight: daily
      ? days.reduce((product, day) => product * agreeing(square, [day]), 1)
      : agreeing(square, days),
    lot: random(),
  }));
  const total = weights.reduce((sum, { weight }) => sum + weight, 0);
  const possible = weights
    .filter(({ weight }) => weight > 0)
    .sort((a, b) => b.weight - a.weight || a.lot - b.lot);
  return {
    rank: 1 + possible.findIndex(({ square }) => square === home),
    candidates: possible.length,
    thought: (weights.find(({ square }) => square === home)?.weight ?? 0) / total,
    shownFound: days.every(({ length }) => length === 1),
  };
}

async function attackAll(rule: Rule, daily = false) {
  const all: Awaited<ReturnType<typeof attack>>[] = [];
  for (let person = 0; person < PEOPLE; person += 1) all.push(await attack(rule, daily, person));
  const mean = (of: (one: (typeof all)[number]) => number) =>
    all.reduce((sum, one) => sum + of(one), 0) / PEOPLE;
  return { all, first: mean(({ rank }) => Number(rank === 1)), rank: mean(({ rank }) => rank), mean };
}

/** Four standard deviations of a mean over so many people. */
const within = (deviation: number) => (4 * deviation) / Math.sqrt(PEOPLE);

describe(`${ACCOUNTS} accounts that ask for ${DAYS} days where each of ${PEOPLE} people lives (L3)`, () => {
  it('learn the middle of a patch, and rank the nine squares of it no better than chance', async () => {
    const { all, first, rank, mean } = await attackAll((ring, home) => shownSquare(ring, 'target', home));
    expect(mean(({ shownFound }) => Number(shownFound))).toBeGreaterThan(0.9); // they ask well
    for (const { thought, candidates } of all) {
      expect(candidates).toBeGreaterThanOrEqual(9);
      expect(thought).toBeLessThanOrEqual(1 / 9 + 1e-9);
    }
    expect(Math.abs(first - 1 / 9)).toBeLessThan(within(Math.sqrt(8) / 9));
    expect(Math.abs(rank - 5)).toBeLessThan(within(Math.sqrt(80 / 12)) + 0.2);
  });

  it('would have named the very square of everybody who is shown in their own', async () => {
    const { mean } = await attackAll(async (_, home) => home);
    expect(mean(({ shownFound }) => Number(shownFound))).toBeGreaterThan(0.9);
  });

  it('would find out more by every day of a week if the grid were another one each day', async () => {
    const rule: Rule = (ring, home, day) => shownSquare(ring, `target on day ${day}`, home);
    const { first } = await attackAll(rule, true);
    if (DAYS > 1) expect(first).toBeGreaterThan(0.5);
  });
});
