import type { KeyRing } from '../crypto/key-ring';
import { readCursor, sealCursor } from './cursor';
import { placeOfText, type QueuePlace, textOfPlace } from './due-queue';

/**
 * Where a page of a staff queue goes on, from the cursor of the page before; undefined for the first. `list` is the operation that
 * shows it. @throws AppError CURSOR_INVALID
 */
export async function openQueueCursor(
  ring: KeyRing,
  { list, queue, staffId }: { list: string; queue: string; staffId: string },
  cursor: string | undefined,
): Promise<QueuePlace | undefined> {
  if (cursor === undefined) return undefined;
  return placeOfText(queue, await readCursor(ring, list, staffId, cursor));
}

/** What an answer says of the next page: a cursor, or nothing. */
export async function nextQueueCursor(
  ring: KeyRing,
  { list, staffId }: { list: string; staffId: string },
  next: QueuePlace | undefined,
): Promise<{ cursor?: string }> {
  return next ? { cursor: await sealCursor(ring, list, staffId, textOfPlace(next)) } : {};
}
