import type { Deps } from '../../lib/deps';
import { AppError } from '../../lib/errors';
import type { Subject } from '../../lib/gate/operation';
import {
  type Avatar,
  isBeingMade,
  type Picture,
  putAvatar,
  readAvatar,
  stillAppearing,
} from '../../lib/table/profile/avatar';
import { conflictingItem, consentEpoch } from './consent-epoch';

/** What is taken in, in bytes, and what is kept. */
export const MAX_UPLOAD_BYTES = 2 * 1024 * 1024;
export const AVATAR_SIZE = { side: 512, bytes: 200 * 1024 } as const;

/** The caller's avatar that the front door has read; an empty one where there is none. */
export function ownAvatar(caller: Subject): Avatar {
  return readAvatar(caller.alsoRead, consentEpoch(caller, 'profile'), caller.sealer);
}

/** What changes from one version of an avatar to the next. */
type Change = Partial<Pick<Avatar, 'objects' | 'appearing' | 'current' | 'pending'>>;

/**
 * Writes the next version and answers it.
 * @throws AppError BUSY while an earlier avatar is still being erased;
 *   VERSION_CONFLICT when another call was quicker
 */
export async function nextAvatar(
  deps: Deps,
  { person, sealer }: Subject,
  before: Avatar,
  change: Change,
): Promise<Avatar> {
  const version = before.version + 1;
  const open = stillAppearing({ ...before, ...change }, deps.clock.now());
  const openUntilSeconds = Math.max(0, ...open.map(([, untilSeconds]) => untilSeconds));
  const after = { ...before, ...change, version, appearing: Object.fromEntries(open), openUntilSeconds };
  try {
    await deps.table.write(putAvatar(person.subjectId, after, sealer));
    return after;
  } catch (error) {
    const item = conflictingItem(error);
    if (item && item.epoch !== before.epoch) throw new AppError('BUSY');
    throw new AppError('VERSION_CONFLICT', { version: Number(item?.version ?? 0) });
  }
}

/**
 * Deletes every object that is not shown, and answers the names that are still needed: also those under which a file may
 * appear once more, because somebody holds an address for it (promise C7).
 */
export async function tidy(deps: Deps, avatar: Avatar): Promise<string[]> {
  const now = deps.clock.now();
  if (isBeingMade(avatar, now)) return avatar.objects;
  const shown = avatar.current?.key;
  await deps.objects.remove(avatar.objects.filter((key) => key !== shown));
  const appearing = new Map(stillAppearing(avatar, now));
  return avatar.objects.filter((key) => key === shown || appearing.has(key));
}

/** What the caller learns of a picture beside its bytes. */
export function describe({ avatarId, width, height, madeAt }: Picture) {
  return { avatarId, width, height, madeAt, contentType: 'image/jpeg' as const };
}
