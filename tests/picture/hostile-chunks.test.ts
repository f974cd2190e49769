import fc from 'fast-check';
import { decoders } from '../../lib/picture/codecs';
import { essentialWebp } from '../../lib/picture/webp';
import { amount } from '../proof/sample';
import { HIDDEN, type Outcome, outcomeOf, problemOf, SHOWN } from './agreement';
import { hollowPng, losslessFrame, pngHeaderOf } from './hollow';
import { chunk, fields, plainWebp, riff, riffChunk } from './samples';

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
      { numRuns: amount(400, 100), examples: [[[lossy]]] },
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
