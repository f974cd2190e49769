import { createCipheriv, createDecipheriv, createHmac, hkdfSync } from 'node:crypto';
import { type SuiteName, suites } from './suite';

const ID_BYTES = 16;
const DAY_MS = 86_400_000;

/**
 * Pseudonyms of one day: one block of the suite's cipher over a person's number, under a key of that day alone. Whoever has
 * no key links neither a pseudonym to a person nor two days to each other; the service turns it back by this.
 */
export type DayCipher = {
  /** 22 characters. @throws Error for what is no person's number: a programming error */
  of(subjectId: string): string;
  /** The number behind a pseudonym of this day. Of another day's it makes a number that nobody has. */
  back(pseudonym: string): string;
};

/** Whether an id is a person's number: 128 bits in base64url (`randomId`). What else has a data key is no person. */
export function isPersonNumber(id: string): boolean {
  const bytes = Buffer.from(id, 'base64url');
  return bytes.length === ID_BYTES && bytes.toString('base64url') === id;
}

/** Days from 1970-01-01 to `day` (`2026-11-27`). */
export function numberOfDay(day: string): number {
  return Date.parse(`${day}T00:00:00Z`) / DAY_MS;
}

/**
 * The seed of so many days later. Each comes from the one before by a keyed hash, which nobody reverses: who keeps only a
 * later seed has destroyed the keys of all days before it.
 */
export function laterSeed(seed: Buffer, suite: SuiteName, days: number): Buffer {
  let later = seed;
  for (let day = 0; day < days; day += 1)
    later = createHmac(suites[suite].hash, later).update('trail|next').digest();
  return later;
}

/** The cipher of the day that a seed is of. A single block needs no chaining, and the same person is the same all day. */
export function createDayCipher(seed: Buffer, suite: SuiteName): DayCipher {
  const { hash, block } = suites[suite];
  const key = Buffer.from(hkdfSync(hash, seed, Buffer.alloc(0), 'trail|day', block.keyBytes));
  const turn = (id: string, make: typeof createCipheriv | typeof createDecipheriv): string => {
    if (!isPersonNumber(id)) throw new Error('a pseudonym is of 16 bytes');
    const cipher = make(block.name, key, null).setAutoPadding(false);
    const bytes = Buffer.from(id, 'base64url');
    return Buffer.concat([cipher.update(bytes), cipher.final()]).toString('base64url');
  };
  return { of: (subjectId) => turn(subjectId, createCipheriv), back: (id) => turn(id, createDecipheriv) };
}
