import type { Deps } from '../../lib/deps';
import type { Run } from '../../lib/gate/operation';
import { faultOf } from '../../lib/log';
import { beijingDay } from '../../lib/policy/working-days';
import { beginForecast, forecastOf } from '../../lib/process/forecast';
import { DAY_SETTLES_MS, headsOfToday } from '../../lib/process/heads';
import { goesOnRestored } from '../../lib/process/re-erase';
import { beginSweep, sweepOf } from '../../lib/process/sweep';
import { type Part, sweepPart } from '../../lib/process/sweep/sweep-part';
import { beginWatch } from '../../lib/process/watch';
import { ConditionFailed } from '../../lib/table/client';
import { DUE_SHARDS, type Key, SWEEP_PARTS } from '../../lib/table/keys';
import { dueProcesses } from '../../lib/table/process/process';
import { lostRace } from '../../lib/table/races';
import { readForecast } from '../../lib/table/retention/forecast';
import { addServiceKey } from '../../lib/table/service/key-store';
import { warnOfAgreements } from './agreements';
import { destroyDays } from './destroy-days';
import { destroyPlaceKeys } from './destroy-place-keys';
import { beginWhereRestored } from './restored';
import { warnOfDesk } from './warn-of-desk';

/** A run stops taking up work after this long, well inside the platform's 60 s; the next run goes on. */
export const SWEEP_MS = 45_000;
const PAGE = 100;
/** Processes asked for in one run and shard, the oldest first: so one shard's backlog leaves time for the others. */
const MOST_OF_A_SHARD = 2000;
/** What has ended waits for no longer than this until it is swept, unless something is wrong. */
const BEHIND_SECONDS = 3 * 3600;

const operation = 'retention/sweep';
type Outcome = { found: number; swept: number; failed: number; finished: boolean };

/**
 * Once an hour: destroys the keys of hours and days that are over, asks the queue for the processes that are due, and sweeps
 * what has ended by the clock (promise S2). It takes one page of each part itself, and hands what is more to a process, so
 * that no backlog delays the rest. A run that fails in part or is not finished rings, and so does what has waited too long.
 */
export async function sweep(deps: Deps, { requestId }: Pick<Run<'scheduler', unknown>, 'requestId'>) {
  const stopAtMs = deps.clock.now() + SWEEP_MS;
  const outcome: Outcome = { found: 0, swept: 0, failed: 0, finished: true };
  const failed = (error: unknown) => {
    outcome.failed += 1;
    deps.log({ event: 'fault', requestId, operation, ...faultOf(error) });
  };
  await beginWhereRestored(deps, requestId);
  await destroyPlaceKeys(deps).catch(failed);
  await destroyDays(deps).catch(failed);
  await makeStayKeys(deps).catch(failed);
  await oncePerDay(deps, requestId).catch(failed);
  await beginWatch(deps).catch(failed);
  let oldestAtMs = deps.clock.now();
  for (let shard = 0; shard < SWEEP_PARTS; shard += 1) {
    if (deps.clock.now() > stopAtMs) outcome.finished = false;
    if (!outcome.finished) break;
    if (shard < DUE_SHARDS) await askForProcesses(deps, shard, stopAtMs, outcome).catch(failed);
    // What a hold of since the backup keeps is not swept before it is placed anew.
    if (deps.policy.isRestored()) continue;
    const part = await sweepPart(deps, shard, { pages: 1, requestId }).catch(failed);
    if (!part) continue;
    outcome.swept += part.swept;
    outcome.failed += part.failed;
    if (part.oldestAt) oldestAtMs = Math.min(oldestAtMs, Date.parse(part.oldestAt));
    await handOn(deps, shard, part, outcome).catch(failed);
  }
  tell(deps, requestId, outcome, Math.floor((deps.clock.now() - oldestAtMs) / 1000));
  return outcome;
}

/** Once a day, by its first run: the forecast and the look at noted heads are begun, and said is what the staff will be late with and which agreements end. */
async function oncePerDay(deps: Deps, requestId: string): Promise<void> {
  const { table, queue, clock } = deps;
  const nowMs = clock.now();
  const known = await readForecast(table);
  if (known?.day === beijingDay(nowMs)) return;
  const heads = await headsOfToday(deps);
  const begun = [beginForecast(nowMs), ...(heads ? [heads.begin] : [])] as const;
  const isFirst = await table.write(...begun).then(() => true, lostRace);
  await queue.send([forecastOf(nowMs)]);
  if (!isFirst) return;
  if (heads) await queue.send([heads.ref], DAY_SETTLES_MS);
  warnOfAgreements(deps, requestId);
  await warnOfDesk(deps, requestId);
}

async function askForProcesses(deps: Deps, shard: number, stopAtMs: number, outcome: Outcome): Promise<void> {
  const startedAtMs = deps.clock.now();
  let asked = 0;
  let after: Key | undefined;
  do {
    const { due, lastKey } = await dueProcesses(deps.table, shard, startedAtMs, PAGE, after);
    const going = due.filter(({ ref }) => !deps.policy.isRestored() || goesOnRestored(ref.kind));
    if (going.length > 0) await deps.queue.send(going.map(({ ref }) => ref));
    asked += going.length;
    after = lastKey;
  } while (after && asked < MOST_OF_A_SHARD && deps.clock.now() <= stopAtMs);
  outcome.found += asked;
  if (after) outcome.finished = false;
}

/** Where an earlier run's is still at it, this run's is not finished. */
async function handOn(deps: Deps, shard: number, { after, failed }: Part, outcome: Outcome): Promise<void> {
  if (!after) return;
  try {
    await deps.table.write(beginSweep(shard, after, failed, deps.clock.now()));
    await deps.queue.send([sweepOf(shard)]);
  } catch (error) {
    if (!(error instanceof ConditionFailed)) throw error;
    outcome.finished = false;
  }
}

function tell({ log }: Deps, requestId: string, { swept, failed, finished }: Outcome, age: number): void {
  if (swept > 0) log({ event: 'erasure', requestId, operation, count: swept });
  log({ event: 'measure', requestId, operation, outcome: 'OLDEST_DUE_SECONDS', count: age });
  const ring = (outcome: string, count?: number) =>
    log({ event: 'alarm', requestId, operation, outcome, ...(count !== undefined && { count }) });
  if (failed > 0) ring('FAILED', failed);
  if (!finished) ring('UNFINISHED');
  if (age > BEHIND_SECONDS) ring('BEHIND', age);
}

/** The keys of this year and the next for what outlives people, long before they are needed. */
async function makeStayKeys({ ring, table }: Pick<Deps, 'ring' | 'table'>): Promise<void> {
  for (const key of await ring.missingStayKeys()) await addServiceKey(table, key);
}
