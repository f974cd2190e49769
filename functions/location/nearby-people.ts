import { toEpochSeconds } from '../../lib/clock';
import type { Deps } from '../../lib/deps';
import { slicesOf } from '../../lib/slices';
import type { Item } from '../../lib/table/client';
import { type Key, keys } from '../../lib/table/keys';
import { locationKey, readLocation } from '../../lib/table/location/location';
import type { NearEntry } from '../../lib/table/location/near';
import { consentInForce } from '../../lib/table/person/consents';
import { type Person, readPerson } from '../../lib/table/person/person';
import { openPerson } from '../../lib/table/person/person-key';
import { minorKey } from '../../lib/table/real-name/minor';
import type { Sealer } from '../../lib/table/sealer';
import { blockKeys, isBlock } from '../../lib/table/sharing/block';
import type { Viewer } from '../../lib/table/sharing/may-show';

/** What DynamoDB gives in one batch. */
const KEYS_PER_TRIP = 100;
const KEYS_PER_PERSON = 5;
export const PEOPLE_PER_TRIP = Math.floor((KEYS_PER_TRIP - 1) / KEYS_PER_PERSON);

/** Somebody near who may be shown, with their square. */
export type NearbyPerson = { person: Person; sealer: Sealer; viewer: Viewer; cell: string; path: string };

/**
 * Looks at the people of some entries as they are at this moment, strongly consistent. Left out is everybody who has
 * switched off, ended the consent, moved away, whose time is over, who does not want to be found, is a minor, or has
 * blocked the viewer or been blocked; and everybody when the viewer is a minor.
 */
export async function loadNearby(
  deps: Deps,
  viewerId: string,
  entries: NearEntry[],
): Promise<NearbyPerson[]> {
  const trips = slicesOf(entries, PEOPLE_PER_TRIP);
  return (await Promise.all(trips.map((some) => meetSome(deps, viewerId, some)))).flat();
}

async function meetSome(deps: Deps, viewerId: string, entries: NearEntry[]): Promise<NearbyPerson[]> {
  const wanted = entries.flatMap(({ subjectId }): Key[] => [
    keys.person(subjectId),
    locationKey(subjectId),
    minorKey(subjectId),
    ...blockKeys(subjectId, viewerId),
  ]);
  const [viewerIsMinor, ...items] = await deps.table.getMany([minorKey(viewerId), ...wanted]);
  if (viewerIsMinor) return [];
  const met = entries.map((entry, index) =>
    whoIs(deps, viewerId, entry, items.slice(index * KEYS_PER_PERSON, (index + 1) * KEYS_PER_PERSON)),
  );
  return (await Promise.all(met)).filter((one) => one !== undefined);
}

async function whoIs(
  deps: Deps,
  viewerId: string,
  entry: NearEntry,
  [self, place, minor, ...blocks]: (Item | undefined)[],
): Promise<NearbyPerson | undefined> {
  const person = self && readPerson(self);
  if (!person || minor || blocks.some(isBlock)) return undefined; // not even opened
  const agreed = consentInForce(deps.policy.inForce().reachVersions, person, 'location');
  if (!agreed) return undefined;
  const sealer = await openPerson(deps, person);
  if (!sealer) return undefined;
  const now = deps.clock.now();
  const where = await readLocation(deps, place, agreed.epoch, sealer);
  if (!where?.on || where.findable !== 'mutual' || !where.cell) return undefined;
  if ((where.nearUntilSeconds ?? 0) <= toEpochSeconds(now)) return undefined;
  if (where.nearPath !== entry.path) return undefined;
  const viewer = { subjectId: viewerId, blocks };
  return { person, sealer, viewer, cell: where.cell, path: entry.path };
}
