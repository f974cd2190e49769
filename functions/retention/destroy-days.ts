import type { Deps } from '../../lib/deps';
import { beginDormancy } from '../../lib/process/dormancy';
import { lostRace } from '../../lib/table/races';
import { appendRetention } from '../../lib/table/retention/append';
import { moveServiceKey } from '../../lib/table/service/key-store';
import { firstTrailDay } from '../../lib/trail/days';

/**
 * Destroys the keys of the days whose pseudonyms have reached their period (promise S2): the seed is moved on, and from a later
 * one no earlier day's key is ever made. The retention chain tells of it in the same write, which happens once a day; so whoever does it
 * begins what else is done once a day. Safe to repeat and for several at once.
 */
export async function destroyDays(deps: Pick<Deps, 'ring' | 'table' | 'clock'>): Promise<void> {
  const before = firstTrailDay(deps.clock.now());
  const moved = await deps.ring.trailKeyFrom(before);
  if (!moved) return;
  const entry = {
    act: 'day-key.destroyed',
    rule: 'log-life',
    kind: 'log-pseudonym',
    details: { before },
  } as const;
  const writes = moveServiceKey(moved.before, moved.after);
  const isMine = await appendRetention(deps, entry, writes).then(() => true, lostRace);
  // Whom a run would have met that never began, the next one meets.
  if (isMine) await deps.table.write(beginDormancy(deps.clock.now()));
}
