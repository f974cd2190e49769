import { HOUR_MS } from '../../lib/clock';
import type { Deps } from '../../lib/deps';
import { AppError } from '../../lib/errors';
import type { Run, Subject } from '../../lib/gate/operation';
import { beijingDay } from '../../lib/policy/working-days';
import { ConditionFailed, type Write } from '../../lib/table/client';
import { endOf, type Location, putPoint, readLocation, sealerOf } from '../../lib/table/location/location';
import {
  historyKey,
  putHistoryDay,
  readHistoryDay,
  withPlace,
} from '../../lib/table/location/location-history';
import { consentInForce } from '../../lib/table/person/consents';
import { untilWon } from '../../lib/table/races';
import { withEntry } from './near-keys';
import { type Taken, takePoint } from './point';
import { locationEpoch, ownLocation, placeOf } from './settings';
import { demandReachable } from './speed';

/**
 * Takes the caller's new place, while location is on. Nothing of the input is looked at before. Somebody who has not
 * left their square costs no write until the next full hour.
 * @throws AppError LOCATION_OFF also when it is switched off, expires or loses its consent while this call is under way
 */
export async function update(deps: Deps, { caller, input }: Run<'subject', { point?: unknown }>) {
  let before = await ownLocation(deps, caller);
  return untilWon(async () => {
    if (!before?.on) throw new AppError('LOCATION_OFF');
    const nowMs = deps.clock.now();
    const taken = takePoint(input.point, before, nowMs);
    await demandReachable(deps, caller.person.subjectId, before, taken);
    if (isUnmoved(before, taken)) return { place: placeOf(taken), stored: false };
    const after = await withEntry(deps, caller.person.subjectId, {
      ...before,
      ...taken,
      revision: before.revision + 1,
      expiresAtSeconds: endOf(taken.takenAtMs, before.untilSeconds),
    });
    const refused = await tryOnce(deps, caller, before, after, taken);
    if (!refused) return { place: placeOf(taken), stored: true };
    before = refused.location
      ? await readLocation(deps, refused.location.item, locationEpoch(caller), caller.sealer)
      : before;
    if (refused.noHistory && before) before = { ...before, keepsHistory: false };
    return undefined;
  });
}

function isUnmoved({ cell, takenAtMs = 0 }: Location, taken: Taken): boolean {
  const hour = (ms: number) => Math.floor(ms / HOUR_MS);
  return cell === taken.cell && hour(takenAtMs) === hour(taken.takenAtMs);
}

type Refused = { location: ConditionFailed['found'][number]; noHistory: boolean };

/** One write: the place alone, or with it the history where the person keeps one. */
async function tryOnce(
  deps: Deps,
  caller: Subject,
  before: Location,
  after: Location,
  taken: Taken,
): Promise<Refused | undefined> {
  const { subjectId } = caller.person;
  const history = before.keepsHistory ? await historyWrites(deps, caller, taken) : [];
  const sealer = await sealerOf(deps, after, caller.sealer);
  const point = putPoint(subjectId, after, before, deps.clock.now(), sealer);
  try {
    await deps.table.write(point, ...history);
    return undefined;
  } catch (error) {
    // The table's own condition on the second consent: the history has ended, the place has not.
    if (history.length > 0 && error instanceof AppError && error.code === 'CONSENT_REQUIRED')
      return { location: undefined, noHistory: true };
    if (!(error instanceof ConditionFailed)) throw error;
    return { location: error.found[0], noHistory: false };
  }
}

/** The day with one place more, held to its own consent; nothing where that does not stand or nothing is to be added. */
async function historyWrites(deps: Deps, { person, sealer }: Subject, taken: Taken): Promise<Write[]> {
  const agreed = consentInForce(deps.policy.inForce().reachVersions, person, 'location-history');
  if (!agreed) return [];
  const { subjectId } = person;
  const [item] = await deps.table.getMany([historyKey(subjectId, beijingDay(taken.takenAtMs))]);
  const day = withPlace(readHistoryDay(item, agreed.epoch, sealer), agreed.epoch, taken);
  if (!day) return [];
  return [putHistoryDay(subjectId, day, sealer)];
}
