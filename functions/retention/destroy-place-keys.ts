import type { Deps } from '../../lib/deps';
import { destroyPlaceKey, endedPlaceKeys } from '../../lib/table/location/place-key';
import { lostRace } from '../../lib/table/races';
import { appendRetention } from '../../lib/table/retention/append';

/**
 * Destroys the keys of hours and days whose end has come, each in the one write that the retention chain tells of it by: all
 * places of the hour end with it, whosesoever and however many (promise L2). Safe to repeat and for several at once.
 */
export async function destroyPlaceKeys(deps: Pick<Deps, 'ring' | 'table' | 'clock'>): Promise<void> {
  for (const id of await endedPlaceKeys(deps.table, deps.clock.now())) {
    const ofHour = id.name === 'hour';
    const entry = {
      act: ofHour ? 'hour-key.destroyed' : 'day-key.destroyed',
      rule: 'location-day',
      kind: ofHour ? 'location-point' : 'location-cell',
      details: { [ofHour ? 'hour' : 'day']: id.of },
    } as const;
    await appendRetention(deps, entry, [destroyPlaceKey(id)]).catch(lostRace);
  }
}
