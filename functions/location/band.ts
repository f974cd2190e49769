import type { KeyRing } from '../../lib/crypto/key-ring';
import { BITS, bitsOf } from './grid';

/** How near somebody is said to be. */
export const bands = ['1km', '2km', '3km', '5km'] as const;
export type Band = (typeof bands)[number];

/** A distance is told up to this much wrong, and up to this many metres more. */
const NOISE_SHARE = 0.3;
const NOISE_METRES = 400;

/**
 * The band of a distance between two squares, with an error that is the pair's own for the day: the same for both, and
 * the same however often one asks. Somebody who shows only their district is never said to be nearer than that.
 */
export async function bandOf(
  ring: Pick<KeyRing, 'digest'>,
  pair: [string, string],
  day: string,
  metres: number,
  cells: string[],
): Promise<Band> {
  if (cells.some((cell) => bitsOf(cell) <= BITS.district)) return '5km';
  const digest = Buffer.from(await ring.digest('near', `noise|${pair.sort().join('|')}|${day}`), 'base64url');
  const share = digest.readUInt32BE(0) / 2 ** 32;
  const more = digest.readUInt32BE(4) / 2 ** 32;
  const told = metres * (1 - NOISE_SHARE + 2 * NOISE_SHARE * share) + NOISE_METRES * more;
  return bands.find((band) => told <= Number.parseInt(band, 10) * 1000) ?? '5km';
}
