import type { KeyRing } from '../crypto/key-ring';
import { sameDigest } from '../crypto/token';
import { AppError } from '../errors';

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
export async function openCursor(
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
