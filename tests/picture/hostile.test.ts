import jpegDecoder from '@jsquash/jpeg/codec/dec/mozjpeg_dec.wasm';
import jpegEncoder from '@jsquash/jpeg/codec/enc/mozjpeg_enc.wasm';
// @ts-expect-error the package declares the module's exports; our loader gives its bytes
import pngCodec from '@jsquash/png/codec/pkg/squoosh_png_bg.wasm';
import webpDecoder from '@jsquash/webp/codec/dec/webp_dec.wasm';
import fc from 'fast-check';
import { AppError } from '../../lib/errors';
import { capped } from '../../lib/picture/capped';
import { decoders, MAX_CODEC_BYTES } from '../../lib/picture/codecs';
import { essentialJpeg, isBareJpeg, readJpeg } from '../../lib/picture/jpeg';
import type { Header, PictureType } from '../../lib/picture/picture';
import { essentialPng, readPng } from '../../lib/picture/png';
import { redraw } from '../../lib/picture/redraw';
import { essentialWebp, readWebp } from '../../lib/picture/webp';
import {
  hollowJpeg,
  hollowPng,
  hollowWebp,
  jpegFrame,
  jpegParts,
  jpegScan,
  losslessFrame,
  pngHeaderOf,
} from './hollow';
import {
  chunk,
  colourAt,
  corners,
  fields,
  isNear,
  ladenJpeg,
  ladenPng,
  ladenWebp,
  plainJpeg,
  plainWebp,
  png,
  riff,
  riffChunk,
  segment,
} from './samples';

/** Shown to the reader, and hidden from it: sizes that cannot be mistaken for one another. */
const SHOWN = [48, 40] as const;
const HIDDEN = [320, 264] as const;
const SIZE = { side: 512, bytes: 200 * 1024 };

const readers: Record<PictureType, [(bytes: Buffer) => Header, (bytes: Buffer) => Buffer]> = {
  'image/jpeg': [readJpeg, essentialJpeg],
  'image/png': [readPng, essentialPng],
  'image/webp': [readWebp, essentialWebp],
};

/** What our reader refuses, or undefined. Anything but a refusal is a fault. */
function refusalOf(read: () => unknown): AppError | undefined {
  try {
    read();
  } catch (error) {
    if (error instanceof AppError) return error;
    throw error;
  }
  return undefined;
}

type Outcome = 'refused' | 'spoilt' | 'decoded';

/** What the decoder makes of what our reader took: nothing, or a picture of the size that was read. */
async function outcomeOf(type: PictureType, bytes: Buffer): Promise<Outcome> {
  const [read, essential] = readers[type];
  if (refusalOf(() => read(bytes))) return 'refused';
  const given = essential(bytes);
  const { width, height } = read(given);
  expect(read(bytes)).toMatchObject({ width, height });
  expect(essential(given).equals(given)).toBe(true);
  if (width * height > 4_000_000) return 'refused'; // the size is refused next, or costs time only
  const pixels = await decoders[type](given).catch(() => undefined);
  if (!pixels) return 'spoilt';
  expect([pixels.width, pixels.height]).toEqual([width, height]);
  return 'decoded';
}

async function problemOf(bytes: Buffer): Promise<string | undefined> {
  const error = await redraw(bytes, SIZE).then(
    () => undefined,
    (thrown) => thrown,
  );
  if (error !== undefined && !(error instanceof AppError)) throw error;
  return error?.details?.fields?.[0]?.problem;
}

const allMarkers = Array.from({ length: 0xff }, (_, marker) => marker);
const inserted = (parts: Buffer[], at: number, ...more: Buffer[]) =>
  Buffer.concat([...parts.slice(0, at), ...more, ...parts.slice(at)]);

describe('a JPEG with one segment too many', () => {
  /** A picture hidden in a segment: it is read by whoever finds no length there. */
  const hidden = Buffer.concat([
    Buffer.from([0, 0]),
    jpegFrame(...HIDDEN),
    jpegScan(...HIDDEN),
    Buffer.from([0xff, 0xd9]),
  ]);
  hidden.writeUInt16BE(hidden.length, 0);

  it('is not bare, whichever marker it has, wherever it stands, even one without content (C7)', async () => {
    const jpeg = await plainJpeg(fields(...SHOWN));
    expect(isBareJpeg(jpeg)).toBe(true);
    const starts = [2, 20, jpeg.indexOf(Buffer.from([0xff, 0xda])), jpeg.length - 2, jpeg.length];
    for (const marker of allMarkers.slice(1)) {
      for (const body of [Buffer.from('taken at home'), Buffer.from('ab'), Buffer.alloc(0)]) {
        for (const at of starts) {
          const more = segment(marker, body);
          const bytes = Buffer.concat([jpeg.subarray(0, at), more, jpeg.subarray(at)]);
          expect(`${marker} at ${at}: ${isBareJpeg(bytes)}`).toBe(`${marker} at ${at}: false`);
        }
      }
    }
  });

  it('is not bare with the headings of other programs, or a second one of our own (C7)', async () => {
    const jpeg = await plainJpeg(fields(...SHOWN));
    const adobe = segment(0xee, Buffer.from('Adobe\0\x64\0\0\0\0\x01', 'latin1'));
    const jfif = jpeg.subarray(2, 20);
    const tampered = Buffer.from(jfif);
    tampered[12] = 0x41;
    for (const more of [adobe, jfif, tampered])
      expect(isBareJpeg(Buffer.concat([jpeg.subarray(0, 2), more, jpeg.subarray(2)]))).toBe(false);
  });

  it('never shows the decoder another size, whichever marker the hidden picture stands behind', async () => {
    const parts = jpegParts(...SHOWN);
    const seen = new Set<Outcome>();
    for (const marker of allMarkers) {
      for (let at = 1; at <= parts.length; at += 1) {
        seen.add(await outcomeOf('image/jpeg', inserted(parts, at, Buffer.from([0xff, marker]), hidden)));
      }
    }
    expect([...seen].sort()).toEqual(['decoded', 'refused']);
  });

  it('is refused when the marker has no length, starts anew, is reserved or of another coding', async () => {
    const parts = jpegParts(...SHOWN);
    const bad = allMarkers.filter(
      (marker) =>
        ![0xc0, 0xc1, 0xc2, 0xc4, 0xd9, 0xda, 0xdb, 0xdd, 0xfe].includes(marker) && marker >> 4 !== 0xe,
    );
    expect(bad).toHaveLength(230);
    for (const marker of bad) {
      for (const at of [1, 2, 3, 4]) {
        const bytes = inserted(parts, at, Buffer.from([0xff, marker]), hidden);
        expect([marker, await problemOf(bytes)]).toEqual([marker, expect.any(String)]);
      }
    }
  });

  it('is refused with a second frame, or a scan before its frame', async () => {
    const parts = jpegParts(...SHOWN);
    for (let at = 1; at <= 5; at += 1)
      expect(await problemOf(inserted(parts, at, jpegFrame(...HIDDEN)))).toBe('图片内容自相矛盾');
    expect(await problemOf(inserted(parts, 3, jpegScan(...HIDDEN)))).toBe('图片内容自相矛盾');
  });

  it('is taken when a camera might write it: restarts, fill bytes, comments, and a film behind', async () => {
    const [start, , codes, frame, scan, end] = jpegParts(...SHOWN) as [
      Buffer,
      Buffer,
      Buffer,
      Buffer,
      Buffer,
      Buffer,
    ];
    const tables = jpegParts(...SHOWN)[1] as Buffer;
    const fill = Buffer.from([0xff, 0xff]);
    const restart = Buffer.from([0xff, 0xff, 0xd0]);
    const comment = segment(0xfe, Buffer.from('holiday'));
    const bytes = [
      start,
      comment,
      fill,
      tables,
      codes,
      frame,
      scan,
      restart,
      Buffer.alloc(2),
      fill,
      end,
      hidden,
    ];
    expect(await outcomeOf('image/jpeg', Buffer.concat(bytes))).toBe('decoded');
  });

  it('keeps its colours: with the heading of JFIF, of Adobe, or none', async () => {
    const jpeg = await plainJpeg(fields(64, 64));
    const rest = jpeg.subarray(20);
    const adobe = (transform: number) =>
      segment(0xee, Buffer.from([...Buffer.from('Adobe'), 0, 100, 1, 2, 3, 4, transform, 9]));
    const start = jpeg.subarray(0, 2);
    for (const heading of [Buffer.alloc(0), adobe(1), jpeg.subarray(2, 20)]) {
      const { content } = await redraw(Buffer.concat([start, heading, rest]), SIZE);
      expect(isNear(await colourAt(content, 0.1, 0.1), corners.topLeft)).toBe(true);
    }
    // Adobe's 0 says that red, green and blue stand there as they are.
    const raw = Buffer.concat([start, adobe(0), rest]);
    const { data } = await decoders['image/jpeg'](raw);
    const kept = await decoders['image/jpeg'](essentialJpeg(raw));
    expect(Buffer.from(kept.data).equals(Buffer.from(data))).toBe(true);
    expect(isNear([data[0] ?? 0, data[1] ?? 0, data[2] ?? 0], corners.topLeft)).toBe(false);
  });
});

describe('a WebP or PNG with one part too many', () => {
  const canvas = (width: number, height: number, flags = 0x10) => {
    const body = Buffer.alloc(10);
    body[0] = flags;
    body.writeUIntLE(width - 1, 4, 3);
    body.writeUIntLE(height - 1, 7, 3);
    return riffChunk('VP8X', body);
  };
  const alpha = riffChunk('ALPH', Buffer.alloc(1 + SHOWN[0] * SHOWN[1], 128).fill(0, 0, 1));

  it('never shows the decoder another size, in whatever order the parts of a WebP stand', async () => {
    const lossy = (await plainWebp(fields(...SHOWN))).subarray(12);
    const parts = [
      canvas(...SHOWN),
      canvas(...HIDDEN),
      lossy,
      losslessFrame(...SHOWN),
      losslessFrame(...HIDDEN),
      alpha,
      riffChunk('EXIF', Buffer.from('II*\0')),
      riffChunk('ZZZZ', losslessFrame(...HIDDEN)),
      losslessFrame(...HIDDEN).subarray(8), // with no name: a decoder might take it as it is
    ];
    const seen = new Set<Outcome>();
    const order = fc.array(fc.constantFrom(...parts), { minLength: 1, maxLength: 5 });
    await fc.assert(
      fc.asyncProperty(order, async (chosen) => {
        seen.add(await outcomeOf('image/webp', riff(...chosen)));
      }),
      { numRuns: 400 },
    );
    expect(seen).toContain('decoded');
    expect(seen).toContain('refused');
  });

  it('is refused with a doubled frame, canvas or transparency, or a canvas that comes late', async () => {
    const lossy = (await plainWebp(fields(...SHOWN))).subarray(12);
    const lossless = losslessFrame(...SHOWN);
    for (const parts of [
      [losslessFrame(...HIDDEN), lossy],
      [lossy, losslessFrame(...HIDDEN)],
      [lossy, lossy],
      [lossless, lossless],
      [canvas(...SHOWN), canvas(...SHOWN), lossy],
      [canvas(...SHOWN), alpha, alpha, lossy],
      [lossy, canvas(...SHOWN)],
      [canvas(...HIDDEN), lossy],
    ]) {
      expect(await problemOf(riff(...parts))).toBe('图片内容自相矛盾');
    }
  });

  it('keeps what is see-through in a WebP, and drops what is unknown', async () => {
    const lossy = (await plainWebp(fields(...SHOWN))).subarray(12);
    const bytes = riff(
      canvas(...SHOWN, 0),
      riffChunk('ZZZZ', Buffer.from('odd')),
      alpha,
      lossy,
      alpha.subarray(0, 0),
    );
    const given = essentialWebp(bytes);
    expect(given.includes('ZZZZ')).toBe(false);
    const { data } = await decoders['image/webp'](given);
    expect(data[3]).toBe(128);
  });

  it('never shows the decoder another size, in whatever order the parts of a PNG stand', async () => {
    const whole = hollowPng(...SHOWN);
    const pixels = whole.subarray(33, whole.length - 12);
    const parts = [
      pngHeaderOf(...SHOWN, 8, 2),
      pngHeaderOf(...HIDDEN, 8, 2),
      pixels,
      chunk('PLTE', Buffer.alloc(768)),
      chunk('tRNS', Buffer.alloc(6)),
      chunk('zTXt', Buffer.from('a\0\0')),
    ];
    const seen = new Set<Outcome>();
    const order = fc.array(fc.constantFrom(...parts), { minLength: 1, maxLength: 5 });
    await fc.assert(
      fc.asyncProperty(order, async (chosen) => {
        const bytes = [whole.subarray(0, 8), pngHeaderOf(...SHOWN, 8, 2), ...chosen, whole.subarray(-12)];
        seen.add(await outcomeOf('image/png', Buffer.concat(bytes)));
      }),
      { numRuns: 200 },
    );
    expect([...seen].sort()).toEqual(['decoded', 'refused', 'spoilt']);
    expect(await problemOf(hollowPng(...SHOWN, {}, [pngHeaderOf(...HIDDEN, 8, 2)]))).toBe('图片内容自相矛盾');
  });
});

describe('any file at all', () => {
  const makers = [
    ['image/jpeg', () => ladenJpeg(1, fields(...SHOWN))],
    ['image/jpeg', async () => hollowJpeg(...SHOWN)],
    ['image/png', async () => ladenPng(1, fields(...SHOWN))],
    ['image/webp', () => ladenWebp(1, fields(...SHOWN))],
    ['image/webp', async () => hollowWebp(...SHOWN)],
  ] as const;

  it.each(makers)(
    'a %s with pieces moved, doubled, taken out or overwritten has one size for reader and decoder',
    async (type, make) => {
      const whole = await make();
      const place = fc.nat(whole.length);
      const seen = new Set<Outcome>();
      const change = fc.record({ at: place, from: place, length: fc.nat(40), over: fc.option(fc.nat(40)) });
      await fc.assert(
        fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 3 }), async (changes) => {
          const bytes = changes.reduce((now, { at, from, length, over }) => {
            const piece = now.subarray(from, from + length);
            return Buffer.concat([now.subarray(0, at), piece, now.subarray(at + (over ?? piece.length))]);
          }, whole);
          // Without its true length in front a WebP is refused at once, and nothing is learnt.
          if (type === 'image/webp' && bytes.length >= 12) bytes.writeUInt32LE(bytes.length - 8, 4);
          seen.add(await outcomeOf(type, bytes));
        }),
        { numRuns: 300 },
      );
      expect(seen).toContain('refused');
      expect(seen).toContain('decoded');
    },
  );
});

describe('the memory of a codec', () => {
  const codecs: [string, Uint8Array][] = [
    ['JPEG decoder', jpegDecoder],
    ['JPEG encoder', jpegEncoder],
    ['PNG codec', pngCodec],
    ['WebP decoder', webpDecoder],
  ];
  it.each(codecs)('of the %s grows up to its limit and not by a page more', async (_, code) => {
    const module = await WebAssembly.compile(capped(code, MAX_CODEC_BYTES));
    const imports: Record<string, Record<string, () => void>> = {};
    for (const { module: from, name } of WebAssembly.Module.imports(module)) {
      imports[from] = { ...imports[from], [name]: () => {} };
    }
    const { exports } = new WebAssembly.Instance(module, imports);
    const memory = Object.values(exports).find(
      (one) => Object.hasOwn(Object.getPrototypeOf(one), 'grow') && 'buffer' in one,
    );
    memory.grow((MAX_CODEC_BYTES - memory.buffer.byteLength) / 65_536);
    expect(memory.buffer.byteLength).toBe(MAX_CODEC_BYTES);
    expect(() => memory.grow(1)).toThrow(RangeError);
  });

  it('is enough for the largest pictures that are taken', async () => {
    for (const [width, height] of [
      [4096, 4096],
      [8192, 2048],
      [2048, 8192],
    ] as const) {
      for (const [type, bytes] of [
        ['image/jpeg', hollowJpeg(width, height)],
        ['image/png', hollowPng(width, height)],
        ['image/webp', hollowWebp(width, height)],
      ] as const) {
        expect(await decoders[type](bytes)).toMatchObject({ width, height });
      }
    }
  });

  it('runs out with a clean error, and the pictures beside and after it are drawn', async () => {
    const bombs = [
      ['image/jpeg', hollowJpeg(16_000, 12_000), await plainJpeg(fields(...SHOWN))],
      ['image/png', hollowPng(16_000, 12_000, { depth: 1, colour: 0, bits: 1 }), png(fields(...SHOWN))],
      ['image/webp', hollowWebp(16_383, 12_000), await plainWebp(fields(...SHOWN))],
    ] as const;
    for (const [type, bomb, good] of bombs) {
      const tries = [bomb, good, bomb, good].map((bytes) => decoders[type](bytes));
      const outcomes = (await Promise.allSettled(tries)).map(({ status }) => status);
      expect([type, ...outcomes]).toEqual([type, 'rejected', 'fulfilled', 'rejected', 'fulfilled']);
      expect(await problemOf(good)).toBeUndefined();
    }
  });

  it('is not used up by pictures that were refused', async () => {
    const spoilt = png(fields(16, 16), [], [chunk('IDAT', Buffer.alloc(2_000_000))]);
    spoilt[spoilt.indexOf('IDAT') + 4] = 0;
    for (let index = 0; index < 110; index += 1) {
      await expect(decoders['image/png'](spoilt)).rejects.toThrow();
    }
    expect(await problemOf(png(fields(...SHOWN)))).toBeUndefined();
  });
});
