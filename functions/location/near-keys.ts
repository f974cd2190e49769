import { HOUR_MS, toEpochSeconds } from '../../lib/clock';
import type { KeyRing } from '../../lib/crypto/key-ring';
import { beijingDay } from '../../lib/policy/working-days';
import type { Location } from '../../lib/table/location/location';
import { BITS, cellAt, centreOf, coarsened, type Place } from './grid';

/** Others reckon with a person's square of this level at most, whatever precision they chose for themselves. */
export const NEAR_BITS = BITS['1km'];
/** The level of the index key; the levels below it are in the path. */
const KEY_BITS = 24;
export const LEVELS = [24, 25, 26, 27, 28, 29] as const;
const SEGMENT_CHARS = 4;
const PATH_CHARS = SEGMENT_CHARS * (NEAR_BITS - KEY_BITS);
/** A place is where somebody is for this long without a new sign. */
export const FRESH_MS = 2 * HOUR_MS;

/** The square in which others may find somebody: about 1 km, or the middle of a coarser one. */
export function nearSquare(cell: string): string {
  return cellAt(centreOf(coarsened(cell, NEAR_BITS)), NEAR_BITS);
}

const segment = async (ring: KeyRing, cell: string) =>
  (await ring.digest('near', cell)).slice(0, SEGMENT_CHARS);

/** The index key and the path down to a level: a keyed digest for each, so that a range of the path is a square. */
export async function keysOf(
  ring: KeyRing,
  place: Place,
  bits: number,
): Promise<{ nearCell: string; nearPath: string }> {
  const levels = LEVELS.filter((level) => level > KEY_BITS && level <= bits);
  const segments = await Promise.all(levels.map((level) => segment(ring, cellAt(place, level))));
  return { nearCell: await ring.digest('near', cellAt(place, KEY_BITS)), nearPath: segments.join('') };
}

/** The part of an entry's path that names its square. */
export const squarePart = (path: string) => path.slice(0, PATH_CHARS);

/**
 * The state with its index entry as it should be: there while the person wants to be found and has a place, else not. The
 * end of the path is a lot of the person and the day, so that in a crowd everybody has their days on the first page.
 */
export async function withEntry(
  ring: KeyRing,
  subjectId: string,
  value: Omit<Location, 'nearCell' | 'nearPath' | 'nearUntilSeconds'>,
): Promise<Location> {
  const { cell, takenAtMs } = value;
  if (!value.on || value.findable !== 'mutual' || !cell || takenAtMs === undefined)
    return { ...value, nearCell: undefined, nearPath: undefined, nearUntilSeconds: undefined };
  const { nearCell, nearPath } = await keysOf(ring, centreOf(nearSquare(cell)), NEAR_BITS);
  const lot = await ring.digest('near', `lot|${subjectId}|${beijingDay(takenAtMs)}`);
  const nearUntilSeconds = Math.min(toEpochSeconds(takenAtMs + FRESH_MS), value.expiresAtSeconds);
  return { ...value, nearCell, nearPath: nearPath + lot.slice(0, SEGMENT_CHARS), nearUntilSeconds };
}
