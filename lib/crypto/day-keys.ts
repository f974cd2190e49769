import { toInstant } from '../clock';
import { createDayCipher, type DayCipher, laterSeed, numberOfDay } from './pseudonym';
import type { Random } from './random';
import type { SuiteName } from './suite';
import { BY_SERVICE_KEY, ringPlace, TRAIL_KEY, type WrappedKey } from './wrapped-key';

/** Days of which an instance keeps the ciphers: today's, and those that it turns pseudonyms back of. */
const MAX_DAY_CIPHERS = 400;

/** The keys of the days, none of which leaves. */
export type DayKeys = {
  /** Turns persons' numbers into the pseudonyms of a day, and back. Undefined for a day whose key is destroyed or never was. */
  dayCipher(day: string): Promise<DayCipher | undefined>;
  /** A fresh seed of pseudonyms from `day` on, in the form in which it is stored. */
  newTrailKey(day: string): Promise<WrappedKey>;
  /** What is stored, and what takes its place to destroy the keys of all days before `day`; undefined where they are. */
  trailKeyFrom(day: string): Promise<{ before: WrappedKey; after: WrappedKey } | undefined>;
};

type Parts = {
  /** The seed as it was stored when the instance looked, minutes ago at most. */
  stored(): Promise<WrappedKey>;
  /** The seed as it is stored now. */
  fresh(): Promise<WrappedKey>;
  open(record: WrappedKey): Promise<Buffer>;
  seal(plaintext: Buffer, place: string): Promise<Buffer>;
  suite: SuiteName;
  now(): number;
  random: Random;
};

/**
 * A day's key comes from one seed that is moved on (pseudonym.ts). An instance that knows the seed of before makes the same
 * keys from it, so it may be moved on under running instances.
 */
export function createDayKeys({ stored, fresh, open, seal, suite, now, random }: Parts): DayKeys {
  const ciphers = new Map<string, DayCipher>();

  async function record(day: string, seed: Buffer, of: SuiteName): Promise<WrappedKey> {
    const version = numberOfDay(day);
    const wrapped = await seal(seed, ringPlace(TRAIL_KEY, version));
    return {
      ...{ name: TRAIL_KEY, version, rootId: BY_SERVICE_KEY, wrapped, suite: of },
      createdAt: toInstant(now()),
    };
  }

  return {
    async dayCipher(day) {
      const known = ciphers.get(day);
      if (known) return known;
      const { version, suite: of, ...sealed } = await stored();
      const days = numberOfDay(day) - version;
      if (!(days >= 0)) return undefined;
      const made = createDayCipher(laterSeed(await open({ version, suite: of, ...sealed }), of, days), of);
      if (ciphers.size >= MAX_DAY_CIPHERS) ciphers.clear();
      ciphers.set(day, made);
      return made;
    },
    newTrailKey: (day) => record(day, random(32), suite),
    async trailKeyFrom(day) {
      const isReached = ({ version }: WrappedKey) => version >= numberOfDay(day);
      if (isReached(await stored())) return undefined;
      // What an instance has known for minutes may have been moved on by another, and would leave that one's seed where it is.
      const before = await fresh();
      if (isReached(before)) return undefined;
      const days = numberOfDay(day) - before.version;
      const seed = laterSeed(await open(before), before.suite, days);
      return { before, after: await record(day, seed, before.suite) };
    },
  };
}
