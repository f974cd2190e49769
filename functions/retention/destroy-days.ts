import type { Deps } from '../../lib/deps';
import { moveServiceKey } from '../../lib/table/service/key-store';
import { firstTrailDay } from '../../lib/trail/days';

/**
 * Destroys the keys of the days whose pseudonyms have reached their period (promise S2): the seed is moved on, and from a later
 * one no earlier day's key is ever made. Safe to repeat and for several at once. Says whether there was anything to destroy.
 */
export async function destroyDays({
  ring,
  table,
  clock,
}: Pick<Deps, 'ring' | 'table' | 'clock'>): Promise<boolean> {
  const moved = await ring.trailKeyFrom(firstTrailDay(clock.now()));
  if (moved) await moveServiceKey(table, moved.before, moved.after);
  return moved !== undefined;
}
