import { MINUTE_MS } from '../../lib/clock';
import type { Deps } from '../../lib/deps';
import { goesOnRestored } from '../../lib/process/re-erase';
import { runProcess } from '../../lib/process/run';
import { dueProcesses, type ProcessRef } from '../../lib/table/process/process';
import { partsInUse } from '../support/scan';
import type { World } from '../support/world';

/** Runs of a process after which it must have come to its end. */
const MOST_RUNS = 30;
const PAGE = 100;
/** It is run by the test itself. */
const RE_ERASE = 're-erase';

/** An instance looks again which table it has. */
export const meanwhile = (world: World): void => world.wait(6 * MINUTE_MS);

/** As the gate hands it over: entries say who works. */
export const asService = (deps: Deps): Deps => ({
  ...deps,
  table: { ...deps.table, by: 'operation:retention/sweep' },
});

/** Timer and queue, until the service is open: nobody says anything to it. */
export async function untilOpen(world: World): Promise<void> {
  for (let run = 0; run < MOST_RUNS; run += 1) {
    await world.ok('retention/sweep', {}, { trigger: 'schedule' });
    await world.work();
    meanwhile(world);
    if ((await world.refused('cards/list', {})) !== 'RESTORING') return;
  }
  throw new Error('it is never opened');
}

/** Runs a process until it is over, with those that its messages ask for. */
export async function untilOver(world: World, deps: Deps, ref: ProcessRef): Promise<ProcessRef> {
  for (let run = 0; run < MOST_RUNS; run += 1) {
    const { outcome } = await runProcess(deps, ref, 'restored');
    await workAs(world, deps);
    if (outcome === 'done' || outcome === 'already-done') return ref;
    world.wait(10 * MINUTE_MS);
  }
  throw new Error('a process is left that never ends');
}

/** What messages ask for, and what the timer finds where one was lost, until nothing of it is due. */
export async function workAs(world: World, deps: Deps): Promise<void> {
  for (let run = 0; run < MOST_RUNS; run += 1) {
    const pages = (await partsInUse(world)).map((shard) =>
      dueProcesses(deps.table, shard, deps.clock.now(), PAGE),
    );
    const due = (await Promise.all(pages)).flatMap((page) => page.due.map(({ ref }) => ref));
    const going = due.filter(({ kind }) => goesOnRestored(kind) && kind !== RE_ERASE);
    world.queued.splice(0, world.queued.length);
    if (going.length === 0) return;
    for (const ref of going) await runProcess(deps, ref, 'restored');
  }
}
