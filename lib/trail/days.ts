import { lastStartOfEnded } from '../policy/period';
import { periodOf } from '../policy/retention';
import { beijingDay } from '../policy/working-days';

/** The first of the days whose pseudonyms can be turned back now: the first that has not ended a statutory period ago. */
export function firstTrailDay(nowMs: number): string {
  const period = periodOf('log-life');
  if (!period) throw new Error('logs are kept for a period');
  // The last line of a day may have been written in its last second: its period begins there.
  return beijingDay(lastStartOfEnded(period, nowMs) + 1);
}
