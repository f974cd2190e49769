import { isCanonical } from '../base64url';
import { SealError } from '../crypto/suite';
import { AppError } from '../errors';
import type { Sealer } from './sealer';

/** Characters of a handle at most. */
export const MAX_HANDLE_CHARS = 128;
const FIELD = 'handle';

/**
 * A name for somebody that only one person can use: sealed under that person's own key. It says nothing of who is named,
 * and is another one each time, so that two answers cannot be joined by it.
 */
export function sealHandle(sealer: Sealer, subjectId: string): string {
  return sealer.seal(Buffer.from(subjectId), FIELD).toString('base64url');
}

/** @throws AppError NOT_FOUND for anything that was not sealed for this person */
export function readHandle(sealer: Sealer, handle: string): string {
  if (!isCanonical(handle)) throw new AppError('NOT_FOUND');
  try {
    return sealer.decrypt(Buffer.from(handle, 'base64url'), FIELD).toString('utf8');
  } catch (error) {
    if (error instanceof SealError) throw new AppError('NOT_FOUND');
    throw error;
  }
}
