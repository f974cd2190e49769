import fc from 'fast-check';
import { type Outcome, outcomeOf, SHOWN } from './agreement';
import { hollowJpeg, hollowWebp } from './hollow';
import { fields, ladenJpeg, ladenPng, ladenWebp } from './samples';

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
