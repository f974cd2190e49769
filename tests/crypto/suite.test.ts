import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { systemRandom } from '../../lib/crypto/random';
import { decrypt, SealError, type SuiteName, seal } from '../../lib/crypto/suite';

const key = systemRandom(32);
const names: SuiteName[] = ['aes', 'sm'];
const bytes = fc.uint8Array({ maxLength: 300 }).map((array) => Buffer.from(array));

describe.each(names)('sealing with the %s suite (S5)', (suite) => {
  it('opens what it sealed, in its own place', () => {
    fc.assert(
      fc.property(bytes, fc.string(), (plain, place) => {
        expect(decrypt(key, seal(suite, key, plain, place, systemRandom), place)).toEqual(plain);
      }),
    );
  });

  it('refuses a blob with any one bit changed, and says no more than that', () => {
    const blob = seal(suite, key, Buffer.from('林晓'), 'place', systemRandom);
    for (let bit = 0; bit < blob.length * 8; bit += 1) {
      const altered = Buffer.from(blob);
      altered[bit >> 3] = (altered[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      expect(() => decrypt(key, altered, 'place')).toThrow(SealError);
    }
  });

  it('refuses a blob in another place, under another key, or cut short', () => {
    const blob = seal(suite, key, Buffer.from('secret'), 'person-1|card', systemRandom);
    expect(() => decrypt(key, blob, 'person-2|card')).toThrow(SealError);
    expect(() => decrypt(systemRandom(32), blob, 'person-1|card')).toThrow(SealError);
    for (let length = 0; length < blob.length; length += 1) {
      expect(() => decrypt(key, blob.subarray(0, length), 'person-1|card')).toThrow(SealError);
    }
  });

  it('never gives the same ciphertext twice', () => {
    const [one, two] = [1, 2].map(() =>
      seal(suite, key, Buffer.from('same'), 'place', systemRandom).toString('hex'),
    );
    expect(one).not.toBe(two);
  });
});

it('is not fooled by a suite byte that claims the other suite (S5)', () => {
  for (const suite of names) {
    const blob = seal(suite, key, Buffer.from('secret'), 'place', systemRandom);
    blob[0] = suite === 'aes' ? 2 : 1;
    expect(() => decrypt(key, blob, 'place')).toThrow(SealError);
  }
});

it('keeps associated data and ciphertext from sliding into each other in the SM suite (S5)', () => {
  const blob = seal('sm', key, Buffer.from('secret'), 'ab', systemRandom);
  expect(() => decrypt(key, blob, 'a')).toThrow(SealError);
  expect(() => decrypt(key, blob, 'abc')).toThrow(SealError);
});

it('has an SM3 that agrees with the published vector (S5)', () => {
  const published = '66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0';
  expect(createHash('sm3').update('abc').digest('hex')).toBe(published);
});
