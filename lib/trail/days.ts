import { DAY_MS } from '../clock';
import { retentionMs } from '../policy/retention';
import { beijingDay } from '../policy/working-days';

/** The first of the days whose pseudonyms can be turned back now; with today they are the logs' statutory period. */
export function firstTrailDay(nowMs: number): string {
  return beijingDay(nowMs - retentionMs('log-life') + DAY_MS);
}
