import type { Random } from '../crypto/random';
import type { StayKeys } from '../crypto/stay-keys';
import { decrypt, SealError, type SuiteName, seal } from '../crypto/suite';
import type { StayRule } from '../policy/stay-rules';

/** Seals and decrypts for one person. `place` is where a blob lies, so that it opens only where it was put. */
export type Sealer = {
  seal(plaintext: Buffer, place: string): Buffer;
  /** @throws SealError for an altered or moved blob */
  decrypt(blob: Uint8Array, place: string): Buffer;
  /** Of what outlives the person by a rule: it opens without the person's own key. Absent where nothing does. */
  staying?(rule: StayRule): Sealer;
};

/** The version of the way items are stored and sealed; part of the associated data of every blob. */
export const FORM = 2;

/** The bytes before a blob that outlives its owner, which say the year of the key. */
const YEAR_BYTES = 2;

/** An account on one side of a join, with what opens and seals for it. */
export type Side = { subjectId: string; sealer: Sealer };

/** A person's sealer, from the opened data key and the stay keys. */
export function createSealer(
  subjectId: string,
  dataKey: Buffer,
  suite: SuiteName,
  random: Random,
  stayKeys?: StayKeys,
): Sealer {
  const bound = (place: string) => `${subjectId}|${place}|${FORM}`;
  return {
    seal: (plaintext, place) => seal(suite, dataKey, plaintext, bound(place), random),
    decrypt: (blob, place) => decrypt(dataKey, blob, bound(place)),
    ...(stayKeys && { staying: (rule) => stayingSealer(rule, stayKeys) }),
  };

  function stayingSealer(rule: StayRule, keysOf: StayKeys): Sealer {
    return {
      seal(plaintext, place) {
        const { year, key } = keysOf(rule);
        const prefix = Buffer.alloc(YEAR_BYTES);
        prefix.writeUInt16BE(year);
        return Buffer.concat([prefix, seal(suite, key, plaintext, bound(place), random)]);
      },
      decrypt(blob, place) {
        if (blob.length < YEAR_BYTES) throw new SealError();
        const bytes = Buffer.from(blob.buffer, blob.byteOffset, blob.length);
        const { key } = keysOf(rule, bytes.readUInt16BE(0));
        return decrypt(key, bytes.subarray(YEAR_BYTES), bound(place));
      },
    };
  }
}
