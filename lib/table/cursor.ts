import type { KeyRing } from '../crypto/key-ring';
import { SealError } from '../crypto/suite';
import { sameDigest } from '../crypto/token';
import { AppError } from '../errors';
import type { Sealer } from './entity';

/**
 * Opaque page positions. Each is bound to one list of one person by a keyed checksum, so it cannot be moved to another
 * person or list, nor made up.
 */
const TAG_BYTES = 16;

export async function sealCursor(
  ring: KeyRing,
  list: string,
  subjectId: string,
  position: string,
): Promise<string> {
  const tag = await tagOf(ring, list, subjectId, position);
  return Buffer.concat([tag, Buffer.from(position, 'utf8')]).toString('base64url');
}

/** @throws AppError CURSOR_INVALID for anything that `sealCursor` did not make for this list and person */
export async function readCursor(
  ring: KeyRing,
  list: string,
  subjectId: string,
  cursor: string,
): Promise<string> {
  const bytes = Buffer.from(cursor, 'base64url');
  const position = bytes.subarray(TAG_BYTES).toString('utf8');
  const tag = await tagOf(ring, list, subjectId, position);
  if (!sameDigest(bytes.subarray(0, TAG_BYTES), tag)) throw new AppError('CURSOR_INVALID');
  return position;
}

async function tagOf(ring: KeyRing, list: string, subjectId: string, position: string): Promise<Buffer> {
  return (await ring.mac('cursor', `${list}\n${subjectId}\n${position}`)).subarray(0, TAG_BYTES);
}

/** A page position that itself must not be read, because it names other people: sealed under the person's own key. */
export function sealHiddenCursor(sealer: Sealer, list: string, position: unknown): string {
  return sealer.seal(Buffer.from(JSON.stringify(position)), `cursor|${list}`).toString('base64url');
}

/** @throws AppError CURSOR_INVALID for anything that `sealHiddenCursor` did not make for this list and person */
export function readHiddenCursor<Position>(sealer: Sealer, list: string, cursor: string): Position {
  try {
    return JSON.parse(sealer.decrypt(Buffer.from(cursor, 'base64url'), `cursor|${list}`).toString('utf8'));
  } catch (error) {
    if (error instanceof SealError) throw new AppError('CURSOR_INVALID');
    throw error;
  }
}
