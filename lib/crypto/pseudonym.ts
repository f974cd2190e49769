import { createCipheriv, createDecipheriv, hkdfSync } from 'node:crypto';
import { type SuiteName, suites } from './suite';

const ID_BYTES = 16;

/**
 * Pseudonyms of one day: one block of the suite's cipher over a person's number, under a key of that day alone. Whoever has
 * no key links neither a pseudonym to a person nor two days to each other; the service turns it back by this.
 */
export type DayCipher = {
  /** The version of the service key that the day's key comes from: it turns back by that one only. */
  version: number;
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

/** The cipher of `day` from the opened service key. A single block needs no chaining, and the same person is the same all day. */
export function createDayCipher(
  serviceKey: Buffer,
  suite: SuiteName,
  version: number,
  day: string,
): DayCipher {
  const { hash, block } = suites[suite];
  const key = Buffer.from(hkdfSync(hash, serviceKey, Buffer.alloc(0), `trail|${day}`, block.keyBytes));
  const turn = (id: string, make: typeof createCipheriv | typeof createDecipheriv): string => {
    if (!isPersonNumber(id)) throw new Error('a pseudonym is of 16 bytes');
    const cipher = make(block.name, key, null).setAutoPadding(false);
    const bytes = Buffer.from(id, 'base64url');
    return Buffer.concat([cipher.update(bytes), cipher.final()]).toString('base64url');
  };
  return {
    version,
    of: (subjectId) => turn(subjectId, createCipheriv),
    back: (pseudonym) => turn(pseudonym, createDecipheriv),
  };
}
