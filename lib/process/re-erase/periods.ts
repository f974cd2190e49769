import { HOUR_MS } from '../../clock';
import type { Deps } from '../../deps';
import { freeOfFreezing } from '../../table/hold/freezing';
import { SWEEP_PARTS } from '../../table/keys';
import { lostRace } from '../../table/races';
import { declaredEntities } from '../../table/readers/partition';
import { endedPage } from '../../table/readers/sweep';
import type { Next, StepInput } from '../kind';
import { afterIn, placeIn } from '../sweep/place';

/** One page of what has reached its period, in this run and by itself: nobody waits for it but whoever waits to be served. */
export async function periods(
  { table, objects, clock }: Deps,
  { process: { state } }: StepInput,
): Promise<Next> {
  const { part = 0, swept, pk: _pk, sk: _sk, dueShard: _shard, dueAt: _at, ...of } = state;
  const nowMs = clock.now();
  // What ended within the hour as well: in a restored table nothing of it is to be met.
  const withinMs = nowMs + HOUR_MS;
  const { ended, after } = await endedPage(
    table,
    Number(part),
    nowMs,
    afterIn(state),
    declaredEntities,
    withinMs,
  );
  const isFree = ended.length > 0 ? await freeOfFreezing(table) : () => true;
  for (const { files, writes } of ended.filter(isFree)) {
    if (files.length > 0) await objects.remove(files);
    await table.write(...writes).catch(lostRace);
  }
  const so = { ...of, swept: Number(swept) + ended.length };
  if (after) return { to: 'periods', state: { ...so, part, ...placeIn(after) } };
  const next = Number(part) + 1;
  return next < SWEEP_PARTS ? { to: 'periods', state: { ...so, part: next } } : { to: 'open', state: so };
}
