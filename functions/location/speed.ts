import { HOUR_MS, MINUTE_MS } from '../../lib/clock';
import type { Deps } from '../../lib/deps';
import { invalidInput } from '../../lib/errors';
import { beijingDay } from '../../lib/policy/working-days';
import type { Location } from '../../lib/table/location/location';
import type { NearDigest } from '../../lib/table/location/place-keys';
import { cellAt, centreOf, cover } from './grid';

/**
 * What keeps somebody from being everywhere at once (promise L3): a speed that holds across the switch, and a number of squares a day
 * from which one may look around. What is left of a place after `stop` says the region and no more, is a keyed digest, and ends with
 * the key of its day.
 */

/** No airliner goes faster. */
export const MAX_SPEED_KMH = 1200;
/** Squares of about 1 km in which one person is found, and looks around, on one Beijing day. */
export const NEARBY_SQUARES_PER_DAY = 24;
/** Of what is left after a stop: 78 km high, 90 to 150 km wide. */
const REGION_BITS = 16;
/** After that one may be anywhere in the country. */
const REGION_HOURS = 2;
const DIGEST_CHARS = 8;

/** How far somebody may have come between two moments; a minute is nothing that clocks agree on. */
export const maxKilometres = (beforeMs: number, afterMs: number): number =>
  (Math.max(afterMs - beforeMs, MINUTE_MS) / HOUR_MS) * MAX_SPEED_KMH;

const regionIn = (digest: NearDigest, subjectId: string, region: string): string =>
  digest(`region|${subjectId}|${region}`).slice(0, DIGEST_CHARS);

/** A state with the region of its place. */
export function withRegion<S extends { cell: string; takenAtMs: number }>(
  digest: NearDigest,
  subjectId: string,
  value: S,
): S & Pick<Location, 'region' | 'regionAtMs'> {
  const region = regionIn(digest, subjectId, cellAt(centreOf(value.cell), REGION_BITS));
  return { ...value, region, regionAtMs: value.takenAtMs };
}

/**
 * Refuses a first place after the switch to which nobody could have come from the region of the last one. Nothing is known of it once
 * its day is over.
 * @throws AppError INVALID_INPUT
 */
export async function demandReachable(
  { placeKeys }: Pick<Deps, 'placeKeys'>,
  subjectId: string,
  { cell: known, region, regionAtMs }: Location,
  { cell, takenAtMs }: { cell: string; takenAtMs: number },
): Promise<void> {
  if (known !== undefined || region === undefined || regionAtMs === undefined) return;
  const kilometres = maxKilometres(regionAtMs, takenAtMs);
  if (kilometres > REGION_HOURS * MAX_SPEED_KMH) return;
  const digest = await placeKeys.knownNearDigest(beijingDay(regionAtMs));
  if (!digest) return;
  const within = cover(centreOf(cell), kilometres * 1000, REGION_BITS);
  if (!within.some((one) => regionIn(digest, subjectId, one) === region))
    throw invalidInput('point', '与上一个位置相距过远');
}

type Origins = Pick<Location, 'originsOn' | 'originCount' | 'origins'>;

const originIn = (digest: NearDigest, subjectId: string, square: string): string =>
  digest(`origin|${subjectId}|${square}`).slice(0, DIGEST_CHARS);

/** Whether somebody may be found, and look around, in this square today. */
export function isOrigin(
  digest: NearDigest,
  subjectId: string,
  { originsOn, origins }: Origins,
  square: string,
  day: string,
): boolean {
  return originsOn === day && origins?.includes(originIn(digest, subjectId, square)) === true;
}

/** A state in which this square is counted among those of the day, once, while there are not too many. */
export function withOrigin<S extends Origins>(
  digest: NearDigest,
  subjectId: string,
  value: S,
  square: string,
  day: string,
): S & Origins {
  if (isOrigin(digest, subjectId, value, square, day)) return value;
  const isToday = value.originsOn === day;
  const count = isToday ? (value.originCount ?? 0) : 0;
  if (count >= NEARBY_SQUARES_PER_DAY) return value;
  const before = (isToday && value.origins) || [];
  const origins = [...before, originIn(digest, subjectId, square)];
  return { ...value, originsOn: day, originCount: count + 1, origins };
}
