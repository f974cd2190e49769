import { randomBytes } from 'node:crypto';

/** Unguessable bytes. The only source of randomness; tests of repeatability pass their own. */
export type Random = (bytes: number) => Buffer;

export const systemRandom: Random = randomBytes;

/** A 128-bit random id in base64url, 22 characters. */
export function randomId(random: Random): string {
  return random(16).toString('base64url');
}
