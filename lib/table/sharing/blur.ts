import type { KeyRing } from '../../crypto/key-ring';

/** Fewer than this many are not told at all, and more only in steps of it. */
export const COUNT_STEP = 5;

/**
 * A count as its owner may see it (promise C6). Below a threshold it is nothing; above, it moves in steps, and where
 * threshold and steps lie is a secret of each count: so nobody can tell from two answers, or from the difference of two
 * counts, whether one particular person is in them. The same count always gives the same answer, so asking again tells
 * nothing more.
 */
export async function blurred(ring: KeyRing, what: string, count: number): Promise<number> {
  const [secret = 0] = await ring.mac('share', `blur|${what}`);
  const shift = secret % COUNT_STEP;
  return Math.floor(Math.max(0, count - shift) / COUNT_STEP) * COUNT_STEP;
}
