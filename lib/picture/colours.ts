import { type Pixels, refusePicture } from './picture';

/**
 * Colours of a profile (ICC.1:2022) in those of the web. The profile itself is never kept, so what it says has to be done before it
 * is dropped: phones photograph in Display P3, and its numbers taken for sRGB are duller than what was seen.
 */

/** Of a profile. The largest that describe a screen or a camera are a tenth of it. */
export const MAX_PROFILE_BYTES = 256 * 1024;

const HEADER_BYTES = 128;
const TAG_BYTES = 12;
const MAX_TAGS = 100;
/** More steps than a channel has: rounding shows nowhere. */
const STEPS = 4096;

/** From the profile's connection space (XYZ under D50) to linear sRGB (IEC 61966-2-1, adapted by Bradford). */
const TO_SRGB = [
  [3.1338561, -1.6168667, -0.4906146],
  [-0.9787684, 1.9161415, 0.033454],
  [0.0719453, -0.2289914, 1.4052427],
] as const;

type Curve = (value: number) => number;
type Profile = { columns: number[][]; curves: Curve[] };

/**
 * The picture in sRGB. What is no profile of red, green and blue changes nothing.
 * @throws AppError INVALID_INPUT for one that says its colours in a way that we do not read
 */
export function inSrgb(pixels: Pixels, profile: Buffer | undefined): Pixels {
  const read = profile && readProfile(profile);
  if (!read) return pixels;
  const linear = read.curves.map((curve) =>
    Float64Array.from({ length: 256 }, (_, value) => curve(value / 255)),
  );
  const rows = TO_SRGB.map((row) =>
    read.columns.map((column) => row.reduce((sum, part, at) => sum + part * (column[at] ?? 0), 0)),
  );
  const encoded = Uint8ClampedArray.from({ length: STEPS + 1 }, (_, step) => 255 * encode(step / STEPS));
  const data = new Uint8ClampedArray(pixels.data);
  for (let at = 0; at < data.length; at += 4) {
    const [r = 0, g = 0, b = 0] = linear.map((values, colour) => values[data[at + colour] ?? 0]);
    for (const [colour, [ofRed = 0, ofGreen = 0, ofBlue = 0]] of rows.entries()) {
      const light = Math.min(1, Math.max(0, ofRed * r + ofGreen * g + ofBlue * b));
      data[at + colour] = encoded[Math.round(light * STEPS)] ?? 0;
    }
  }
  return { ...pixels, data };
}

/** Light of sRGB as a number of its scale, both from 0 to 1. */
const encode = (light: number) => (light <= 0.0031308 ? 12.92 * light : 1.055 * light ** (1 / 2.4) - 0.055);

function readProfile(bytes: Buffer): Profile | undefined {
  if (bytes.length < HEADER_BYTES + 4 || bytes.toString('latin1', 36, 40) !== 'acsp') return undefined;
  if (bytes.toString('latin1', 16, 20) !== 'RGB ') return undefined;
  const tags = tagsOf(bytes);
  const columns = ['rXYZ', 'gXYZ', 'bXYZ'].map((name) => xyzOf(tags.get(name)));
  const curves = ['rTRC', 'gTRC', 'bTRC'].map((name) => curveOf(tags.get(name)));
  if (columns.includes(undefined) || curves.includes(undefined))
    throw refusePicture('这种颜色配置（ICC）不受支持，请换一张图片');
  return { columns: columns as number[][], curves: curves as Curve[] };
}

function tagsOf(bytes: Buffer): Map<string, Buffer> {
  const count = Math.min(bytes.readUInt32BE(HEADER_BYTES), MAX_TAGS);
  const tags = new Map<string, Buffer>();
  for (let index = 0; index < count; index += 1) {
    const at = HEADER_BYTES + 4 + index * TAG_BYTES;
    if (at + TAG_BYTES > bytes.length) break;
    const [from, length] = [bytes.readUInt32BE(at + 4), bytes.readUInt32BE(at + 8)];
    if (from + length <= bytes.length)
      tags.set(bytes.toString('latin1', at, at + 4), bytes.subarray(from, from + length));
  }
  return tags;
}

/** A number of 16 bits before and 16 behind the point. */
const fixed = (bytes: Buffer, at: number) => bytes.readInt32BE(at) / 65_536;

function xyzOf(tag: Buffer | undefined): number[] | undefined {
  if (!tag || tag.length < 20 || tag.toString('latin1', 0, 4) !== 'XYZ ') return undefined;
  return [8, 12, 16].map((at) => fixed(tag, at));
}

function curveOf(tag: Buffer | undefined): Curve | undefined {
  if (!tag || tag.length < 12) return undefined;
  const type = tag.toString('latin1', 0, 4);
  if (type === 'curv') return tableOf(tag);
  return type === 'para' ? formulaOf(tag) : undefined;
}

/** A row of points, a power, or nothing: as it is. */
function tableOf(tag: Buffer): Curve | undefined {
  const count = tag.readUInt32BE(8);
  if (tag.length < 12 + 2 * count) return undefined;
  if (count === 0) return (value) => value;
  const power = count === 1 ? tag.readUInt16BE(12) / 256 : 0;
  if (count === 1) return (value) => value ** power;
  const point = (at: number) => tag.readUInt16BE(12 + 2 * Math.min(at, count - 1)) / 65_535;
  return (value) => {
    const place = value * (count - 1);
    const first = Math.floor(place);
    return point(first) + (point(first + 1) - point(first)) * (place - first);
  };
}

/** How many parameters each of the five formulas has (ICC.1:2022, 10.18). */
const PARAMETERS = [1, 3, 4, 5, 7];

function formulaOf(tag: Buffer): Curve | undefined {
  const kind = tag.readUInt16BE(8);
  const count = PARAMETERS[kind] ?? Number.POSITIVE_INFINITY;
  if (tag.length < 12 + 4 * count) return undefined;
  const parameters = Array.from({ length: count }, (_, index) => fixed(tag, 12 + 4 * index));
  const [g = 1, a = 1, b = 0, c = 0, d = 0, e = 0, f = 0] = parameters;
  const power = (value: number) => Math.max(0, a * value + b) ** g;
  if (kind <= 1) return power;
  if (kind === 2) return (value) => (value >= -b / a ? power(value) + c : c);
  return (value) => (value >= d ? power(value) + e : c * value + f);
}
