import { createHmac } from 'node:crypto';
import { type SuiteName, suites } from './suite';

/** An opened key, and the suite it was made in. */
export type OpenKey = { key: Buffer; suite: SuiteName };

/** Opened keys that have an end. */
export type KeyMemory = {
  /** The key by its name; undefined once its end has come, or where it is not known. */
  get(name: string): OpenKey | undefined;
  /** Keeps a key until its end. One whose end has come is not kept. */
  keep(name: string, key: OpenKey, endsAtMs: number): void;
};

type Parts = {
  now(): number;
  /** Does something later; an instance that is over by then need not be kept for it. */
  after(milliseconds: number, work: () => void): void;
};

/**
 * Keeps keys in memory until their end and no longer, whether anybody asks for them or not: an idle instance forgets them at
 * their end, one that was frozen meanwhile before it gives any out. What is forgotten is overwritten, so whoever uses a key
 * takes it here each time.
 */
export function createKeyMemory({ now, after }: Parts): KeyMemory {
  const known = new Map<string, { open: OpenKey; endsAtMs: number }>();

  function forgetEnded(): void {
    for (const [name, { open, endsAtMs }] of known) {
      if (now() < endsAtMs) continue;
      open.key.fill(0);
      known.delete(name);
    }
  }

  return {
    get(name) {
      forgetEnded();
      return known.get(name)?.open;
    },
    keep(name, open, endsAtMs) {
      forgetEnded();
      if (now() >= endsAtMs) open.key.fill(0);
      if (now() >= endsAtMs || known.has(name)) return;
      known.set(name, { open, endsAtMs });
      after(endsAtMs - now(), forgetEnded);
    },
  };
}

/** A keyed digest for look-up under a key that has an end, 43 characters. */
export function keyedDigest({ key, suite }: OpenKey, value: string): string {
  return createHmac(suites[suite].hash, key).update(value, 'utf8').digest('base64url');
}
