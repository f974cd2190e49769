import { isCanonical } from '../base64url';
import type { KeyRing } from '../crypto/key-ring';
import { SealError } from '../crypto/suite';
import { AppError } from '../errors';

/**
 * Page positions, sealed by the service. A position may name other people, so nobody reads it, not even whose list it
 * is. Each opens for one list and one reader only, so that it cannot be moved to another list or person, nor made up.
 *
 * `list` names the list, with whatever else the page depends on, such as whose ledger a member of the staff reads.
 * `readerId` is who turns the pages: a person's account number, or a staff id.
 */
export async function sealCursor(
  ring: KeyRing,
  list: string,
  readerId: string,
  position: string,
): Promise<string> {
  const sealed = await ring.seal('cursor', Buffer.from(position, 'utf8'), placeOf(list, readerId));
  return sealed.toString('base64url');
}

/** @throws AppError CURSOR_INVALID for anything that `sealCursor` did not make for this list and reader */
export async function readCursor(
  ring: KeyRing,
  list: string,
  readerId: string,
  cursor: string,
): Promise<string> {
  if (!isCanonical(cursor)) throw new AppError('CURSOR_INVALID');
  try {
    const bytes = await ring.open('cursor', Buffer.from(cursor, 'base64url'), placeOf(list, readerId));
    return bytes.toString('utf8');
  } catch (error) {
    if (error instanceof SealError) throw new AppError('CURSOR_INVALID');
    throw error;
  }
}

/** JSON keeps the two apart, whatever stands in them. */
function placeOf(list: string, readerId: string): string {
  return JSON.stringify([list, readerId]);
}
