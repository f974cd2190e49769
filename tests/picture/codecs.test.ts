import jpegDecoder from '@jsquash/jpeg/codec/dec/mozjpeg_dec.wasm';
import jpegEncoder from '@jsquash/jpeg/codec/enc/mozjpeg_enc.wasm';
// @ts-expect-error the package declares the module's exports; our loader gives its bytes
import pngCodec from '@jsquash/png/codec/pkg/squoosh_png_bg.wasm';
import webpDecoder from '@jsquash/webp/codec/dec/webp_dec.wasm';
import { capped, decoders, MAX_CODEC_BYTES } from '../../lib/picture/codecs';
import { holdsFor } from '../proof/sample';
import { problemOf, SHOWN } from './agreement';
import { hollowJpeg, hollowPng, hollowWebp } from './hollow';
import { chunk, fields, plainJpeg, plainWebp, png } from './samples';

/** Four bytes for each of its pixels are more than a codec may take. */
const HUGE = [9000, 9000] as const;

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

  it('is enough for the largest pictures that are taken', () => {
    const sizes = [
      [4096, 4096],
      [8192, 2048],
      [2048, 8192],
    ] as const;
    const makers = [
      ['image/jpeg', hollowJpeg],
      ['image/png', hollowPng],
      ['image/webp', hollowWebp],
    ] as const;
    const largest = makers.flatMap(([type, make]) => sizes.map((size) => ({ type, make, size })));
    return holdsFor(largest, 2, async ({ type, make, size: [width, height] }) => {
      expect(await decoders[type](make(width, height))).toMatchObject({ width, height });
    });
  });

  it('runs out with a clean error, and the pictures beside and after it are drawn', async () => {
    const bombs = [
      ['image/jpeg', hollowJpeg(...HUGE), await plainJpeg(fields(...SHOWN))],
      ['image/png', hollowPng(...HUGE, { depth: 1, colour: 0, bits: 1 }), png(fields(...SHOWN))],
      ['image/webp', hollowWebp(...HUGE), await plainWebp(fields(...SHOWN))],
    ] as const;
    for (const [type, bomb, good] of bombs) {
      const tries = [good, bomb, good].map((bytes) => decoders[type](bytes));
      const outcomes = (await Promise.allSettled(tries)).map(({ status }) => status);
      expect([type, ...outcomes]).toEqual([type, 'fulfilled', 'rejected', 'fulfilled']);
      expect(await problemOf(good)).toBeUndefined();
    }
  });

  it('is not used up by pictures that were refused', async () => {
    const spoilt = png(fields(16, 16), [], [chunk('IDAT', Buffer.alloc(20_000_000))]);
    spoilt[spoilt.indexOf('IDAT') + 4] = 0;
    for (let index = 0; index < 11; index += 1) {
      await expect(decoders['image/png'](spoilt)).rejects.toThrow();
    }
    const [width, height] = [2048, 2048];
    expect(await decoders['image/png'](hollowPng(width, height))).toMatchObject({ width, height });
  });
});
