import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { deflateSync } from 'node:zlib';
import { inSrgb, MAX_PROFILE_BYTES } from '../../lib/picture/colours';
import type { Pixels } from '../../lib/picture/picture';
import { redraw } from '../../lib/picture/redraw';
import { problemOf } from './agreement';
import {
  chunk,
  colourAt,
  fields,
  isNear,
  plainJpeg,
  plainWebp,
  png,
  riff,
  riffChunk,
  segment,
} from './samples';

const SIZE = { side: 512, bytes: 200 * 1024 };
const other = (name: string) => readFileSync(join(__dirname, '../samples/others', name));

/** A profile with the primaries of Display P3 and the curves given, by the letter of ICC.1. */
function profileOf(
  curve: Buffer,
  space = 'RGB ',
  tagNames = ['rXYZ', 'gXYZ', 'bXYZ', 'rTRC', 'gTRC', 'bTRC'],
): Buffer {
  const primaries = [
    [0.51512, 0.2412, -0.00105],
    [0.29198, 0.69225, 0.04189],
    [0.1571, 0.06657, 0.78407],
  ].map((xyz) => {
    const body = Buffer.alloc(20);
    body.write('XYZ ');
    for (const [index, one] of xyz.entries()) body.writeInt32BE(Math.round(one * 65_536), 8 + 4 * index);
    return body;
  });
  const bodies = [...primaries, curve, curve, curve];
  const head = Buffer.alloc(128);
  head.write(space, 16);
  head.write('acsp', 36);
  const count = Buffer.alloc(4);
  count.writeUInt32BE(tagNames.length);
  let from = 128 + 4 + 12 * tagNames.length;
  const rows = tagNames.map((name, index) => {
    const row = Buffer.alloc(12);
    row.write(name);
    row.writeUInt32BE(from, 4);
    row.writeUInt32BE(bodies[index]?.length ?? 0, 8);
    from += bodies[index]?.length ?? 0;
    return row;
  });
  return Buffer.concat([head, count, ...rows, ...bodies.slice(0, tagNames.length)]);
}

/** The curve of sRGB as a formula, as a row of points, and nearly, as a power. */
function curves(): Record<string, Buffer> {
  const formula = Buffer.alloc(12 + 20);
  formula.write('para');
  formula.writeUInt16BE(3, 8);
  for (const [index, one] of [2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045].entries())
    formula.writeInt32BE(Math.round(one * 65_536), 12 + 4 * index);
  const points = Buffer.alloc(12 + 2 * 1024);
  points.write('curv');
  points.writeUInt32BE(1024, 8);
  for (let at = 0; at < 1024; at += 1) {
    const value = at / 1023;
    const light = value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
    points.writeUInt16BE(Math.round(light * 65_535), 12 + 2 * at);
  }
  const power = Buffer.alloc(14);
  power.write('curv');
  power.writeUInt32BE(1, 8);
  power.writeUInt16BE(Math.round(2.2 * 256), 12);
  return { formula, points, power };
}

const P3 = profileOf(curves().formula ?? Buffer.alloc(0));
const one = (r: number, g: number, b: number): Pixels => ({
  data: new Uint8ClampedArray([r, g, b, 255]),
  width: 1,
  height: 1,
});
const near = (seen: Pixels, wanted: number[]) =>
  wanted.every((value, at) => Math.abs((seen.data[at] ?? 0) - value) <= 8);

describe('colours come out as they were seen, whoever took the picture (C7)', () => {
  it.each(Object.entries(curves()))('of Display P3 with its curve as a %s', (_, curve) => {
    expect(near(inSrgb(one(180, 90, 60), profileOf(curve)), [193, 83, 51])).toBe(true);
    expect(near(inSrgb(one(60, 150, 70), profileOf(curve)), [0, 152, 58])).toBe(true);
    expect(near(inSrgb(one(128, 128, 128), profileOf(curve)), [128, 128, 128])).toBe(true);
  });

  it('in a JPEG, a PNG and a WebP that carry it, and the profile is gone', async () => {
    const pixels = { ...fields(64, 48) };
    for (let at = 0; at < pixels.data.length; at += 4) pixels.data.set([180, 90, 60, 255], at);
    const jpeg = await plainJpeg(pixels);
    const heading = Buffer.from('ICC_PROFILE\0\x01\x01', 'latin1');
    const canvas = Buffer.alloc(10);
    canvas[0] = 0x20;
    canvas.writeUIntLE(63, 4, 3);
    canvas.writeUIntLE(47, 7, 3);
    const frame = (await plainWebp(pixels)).subarray(12);
    const carried = [
      Buffer.concat([jpeg.subarray(0, 2), segment(0xe2, heading, P3), jpeg.subarray(2)]),
      png(pixels, [chunk('iCCP', Buffer.concat([Buffer.from('P3\0\0', 'latin1'), deflateSync(P3)]))]),
      riff(riffChunk('VP8X', canvas), riffChunk('ICCP', P3), frame),
    ];
    for (const bytes of carried) {
      const { content } = await redraw(bytes, SIZE);
      expect(isNear(await colourAt(content, 0.5, 0.5), [193, 83, 51])).toBe(true);
      expect(content.includes('acsp')).toBe(false);
    }
    const { content } = await redraw(other('p3.jpg'), SIZE);
    expect(content.includes('acsp')).toBe(false);
  });

  it('whatever a profile holds, it is read, left out or named as unsupported', async () => {
    const same = one(1, 2, 3);
    expect(inSrgb(same, undefined)).toBe(same);
    expect(inSrgb(same, Buffer.from('no profile'))).toBe(same);
    expect(inSrgb(same, profileOf(Buffer.alloc(12), 'GRAY'))).toBe(same);
    expect(() => inSrgb(same, profileOf(Buffer.alloc(0), 'RGB ', ['rXYZ']))).toThrow();
    for (let cut = 132; cut < P3.length; cut += 7) expect(() => inSrgb(same, P3.subarray(0, cut))).toThrow();
    const bomb = deflateSync(Buffer.alloc(MAX_PROFILE_BYTES + 1));
    const bytes = png(fields(16, 16), [chunk('iCCP', Buffer.concat([Buffer.from('x\0\0', 'latin1'), bomb]))]);
    expect(await problemOf(bytes)).toBeUndefined();
  });

  it('of four colours none is guessed, the first word on which way is up counts, and filling is no second file', async () => {
    expect(await problemOf(other('cmyk.jpg'))).toBe('这种 JPEG 编码不受支持');
    expect(await redraw(other('ex-two-second-none.jpg'), SIZE)).toMatchObject({ width: 200, height: 400 });
    for (const filling of ['\0', '\0\0\0\0', '\n', '\r\n']) {
      const bytes = png(fields(16, 16));
      expect(await problemOf(Buffer.concat([bytes, Buffer.from(filling)]))).toBeUndefined();
      expect(await problemOf(Buffer.concat([bytes, Buffer.from(filling), Buffer.from('x')]))).toBe(
        '图片之后还附有别的内容',
      );
    }
    expect(await problemOf(other('png-trail0.png'))).toBeUndefined();
  });
});
