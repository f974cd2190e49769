import type { Deps } from '../../lib/deps';
import { faultOf } from '../../lib/log';
import { ConditionFailed } from '../../lib/table/client';
import { declaredEntities } from '../../lib/table/readers/partition';
import { type Ended, endedItems } from '../../lib/table/readers/sweep';

export type SweptEnded = { swept: number; failed: number; finished: boolean };

/**
 * Sweeps what has ended by the clock, each item with its files, pointers and head-counts (promise S2; PIPL art. 47 no. 1).
 * One that fails stays for the next run and does not stop the others; so does everything when `stopAtMs` has come. Safe to
 * repeat and for several sweepers: an item goes with the count of it, or not at all.
 */
export async function sweepEnded(
  deps: Pick<Deps, 'table' | 'objects' | 'clock' | 'log'>,
  requestId: string,
  stopAtMs: number,
  among = declaredEntities,
): Promise<SweptEnded> {
  const operation = 'retention/sweep';
  const outcome = { swept: 0, failed: 0, finished: true };
  for await (const ended of endedItems(deps.table, deps.clock.now(), among)) {
    if (deps.clock.now() > stopAtMs) {
      outcome.finished = false;
      break;
    }
    try {
      if (await sweepOne(deps, ended)) outcome.swept += 1;
    } catch (error) {
      outcome.failed += 1;
      deps.log({ event: 'fault', requestId, operation, ...faultOf(error) });
    }
  }
  if (outcome.swept > 0) deps.log({ event: 'erasure', requestId, operation, count: outcome.swept });
  return outcome;
}

/** The files first: their names stand in the item. False where another sweeper was quicker or its end was moved on. */
async function sweepOne(
  { table, objects }: Pick<Deps, 'table' | 'objects'>,
  { files, writes }: Ended,
): Promise<boolean> {
  if (files.length > 0) await objects.remove(files);
  try {
    await table.write(...writes);
    return true;
  } catch (error) {
    // The first write is of the item itself.
    if (error instanceof ConditionFailed && error.found[0]) return false;
    throw error;
  }
}
