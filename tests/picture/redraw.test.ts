import { createHash } from 'node:crypto';
import { deflateSync } from 'node:zlib';
import { AppError } from '../../lib/errors';
import { isBareJpeg, readJpeg } from '../../lib/picture/jpeg';
import type { PictureType, Pixels } from '../../lib/picture/picture';
import { redraw } from '../../lib/picture/redraw';
import { holdsFor } from '../proof/sample';
import {
  chunk,
  colourAt,
  corners,
  fields,
  isNear,
  ladenJpeg,
  ladenPng,
  ladenWebp,
  marks,
  plainJpeg,
  plainWebp,
  png,
  pngHeader,
  riff,
  riffChunk,
} from './samples';

const SIZE = { side: 512, bytes: 200 * 1024 };
type Make = (orientation?: number, pixels?: Pixels) => Promise<Buffer> | Buffer;
const laden: [PictureType, Make][] = [
  ['image/jpeg', ladenJpeg],
  ['image/png', ladenPng],
  ['image/webp', ladenWebp],
];

/** What is said of a refused picture. */
async function problemOf(bytes: Buffer, type: PictureType): Promise<string | undefined> {
  const error = await redraw(bytes, SIZE, type).then(
    () => undefined,
    (thrown) => thrown,
  );
  if (error !== undefined && !(error instanceof AppError)) throw error;
  return error?.details?.fields?.[0]?.problem;
}

describe('metadata (C7)', () => {
  it.each(laden)('a laden %s comes out as a bare JPEG with none of it', async (type, make) => {
    const original = await make();
    for (const mark of [marks.device, marks.time, marks.place]) expect(original.includes(mark)).toBe(true);
    const { content, width, height } = await redraw(original, SIZE, type);
    for (const mark of Object.values(marks)) expect(content.includes(mark)).toBe(false);
    expect(content.includes('Exif')).toBe(false);
    expect(isBareJpeg(content)).toBe(true);
    expect({ width, height }).toEqual({ width: 512, height: 384 });
    expect(readJpeg(content)).toMatchObject({ width, height, orientation: 1 });
    expect(isNear(await colourAt(content, 0.1, 0.1), corners.topLeft)).toBe(true);
    expect(isNear(await colourAt(content, 0.9, 0.9), corners.bottomRight)).toBe(true);
  });

  it('would see metadata in a JPEG that still had some', async () => {
    expect(isBareJpeg(await plainJpeg())).toBe(true);
    expect(isBareJpeg(await ladenJpeg())).toBe(false);
    expect(isBareJpeg(Buffer.concat([await plainJpeg(), Buffer.from('x')]))).toBe(false);
  });

  // Where the corner that was shown at the top left lies in the stored pixels, by orientation.
  const shown = [
    [1, 'topLeft', 'bottomRight'],
    [2, 'topRight', 'bottomLeft'],
    [3, 'bottomRight', 'topLeft'],
    [4, 'bottomLeft', 'topRight'],
    [5, 'topLeft', 'bottomRight'],
    [6, 'bottomLeft', 'topRight'],
    [7, 'bottomRight', 'topLeft'],
    [8, 'topRight', 'bottomLeft'],
  ] as const;
  it.each(shown)(
    'a picture of orientation %i stands upright afterwards',
    async (orientation, first, last) => {
      for (const [type, make] of laden) {
        const original = await make(orientation, fields(80, 60));
        const { content, width, height } = await redraw(original, SIZE, type);
        expect([width, height]).toEqual(orientation >= 5 ? [60, 80] : [80, 60]);
        expect(isNear(await colourAt(content, 0.1, 0.1), corners[first])).toBe(true);
        expect(isNear(await colourAt(content, 0.9, 0.9), corners[last])).toBe(true);
      }
    },
  );
});

describe('what is kept', () => {
  it('is at most 512 pixels a side and 200 KB, even of noise', async () => {
    const noise = fields(600, 600);
    // Bytes without any pattern, the same in every run.
    noise.data.set(createHash('shake256', { outputLength: noise.data.length }).digest());
    for (let at = 3; at < noise.data.length; at += 4) noise.data[at] = 255;
    const { content, width, height } = await redraw(await plainWebp(noise), SIZE, 'image/webp');
    expect([width, height]).toEqual([512, 512]);
    expect(content.length).toBeLessThanOrEqual(SIZE.bytes);
  });

  it('is not blown up when it is small, and survives one pixel', async () => {
    expect(await redraw(png(fields(40, 20)), SIZE, 'image/png')).toMatchObject({ width: 40, height: 20 });
    expect(await redraw(png(fields(1, 1)), SIZE, 'image/png')).toMatchObject({ width: 1, height: 1 });
    expect(await redraw(png(fields(2000, 1)), SIZE, 'image/png')).toMatchObject({ width: 512, height: 1 });
  });

  it('stands on white where the picture was see-through', async () => {
    const clear = { ...fields(64, 64), data: new Uint8ClampedArray(64 * 64 * 4) };
    const { content } = await redraw(png(clear), SIZE, 'image/png');
    expect(isNear(await colourAt(content, 0.5, 0.5), [255, 255, 255])).toBe(true);
  });
});

describe('what is refused, and says why', () => {
  it('another type than declared, and no picture at all', async () => {
    expect(await problemOf(await plainJpeg(), 'image/png')).toBe('图片的真实格式与声明的不同');
    expect(await problemOf(png(fields(8, 8)), 'image/webp')).toBe('图片的真实格式与声明的不同');
    for (const text of [
      'GIF89a',
      '<svg xmlns="http://www.w3.org/2000/svg"/>',
      '<html>',
      '',
      'BM',
      '\0\0\0 ftypheic',
    ]) {
      expect(await problemOf(Buffer.from(text), 'image/jpeg')).toBe('不是 JPEG、PNG 或 WebP 图片');
    }
  });

  it('a bomb: a small file that claims a huge picture, before anything of it is decoded', async () => {
    const bomb = (width: number, height: number) =>
      Buffer.concat([
        Buffer.from('89504e470d0a1a0a', 'hex'),
        pngHeader(width, height),
        chunk('IDAT', deflateSync(Buffer.alloc(1_000_000))),
        chunk('IEND', Buffer.alloc(0)),
      ]);
    for (const [width, height] of [
      [50_000, 50_000],
      [8193, 1],
      [1, 4_294_967_295],
      [8192, 2049],
    ] as const) {
      expect(await problemOf(bomb(width, height), 'image/png')).toMatch(/^图片尺寸过大/);
    }
    expect(await problemOf(bomb(0, 9), 'image/png')).toBe('图片不完整');
    const jpeg = Buffer.from(await plainJpeg());
    const frame = jpeg.indexOf(Buffer.from([0xff, 0xc2])) + 5;
    jpeg.writeUInt32BE(0xffff_ffff, frame);
    expect(await problemOf(jpeg, 'image/jpeg')).toMatch(/^图片尺寸过大/);
  });

  it('a JPEG of endless passes over its pixels', async () => {
    const jpeg = await plainJpeg(fields(64, 64));
    const scan = jpeg.subarray(jpeg.lastIndexOf(Buffer.from([0xff, 0xda])), jpeg.length - 2);
    const many = Buffer.concat([jpeg.subarray(0, -2), ...Array(500).fill(scan), jpeg.subarray(-2)]);
    expect(await problemOf(many, 'image/jpeg')).toBe('图片过于复杂');
  });

  it('moving pictures', async () => {
    const animated = png(fields(8, 8), [chunk('acTL', Buffer.alloc(8))]);
    expect(await problemOf(animated, 'image/png')).toBe('不接受动图');
    expect(await problemOf(await ladenWebp(1, fields(16, 16), 0x02), 'image/webp')).toBe('不接受动图');
    const frames = riff((await plainWebp(fields(16, 16))).subarray(12), riffChunk('ANMF', Buffer.alloc(16)));
    expect(await problemOf(frames, 'image/webp')).toBe('不接受动图');
  });

  it('a second file behind a PNG or WebP', async () => {
    const archive = Buffer.from('PK\x03\x04marked');
    const behind = [
      [Buffer.concat([png(fields(8, 8)), archive]), 'image/png'],
      [Buffer.concat([await plainWebp(fields(16, 16)), archive]), 'image/webp'],
    ] as const;
    for (const [bytes, type] of behind) expect(await problemOf(bytes, type)).toBe('图片之后还附有别的内容');
  });

  it('a picture whose parts contradict each other', async () => {
    const webp = await ladenWebp(1, fields(16, 16));
    webp.writeUIntLE(99, webp.indexOf('VP8X') + 12, 3);
    expect(await problemOf(webp, 'image/webp')).toBe('图片内容自相矛盾');
  });

  it.each(laden)(
    'a %s cut short anywhere: never an unexpected error, and never a picture',
    async (type, make) => {
      const whole = type === 'image/jpeg' ? await plainJpeg(fields(48, 48)) : await make(1, fields(48, 48));
      const lengths = Array.from({ length: 60 }, (_, part) => Math.floor((part * whole.length) / 60));
      await holdsFor(lengths, 20, async (length) => {
        expect(await problemOf(whole.subarray(0, length), type)).toBeDefined();
      });
    },
  );

  it.each(laden)(
    'a %s with any byte spoilt: a picture or a refusal, never an unexpected error',
    async (type, make) => {
      const whole = await make(1, fields(48, 48));
      const places = Array.from({ length: 120 }, (_, index) => index);
      await holdsFor(places, 20, async (index) => {
        const spoilt = Buffer.from(whole);
        const at = createHash('sha256').update(`${type}${index}`).digest().readUInt32BE() % spoilt.length;
        spoilt[at] = (spoilt[at] ?? 0) ^ (1 << (index % 8));
        const problem = await problemOf(spoilt, type);
        expect(['string', 'undefined']).toContain(typeof problem);
      });
    },
  );
});
