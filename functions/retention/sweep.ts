import { toInstant } from '../../lib/clock';
import type { Deps } from '../../lib/deps';
import type { Run } from '../../lib/gate/operation';
import { faultOf } from '../../lib/log';
import { dueDuties } from '../../lib/table/consent/erasure-duty';
import { DUE_SHARDS, type Key } from '../../lib/table/keys';
import { eraseDuty } from './erase-duty';
import { sweepEnded } from './sweep-ended';

/** A run stops taking up work after this long, well inside the platform's 60 s; the next run goes on. */
export const SWEEP_MS = 45_000;
const PAGE = 100;

/**
 * Finds the duties that are past due and does them, then sweeps what has ended by the clock. One that fails is left for the
 * next run and does not stop the others. Memory is one page, whatever the number of people.
 */
export async function sweep(deps: Deps, { requestId }: Pick<Run<'scheduler', unknown>, 'requestId'>) {
  const startedAt = deps.clock.now();
  const now = toInstant(startedAt);
  const outcome = { found: 0, done: 0, failed: 0, swept: 0, finished: true };
  for (let shard = 0; shard < DUE_SHARDS; shard += 1) {
    let after: Key | undefined;
    do {
      if (deps.clock.now() - startedAt > SWEEP_MS) return { ...outcome, finished: false };
      const page = await dueDuties(deps.table, shard, now, PAGE, after);
      for (const input of page.due) {
        outcome.found += 1;
        try {
          await eraseDuty(deps, { input, requestId });
          outcome.done += 1;
        } catch (error) {
          outcome.failed += 1;
          deps.log({ event: 'fault', requestId, operation: 'retention/sweep', ...faultOf(error) });
        }
      }
      after = page.lastKey;
    } while (after);
  }
  const { swept, failed, finished } = await sweepEnded(deps, requestId, startedAt + SWEEP_MS);
  return { ...outcome, failed: outcome.failed + failed, swept, finished };
}
