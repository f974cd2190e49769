import type { Deps } from '../deps';
import { AppError } from '../errors';
import { countUse, windowEndsInSeconds } from '../table/sign-in/limit-counter';
import type { Limit } from './operation';

/**
 * Counts one attempt and refuses it beyond the limit (promise A7). The source is kept as a keyed digest, one counter
 * per source and window, so that no counter is hot.
 * @throws AppError TOO_MANY_ATTEMPTS naming the limit and when to try again
 */
export async function spend(
  deps: Deps,
  { name, max, windowMs }: Omit<Limit, 'per'>,
  source: string,
): Promise<void> {
  const digest = await deps.ring.digest('address', `${name}|${source}`);
  const now = deps.clock.now();
  if ((await countUse(deps.table, digest, now, windowMs)) <= max) return;
  throw new AppError('TOO_MANY_ATTEMPTS', {
    limit: name,
    max,
    retryAfterSeconds: windowEndsInSeconds(now, windowMs),
  });
}
