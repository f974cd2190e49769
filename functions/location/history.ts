import type { Deps } from '../../lib/deps';
import type { Run } from '../../lib/gate/operation';
import { retentionMs } from '../../lib/policy/retention';
import { queryHistory } from '../../lib/table/location/location-history';
import { epochOf } from '../../lib/table/person/consents';
import { placeOf } from './settings';

/** Where the caller has been, newest first, for as long as it is kept (promise L2). */
export async function history(deps: Deps, { caller }: Run<'subject', unknown>) {
  const { person, sealer } = caller;
  const epoch = epochOf(person, 'location-history');
  const oldestMs = deps.clock.now() - retentionMs('location-month');
  const days = await queryHistory(deps.table, person.subjectId, epoch, sealer);
  const places = days.flatMap(({ places }) => [...places].reverse());
  return { places: places.filter(({ takenAtMs }) => takenAtMs > oldestMs).map(placeOf) };
}
