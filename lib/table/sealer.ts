import type { Random } from '../crypto/random';
import { decrypt, type SuiteName, seal } from '../crypto/suite';

/** Seals and decrypts for one person. `place` is where a blob lies, so that it opens only where it was put. */
export type Sealer = {
  seal(plaintext: Buffer, place: string): Buffer;
  /** @throws SealError for an altered or moved blob */
  decrypt(blob: Uint8Array, place: string): Buffer;
};

/** The version of the way items are stored and sealed; part of the associated data of every blob. */
export const FORM = 2;

/** A person's sealer, from the opened data key. */
export function createSealer(subjectId: string, dataKey: Buffer, suite: SuiteName, random: Random): Sealer {
  const bound = (place: string) => `${subjectId}|${place}|${FORM}`;
  return {
    seal: (plaintext, place) => seal(suite, dataKey, plaintext, bound(place), random),
    decrypt: (blob, place) => decrypt(dataKey, blob, bound(place)),
  };
}
