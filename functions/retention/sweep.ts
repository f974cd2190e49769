import type { Deps } from '../../lib/deps';
import type { Run } from '../../lib/gate/operation';
import { faultOf } from '../../lib/log';
import { goesOnRestored } from '../../lib/process/re-erase';
import { runProcess } from '../../lib/process/run';
import { DUE_SHARDS, type Key } from '../../lib/table/keys';
import { dueProcesses } from '../../lib/table/process/process';
import { addServiceKey } from '../../lib/table/service/key-store';
import { destroyDays } from './destroy-days';
import { beginWhereRestored } from './restored';
import { sweepEnded } from './sweep-ended';

/** A run stops taking up work after this long, well inside the platform's 60 s; the next run goes on. */
export const SWEEP_MS = 45_000;
const PAGE = 100;

/**
 * Destroys the keys of days that are over, takes up the processes that are due, then sweeps what has ended by the clock. One that fails is left for a later run and
 * does not stop the others. Memory is one page, whatever the number of people.
 */
export async function sweep(deps: Deps, { requestId }: Pick<Run<'scheduler', unknown>, 'requestId'>) {
  const startedAt = deps.clock.now();
  const outcome = { found: 0, done: 0, failed: 0, swept: 0, finished: true };
  const failed = (error: unknown) => {
    outcome.failed += 1;
    deps.log({ event: 'fault', requestId, operation: 'retention/sweep', ...faultOf(error) });
  };
  await beginWhereRestored(deps, requestId);
  await destroyDays(deps).catch(failed);
  await makeStayKeys(deps).catch(failed);
  for (let shard = 0; shard < DUE_SHARDS; shard += 1) {
    let after: Key | undefined;
    do {
      if (deps.clock.now() - startedAt > SWEEP_MS) return { ...outcome, finished: false };
      const page = await dueProcesses(deps.table, shard, startedAt, PAGE, after);
      for (const { ref } of page.due) {
        if (deps.policy.isRestored() && !goesOnRestored(ref.kind)) continue;
        outcome.found += 1;
        try {
          const { outcome: came } = await runProcess(deps, ref, requestId);
          if (came === 'done') outcome.done += 1;
          if (came === 'failed') outcome.failed += 1;
        } catch (error) {
          failed(error);
        }
      }
      after = page.lastKey;
    } while (after);
  }
  const ended = await sweepEnded(deps, requestId, startedAt + SWEEP_MS);
  return { ...outcome, ...ended, failed: outcome.failed + ended.failed };
}

/** The keys of this year and the next for what outlives people, long before they are needed. */
async function makeStayKeys({ ring, table }: Pick<Deps, 'ring' | 'table'>): Promise<void> {
  for (const key of await ring.missingStayKeys()) await addServiceKey(table, key);
}
