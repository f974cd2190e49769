import * as z from 'zod/mini';
import { MINUTE_MS } from '../../lib/clock';
import { invalidInput } from '../../lib/errors';
import { parseInput } from '../../lib/gate/input';
import type { Location } from '../../lib/table/location/location';
import { toGcj02 } from './gcj02';
import { BITS, cellAt, centreOf, metresBetween, type Place, slackMetres } from './grid';
import { maxKilometres } from './speed';

/** A point older than this says too little of where somebody is now; one from the future is none. */
export const MAX_AGE_MS = 15 * MINUTE_MS;
export const MAX_AHEAD_MS = MINUTE_MS;
export const MAX_ACCURACY_METRES = 10_000;
/** Around 0° N, 0° E: what devices say that do not know where they are. */
const NOWHERE_DEGREES = 0.01;

const degrees = (max: number) => z.number().check(z.minimum(-max), z.maximum(max));

/** A point as a device has it. */
const points = z.strictObject({
  point: z.strictObject({
    /** The coordinate system; `wx.getLocation` has both. */
    system: z.enum(['wgs84', 'gcj02']),
    latitude: degrees(90),
    longitude: degrees(180),
    /** Radius of the circle in which the device is. */
    accuracyMetres: z.number().check(z.minimum(0), z.maximum(MAX_ACCURACY_METRES)),
    source: z.enum(['gps', 'wifi']),
    /** Instant at which the device found it out. */
    takenAt: z.iso.datetime({ offset: true }),
  }),
});
export type PointInput = z.input<typeof points>['point'];

/** What becomes of a point: a square and a time. */
export type Taken = { cell: string; takenAtMs: number };

/** The finest square that a point of this accuracy can honestly be said to be in. */
function bitsFor(accuracyMetres: number): number {
  if (accuracyMetres <= 200) return BITS['100m'];
  return accuracyMetres <= 2000 ? BITS['1km'] : BITS.district;
}

/**
 * Reads a point and forgets it: what is left is the square of the precision that the person chose. To be called only
 * after consent and switch have been checked (promise L1).
 * @throws AppError INVALID_INPUT naming the field and never its value
 */
export function takePoint(input: unknown, state: Location, nowMs: number): Taken {
  const { point } = parseInput(points, { point: input });
  if (Math.abs(point.latitude) < NOWHERE_DEGREES && Math.abs(point.longitude) < NOWHERE_DEGREES)
    throw invalidInput('point', '设备还没有定位');
  const takenAtMs = Date.parse(point.takenAt);
  if (takenAtMs > nowMs + MAX_AHEAD_MS) throw invalidInput('point.takenAt', '时间在将来');
  if (takenAtMs < nowMs - MAX_AGE_MS) throw invalidInput('point.takenAt', '位置已经过时');
  if (takenAtMs < state.sinceMs) throw invalidInput('point.takenAt', '早于打开位置功能的时间');
  if (takenAtMs < (state.takenAtMs ?? 0)) throw invalidInput('point.takenAt', '早于已有的位置');
  const place = point.system === 'wgs84' ? toGcj02(point) : point;
  if (isLeap(place, takenAtMs, state)) throw invalidInput('point', '与上一个位置相距过远');
  const bits = Math.min(BITS[state.precision], bitsFor(point.accuracyMetres));
  return { cell: cellAt(place, bits), takenAtMs: Math.min(takenAtMs, nowMs) };
}

/** Whether nobody could have come here from the last square, measured from its nearest corner. */
function isLeap(place: Place, takenAtMs: number, { cell, takenAtMs: before }: Location): boolean {
  if (cell === undefined || before === undefined) return false;
  const kilometres = (metresBetween(centreOf(cell), place) - slackMetres(cell)) / 1000;
  return kilometres > maxKilometres(before, takenAtMs);
}
