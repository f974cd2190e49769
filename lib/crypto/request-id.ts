import { createHash } from 'node:crypto';
import type { KeyRing } from './key-ring';

type Part = string | number;

/** 128 bits, and the same in base64url. */
const ID_BYTES = 16;
const ID_CHARACTERS = 22;
/** Of a number that people read out. */
const NUMBER_DIGITS = 12;

const digestOf = (parts: readonly Part[]) => createHash('sha256').update(parts.join('|')).digest();

/**
 * The id of what a request makes: 22 characters of base64url that follow from what it is, whose, and the request's own key. So a
 * repeat finds what was made, and nobody else's key ever does. Who knows the parts knows the id.
 */
export const idOfRequest = (...parts: Part[]): string =>
  digestOf(parts).subarray(0, ID_BYTES).toString('base64url');

/** The same as a short number that people read out, such as H-0123456789AB. */
export const numberOfRequest = (letter: string, ...parts: Part[]): string =>
  `${letter}-${digestOf(parts).toString('hex').slice(0, NUMBER_DIGITS).toUpperCase()}`;

/** The same as an id that nobody finds out from the parts who does not hold the service's secret. */
export async function hiddenId(ring: Pick<KeyRing, 'digest'>, ...parts: Part[]): Promise<string> {
  return (await ring.digest('request', parts.join('|'))).slice(0, ID_CHARACTERS);
}
