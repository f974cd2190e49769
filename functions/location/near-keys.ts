import { toEpochSeconds } from '../../lib/clock';
import type { KeyRing } from '../../lib/crypto/key-ring';
import type { Deps } from '../../lib/deps';
import { beijingDay } from '../../lib/policy/working-days';
import type { Location } from '../../lib/table/location/location';
import { FRESH_MS } from '../../lib/table/location/place-key';
import type { NearDigest } from '../../lib/table/location/place-keys';
import { BITS, cellAt, centreOf, coarsened, type Place, patchMiddle, slackMetres } from './grid';
import { isOrigin, withOrigin, withRegion } from './speed';

/** Others reckon with a person's square of this level at most, whatever precision they chose for themselves. */
export const NEAR_BITS = BITS['1km'];
/** The level of the index key; the levels below it are in the path. */
const KEY_BITS = 22;
export const LEVELS = [22, 23, 24, 25, 26, 27, 28, 29] as const;
const SEGMENT_CHARS = 4;
const PATH_CHARS = SEGMENT_CHARS * (NEAR_BITS - KEY_BITS);

/** The square of about 1 km in which somebody is, or the middle of a coarser one. */
export function nearSquare(cell: string): string {
  return cellAt(centreOf(coarsened(cell, NEAR_BITS)), NEAR_BITS);
}

/** Squares to a side of a patch: nine of them look alike to others. */
const PATCH_SIDE = 3;

/**
 * The square in which others find somebody: the middle one of a patch of nine, of which theirs is any. Everybody has a grid of patches
 * of their own, which is a secret of the service and never changes: so the same answers come each day, and nothing can be averaged
 * out of them (docs/location.md).
 */
export async function shownSquare(
  ring: Pick<KeyRing, 'digest'>,
  subjectId: string,
  cell: string,
): Promise<string> {
  const lot = Buffer.from(await ring.digest('near', `grid|${subjectId}`), 'base64url');
  const before = (at: number) => lot.readUInt32BE(at) % PATCH_SIDE;
  return patchMiddle(nearSquare(cell), PATCH_SIDE, [before(0), before(4)]);
}

/** How far somebody may be from where they are shown: the diagonal of a square, and what it differs from the next. */
export const displacementMetres = (square: string): number => 2.02 * slackMetres(square);

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
 * The state with its index entry as it should be: there while the person wants to be found, has a fresh place and has not asked from
 * too many today, else not. It is made under the key of its day, and with it what holds jumps back (speed.ts). The end of the path is a
 * lot of the person and the day, so that in a crowd everybody has their days on the first page.
 */
export async function withEntry(
  { placeKeys, clock, ring }: Pick<Deps, 'placeKeys' | 'clock' | 'ring'>,
  subjectId: string,
  value: Omit<Location, 'nearCell' | 'nearPath' | 'nearUntilSeconds'>,
): Promise<Location> {
  const none = { nearCell: undefined, nearPath: undefined, nearUntilSeconds: undefined };
  const { cell, takenAtMs } = value;
  if (!value.on || !cell || takenAtMs === undefined) return { ...value, ...none };
  const day = beijingDay(takenAtMs);
  const digest = await placeKeys.nearDigest(day);
  const placed = withRegion(digest, subjectId, { ...value, cell, takenAtMs });
  const isFresh = takenAtMs + FRESH_MS > clock.now();
  if (value.findable !== 'mutual' || !isFresh) return { ...placed, ...none };
  const own = nearSquare(cell);
  const counted = withOrigin(digest, subjectId, placed, own, day);
  if (!isOrigin(digest, subjectId, counted, own, day)) return { ...counted, ...none };
  const shown = await shownSquare(ring, subjectId, cell);
  const { nearCell, nearPath } = keysOf(digest, centreOf(shown), NEAR_BITS);
  const lot = digest(`lot|${subjectId}`);
  const nearUntilSeconds = Math.min(toEpochSeconds(takenAtMs + FRESH_MS), value.expiresAtSeconds);
  return { ...counted, nearCell, nearPath: nearPath + lot.slice(0, SEGMENT_CHARS), nearUntilSeconds };
}
