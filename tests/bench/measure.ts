import { type Compared, compare, median, type Side } from './compare';
import { demandSuccess, type FirstCall, firstCalls } from './first-calls';
import { inProcess } from './in-process';
import type { Person } from './person';

/** A built function and the environment it runs in. */
export type Subject = { name: string; bundle: string };
/** A bundle that ours is compared with. */
export type Bare = { name: string; file: string };
export type Place = {
  settings: Record<string, string>;
  person: Person;
  bare: Bare[];
  /** What the bare handler's event holds beside the trips. */
  bareInput?: object;
};
export type Measured = {
  /** Median of ours alone. */
  plain: number;
  against: (Compared & { name: string })[];
};

const COLD_STARTS = 11;
const WARM_UP_CALLS = 600;
const BLOCKS = 21;
const CALLS_PER_BLOCK = 150;
/** An instance rereads the policy now and then, which is no trip of the call that happens to meet it: not in here. */
const POLICY_REFRESH_SECONDS = '9999';

/**
 * Milliseconds from `require` to the answer of the first call, each start in a process of its own. Ours and the bare
 * handlers take turns, and turns at being first, so that whatever else the machine does falls on all. A first round
 * that is not counted brings the files into memory.
 */
export async function coldStart({ name, bundle }: Subject, place: Place): Promise<Measured> {
  const { event, opening, trips } = callOf(name, place.person);
  const contestants = contest(name, bundle, event, place, [...opening, ...trips]);
  const sides = await inTurns(contestants, async (side) => {
    const args = [side.bundle, JSON.stringify(side.event)];
    const started = await inProcess<Started>('cold.cjs', args, place.settings);
    demandSuccess(side.name, started.answer);
    return started;
  });
  return compareAll(`cold start ${name}`, sides);
}

/** Starts each side COLD_STARTS times, in turns and in turns at being first, after a round that is not counted. */
export async function inTurns<S extends { name: string }>(
  contestants: S[],
  start: (side: S) => Promise<{ milliseconds: number; trips: number }>,
): Promise<(S & Side)[]> {
  const sides = contestants.map((one) => ({ ...one, times: [] as number[], trips: [] as number[] }));
  for (let round = 0; round <= COLD_STARTS; round += 1) {
    const first = round % sides.length;
    for (const side of [...sides.slice(first), ...sides.slice(0, first)]) {
      const { milliseconds, trips } = await start(side);
      if (round === 0) continue;
      side.times.push(milliseconds);
      side.trips.push(trips);
    }
  }
  return sides;
}

type Started = { milliseconds: number; trips: number; answer: unknown };

/**
 * Microseconds of processor time that a warm card read takes through the whole function, and that the bare batch read
 * of the same two items takes: blocks of sequential calls in turn, the policy and the service keys already known.
 */
export async function cardRead({ name, bundle }: Subject, place: Place): Promise<Measured> {
  const { event, trips } = callOf(name, place.person);
  const contestants = contest(name, bundle, event, place, trips);
  const plan = { contestants, warmUpCalls: WARM_UP_CALLS, blocks: BLOCKS, callsPerBlock: CALLS_PER_BLOCK };
  const settings = { ...place.settings, POLICY_REFRESH_SECONDS };
  const spent = await inProcess<Spent[]>('warm.cjs', [JSON.stringify(plan)], settings);
  for (const { answer } of spent) demandSuccess(name, answer);
  const sides = spent.map((side, index) => ({ ...side, name: contestants[index]?.name ?? '' }));
  return compareAll('processor time of a card read', sides);
}

type Spent = { times: number[]; trips: number[]; answer: unknown };
type Contestant = { name: string; bundle: string; event: object };

/** Ours with the platform's event, then each bare handler with the trips that ours needs. */
function contest(
  name: string,
  bundle: string,
  event: object,
  { bare, bareInput }: Place,
  trips: object[],
): Contestant[] {
  const others = bare.map((one) => ({
    name: one.name,
    bundle: one.file,
    event: { ...bareInput, trips },
  }));
  return [{ name, bundle, event }, ...others];
}

/** Ours against each of the others. @throws UnequalTrips */
export function compareAll(what: string, [ours, ...others]: Side[]): Measured {
  if (!ours) throw new Error(`${what}: nothing was measured`);
  const against = others.map((other) => ({ name: other.name, ...compare(what, ours, other) }));
  return { plain: median(ours.times), against };
}

function callOf(name: string, person: Person): FirstCall {
  const call = firstCalls[name];
  if (!call) throw new Error(`There is no first call for ${name}: add one to tests/bench/first-calls.ts.`);
  return call(person);
}
