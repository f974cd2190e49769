import type { Deps } from '../deps';
import { AppError } from '../errors';
import type { Write } from '../table/client';
import { countUse, giveBackUse, useWrite, windowEndsInSeconds } from '../table/sign-in/limit-counter';
import type { Limit } from './operation';

/** A limit, whatever it counts by. */
export type AnyLimit = Omit<Limit, 'per'>;

/**
 * Counts one attempt and refuses it beyond the limit (promise A7). The source is kept as a keyed digest, one counter
 * per source and window, so that no counter is hot. Answers how many there are in this window.
 * @throws AppError TOO_MANY_ATTEMPTS naming the limit and when to try again
 */
export async function spend(deps: Deps, limit: AnyLimit, source: string): Promise<number> {
  const now = deps.clock.now();
  const used = await countUse(deps.table, await counted(deps, limit, source), now, limit.windowMs);
  if (used <= limit.max) return used;
  throw tooMany(deps, limit);
}

/**
 * The network address that a limit counts by. A host hands it over with every call; one without it is refused, because all
 * of them in one count could be locked out by any of them (promise A7).
 * @throws AppError BAD_REQUEST
 */
export function demandAddress(address: string | undefined): string {
  if (!address) throw new AppError('BAD_REQUEST');
  return address;
}

/** Takes back what `spend` has counted at `spentAtMs`, because it was not what the limit is about. */
export async function unspend(deps: Deps, limit: AnyLimit, source: string, spentAtMs: number): Promise<void> {
  await giveBackUse(deps.table, await counted(deps, limit, source), spentAtMs, limit.windowMs);
}

/** The same count, to ride in the transaction of what it counts: refused beyond the limit. */
export async function spendWrite(deps: Deps, limit: AnyLimit, source: string): Promise<Write> {
  const digest = await counted(deps, limit, source);
  return useWrite(digest, deps.clock.now(), limit.windowMs, limit.max);
}

export function tooMany({ clock }: Pick<Deps, 'clock'>, { name, max, windowMs }: AnyLimit): AppError {
  const retryAfterSeconds = windowEndsInSeconds(clock.now(), windowMs);
  return new AppError('TOO_MANY_ATTEMPTS', { limit: name, max, retryAfterSeconds });
}

/**
 * A limit on tries at something that may be somebody else's: `max` in a window by one source at one target. Once all
 * sources together have tried the target `ceiling` times, each has only `BEYOND_CEILING` left: guessing from many accounts
 * stays slow, and nobody can lock out whom the target belongs to, because a right first try is always let through
 * (promise A7). There is no limit on a target alone.
 */
export type PairLimit = AnyLimit & { ceiling: number };

/** Tries of one source at a target whose ceiling is reached: a right one, or one that was mistyped before it. */
export const BEYOND_CEILING = 2;

/** What a pair limit counts by: the source at this target, and all at this target. */
export const pairSources = (source: string, target: string) =>
  ({ own: `${source}|${target}`, all: `|${target}` }) as const;

/** How many tries a source has at a target that all together have tried `triedByAll` times. */
export function maxAt({ max, ceiling }: Pick<PairLimit, 'max' | 'ceiling'>, triedByAll: number): number {
  return triedByAll < ceiling ? max : Math.min(max, BEYOND_CEILING);
}

/** Counts one try of a source at a target. Costs two trips at once. @throws AppError TOO_MANY_ATTEMPTS */
export async function spendPair(deps: Deps, limit: PairLimit, source: string, target: string): Promise<void> {
  const { own, all } = pairSources(source, target);
  await spendAt(deps, limit, await Promise.all([own, all].map((by) => counted(deps, limit, by))));
}

/**
 * The same by counters that are known: of the source at the target and, where the target is counted, of all at it.
 * @throws AppError TOO_MANY_ATTEMPTS
 */
export async function spendAt(deps: Deps, limit: PairLimit, digests: readonly string[]): Promise<void> {
  const now = deps.clock.now();
  const [byOne = 0, byAll = 0] = await Promise.all(
    digests.map((digest) => countUse(deps.table, digest, now, limit.windowMs)),
  );
  if (byOne > maxAt(limit, byAll - 1)) throw tooMany(deps, limit);
}

/** The keyed digest that a limit's counter of a source is kept under. */
export function counted({ ring }: Deps, { name }: AnyLimit, source: string): Promise<string> {
  return ring.digest('address', `${name}|${source}`);
}
