import fc from 'fast-check';
import { MAX_REFERENCE_CHARS, makeReference, readReference } from '../../lib/notice/reference';
import { amount } from '../proof/sample';
import { newRing } from './support';

const anyReferred = fc.record({
  noticeId: fc.stringMatching(/^[\w-]{1,32}$/),
  part: fc.integer({ min: 0, max: 2 ** 22 - 1 }),
  place: fc.integer({ min: 0, max: 255 }),
});
const one = { noticeId: '20261127-7Q2K-n1', part: 3, place: 17 };

it('comes back as it went, in small letters and in large ones, and fits before the @ of an address', async () => {
  const rings = [await newRing('aes'), await newRing('sm')];
  const holds = async (referred: typeof one) => {
    for (const ring of rings) {
      const reference = await makeReference(ring, referred);
      expect(reference.length).toBeLessThanOrEqual(MAX_REFERENCE_CHARS);
      expect(await makeReference(ring, referred)).toBe(reference);
      expect(await readReference(ring, reference)).toEqual(referred);
      expect(await readReference(ring, reference.toUpperCase())).toEqual(referred);
    }
  };
  await fc.assert(fc.asyncProperty(anyReferred, holds), { numRuns: amount(5_000, 50) });
  await holds({ noticeId: '-'.repeat(32), part: 2 ** 22 - 1, place: 255 });
});

it('is nobody’s who has not the keys: altered anywhere, cut, lengthened or of another ring it is none', async () => {
  const ring = await newRing();
  const reference = await makeReference(ring, one);
  const altered = [...reference].map(
    (digit, at) => reference.slice(0, at) + (digit === '0' ? '1' : '0') + reference.slice(at + 1),
  );
  const others = [reference.slice(1), reference.slice(0, -1), `0${reference}`, `${reference}0`, '', 'z', '0'];
  const foreign = await makeReference(await newRing(), one);
  for (const text of [...altered, ...others, foreign, '0'.repeat(64), 'v'.repeat(64), '0'.repeat(65)])
    expect(await readReference(ring, text)).toBeUndefined();
});

it('says nothing of notice, part and place to whoever compares two', async () => {
  const ring = await newRing();
  const [first, second] = [await makeReference(ring, one), await makeReference(ring, { ...one, place: 18 })];
  const same = [...first].filter((digit, at) => digit === second[at]).length;
  expect(same).toBeLessThan(first.length / 2); // by chance one of 32
});

it('is not made of what has no room in it', async () => {
  const ring = await newRing();
  const none = [
    { noticeId: '' },
    { noticeId: 'a'.repeat(33) },
    { noticeId: 'a b' },
    { part: -1 },
    { part: 2 ** 22 },
    { place: 256 },
    { place: 0.5 },
  ];
  for (const change of none)
    await expect(makeReference(ring, { ...one, ...change })).rejects.toThrow(RangeError);
});
