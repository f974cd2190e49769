import { demandSuccess, type FirstCall, firstCalls } from './first-calls';
import { inProcess } from './in-process';
import type { Person } from './person';

/** A built function and the environment it runs in. */
export type Subject = { name: string; bundle: string };
export type Place = {
  settings: Record<string, string>;
  person: Person;
  /** The bundle that ours is compared with, and what its event holds beside the trips. */
  bare: string;
  bareInput?: object;
};
export type Compared = {
  /** Ours over the bare handler's, of neighbours in time; the median of all such pairs. */
  ratio: number;
  /** Median of ours alone. */
  plain: number;
};

const COLD_STARTS = 11;
const WARM_UP_CALLS = 600;
const BLOCKS = 21;
const CALLS_PER_BLOCK = 200;

/**
 * Milliseconds from `require` to the answer of the first call, each start in a process of its own. Ours and the bare
 * handler take turns, and turns at being first, so that whatever else the machine does falls on both. A first round
 * that is not counted brings the files into memory.
 */
export async function coldStart({ name, bundle }: Subject, place: Place): Promise<Compared> {
  const { event, trips } = callOf(name, place.person);
  const start = async (what: string, file: string, given: object) => {
    const args = [file, JSON.stringify(given)];
    const { milliseconds, answer } = await inProcess<Started>('cold.cjs', args, place.settings);
    demandSuccess(what, answer);
    return milliseconds;
  };
  const times = { ours: [] as number[], bare: [] as number[] };
  for (let round = 0; round <= COLD_STARTS; round += 1) {
    for (const who of round % 2 ? (['ours', 'bare'] as const) : (['bare', 'ours'] as const)) {
      const time =
        who === 'ours'
          ? start(name, bundle, event)
          : start('the bare handler', place.bare, { ...place.bareInput, trips });
      times[who].push(await time);
    }
  }
  return compare(times.ours.slice(1), times.bare.slice(1));
}

type Started = { milliseconds: number; answer: unknown };

/**
 * Microseconds of processor time that a warm card read takes through the whole function, and that the bare batch read
 * of the same two items takes: blocks of sequential calls in turn, the service keys already known.
 */
export async function cardRead({ name, bundle }: Subject, place: Place): Promise<Compared> {
  const { event, trips } = callOf(name, place.person);
  const contestants = [
    { bundle, event },
    { bundle: place.bare, event: { trips: trips.filter((trip) => 'get' in trip) } },
  ];
  const plan = { contestants, warmUpCalls: WARM_UP_CALLS, blocks: BLOCKS, callsPerBlock: CALLS_PER_BLOCK };
  const measured = await inProcess<Spent>('warm.cjs', [JSON.stringify(plan)], place.settings);
  for (const answer of measured.answers) demandSuccess(name, answer);
  const [ours = [], bare = []] = measured.microseconds;
  return compare(ours, bare);
}

type Spent = { microseconds: number[][]; answers: unknown[] };

function callOf(name: string, person: Person): FirstCall {
  const call = firstCalls[name];
  if (!call) throw new Error(`There is no first call for ${name}: add one to tests/bench/first-calls.ts.`);
  return call(person);
}

/** Neighbours suffer the same load, so their ratio is steadier than that of two medians. */
function compare(ours: number[], bare: number[]): Compared {
  return {
    ratio: median(ours.map((value, turn) => value / (bare[turn] ?? Number.NaN))),
    plain: median(ours),
  };
}

function median(values: number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
