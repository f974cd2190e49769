import gcoord from 'gcoord';
import { EXCEPT, MAINLAND } from './gcj02-area';
import type { Place } from './grid';

/** A ring of longitudes and latitudes in degrees, by turns. */
type Outline = readonly number[];

const outline = (text: string, unitsPerDegree: number): Outline =>
  text
    .trim()
    .split(/\s+/)
    .map((number) => Number(number) / unitsPerDegree);

const mainland = MAINLAND.map((text) => outline(text, 100));
const exceptions = EXCEPT.map((text) => outline(text, 1000));

/** The outline is not finer. Within so much of it a point counts as inside, since whoever is there is more likely one of ours. */
const DOUBT_DEGREES = 0.03;

/**
 * WGS-84 as GCJ-02, the system of maps in mainland China; elsewhere both are the same (promise L4). The library moves whatever lies in
 * a rectangle about the country, Osaka and Hanoi included.
 */
export function toGcj02({ latitude, longitude }: Place): Place {
  const at = [longitude, latitude] as const;
  const isMoved = mainland.some((one) => isWithin(one, at))
    ? !exceptions.some((one) => isWithin(one, at))
    : mainland.some((one) => isNear(one, at));
  if (!isMoved) return { latitude, longitude };
  const [east = 0, north = 0] = gcoord.transform([longitude, latitude], gcoord.WGS84, gcoord.GCJ02);
  return { latitude: north, longitude: east };
}

type Point = readonly [x: number, y: number];

function* sidesOf(ring: Outline): Generator<[Point, Point]> {
  const corner = (at: number): Point => [ring[at] ?? 0, ring[at + 1] ?? 0];
  for (let at = 0, before = ring.length - 2; at < ring.length; before = at, at += 2)
    yield [corner(before), corner(at)];
}

/** By how often a line to the east crosses the outline. */
function isWithin(ring: Outline, [x, y]: Point): boolean {
  let within = false;
  for (const [[x1, y1], [x2, y2]] of sidesOf(ring))
    if (y1 > y !== y2 > y && x < ((x2 - x1) * (y - y1)) / (y2 - y1) + x1) within = !within;
  return within;
}

/** A degree of longitude is taken for as long as one of latitude here, which only makes the margin narrower to the east and west. */
function isNear(ring: Outline, [x, y]: Point): boolean {
  for (const [[x1, y1], [x2, y2]] of sidesOf(ring)) {
    const [dx, dy] = [x2 - x1, y2 - y1];
    const along = Math.min(1, Math.max(0, ((x - x1) * dx + (y - y1) * dy) / (dx * dx + dy * dy || 1)));
    if (Math.hypot(x - x1 - along * dx, y - y1 - along * dy) < DOUBT_DEGREES) return true;
  }
  return false;
}
