import { toEpochSeconds } from '../../lib/clock';
import type { Deps } from '../../lib/deps';
import { beijingDay } from '../../lib/policy/working-days';
import type { Location } from '../../lib/table/location/location';
import { FRESH_MS } from '../../lib/table/location/place-key';
import type { NearDigest } from '../../lib/table/location/place-keys';
import { BITS, cellAt, centreOf, coarsened, type Place } from './grid';

/** Others reckon with a person's square of this level at most, whatever precision they chose for themselves. */
export const NEAR_BITS = BITS['1km'];
/** The level of the index key; the levels below it are in the path. */
const KEY_BITS = 24;
export const LEVELS = [24, 25, 26, 27, 28, 29] as const;
const SEGMENT_CHARS = 4;
const PATH_CHARS = SEGMENT_CHARS * (NEAR_BITS - KEY_BITS);

/** The square in which others may find somebody: about 1 km, or the middle of a coarser one. */
export function nearSquare(cell: string): string {
  return cellAt(centreOf(coarsened(cell, NEAR_BITS)), NEAR_BITS);
}

/** The index key and the path down to a level: a keyed digest for each, so that a range of the path is a square. */
export function keysOf(
  digest: NearDigest,
  place: Place,
  bits: number,
): { nearCell: string; nearPath: string } {
  const levels = LEVELS.filter((level) => level > KEY_BITS && level <= bits);
  const segments = levels.map((level) => digest(cellAt(place, level)).slice(0, SEGMENT_CHARS));
  return { nearCell: digest(cellAt(place, KEY_BITS)), nearPath: segments.join('') };
}

/** The part of an entry's path that names its square. */
export const squarePart = (path: string) => path.slice(0, PATH_CHARS);

/**
 * The state with its index entry as it should be: there while the person wants to be found and has a fresh place, else not.
 * It is made under the key of its day. The end of the path is a lot of the person and the day, so that in a crowd everybody
 * has their days on the first page.
 */
export async function withEntry(
  { placeKeys, clock }: Pick<Deps, 'placeKeys' | 'clock'>,
  subjectId: string,
  value: Omit<Location, 'nearCell' | 'nearPath' | 'nearUntilSeconds'>,
): Promise<Location> {
  const { cell, takenAtMs } = value;
  const isFresh = takenAtMs !== undefined && takenAtMs + FRESH_MS > clock.now();
  if (!value.on || value.findable !== 'mutual' || !cell || !isFresh)
    return { ...value, nearCell: undefined, nearPath: undefined, nearUntilSeconds: undefined };
  const digest = await placeKeys.nearDigest(beijingDay(takenAtMs));
  const { nearCell, nearPath } = keysOf(digest, centreOf(nearSquare(cell)), NEAR_BITS);
  const lot = digest(`lot|${subjectId}`);
  const nearUntilSeconds = Math.min(toEpochSeconds(takenAtMs + FRESH_MS), value.expiresAtSeconds);
  return { ...value, nearCell, nearPath: nearPath + lot.slice(0, SEGMENT_CHARS), nearUntilSeconds };
}
