import * as z from 'zod/mini';
import { toEpochSeconds } from '../../clock';
import { plain, sealed, type ValueOf } from '../attribute';
import type { Item, Write } from '../client';
import { declareEntity } from '../entity';
import type { Key } from '../keys';
import { inPerson } from '../place';
import { create } from '../replace';
import type { Sealer } from '../sealer';

const upload = z.object({
  uploadId: z.string(),
  /** Where the original waits to be looked at. */
  key: z.string(),
  contentType: z.enum(['image/jpeg', 'image/png', 'image/webp']),
  bytes: z.int(),
  sha256: z.string(),
  endsAtSeconds: z.int(),
  /** How often it has been looked at. */
  tries: z.int(),
});
export type Upload = z.infer<typeof upload>;

const picture = z.object({
  /** The upload it was made from. */
  avatarId: z.string(),
  key: z.string(),
  width: z.int(),
  height: z.int(),
  madeAt: z.string(),
});
export type Picture = z.infer<typeof picture>;

/** Where pictures lie that were drawn by us, and where originals wait. */
export const DRAWN = 'avatars/';
export const INCOMING = 'incoming/';

/** Where the seal of a stored picture belongs; it opens nowhere else. */
export const picturePlace = (key: string): string => `avatar-object|${key}`;

/**
 * A person's avatar and the upload of the next one. The pictures are objects; `objects` names each of them from before
 * it is made until after it is deleted, in the open, so that an erasure finds them all without any key.
 */
export const avatar = declareEntity('avatar', {
  place: inPerson('profile', 'avatar'),
  life: { rule: 'purpose-life' },
  unguarded: 'sealed in its place; files are opened for their own name alone',
  attributes: {
    version: plain('profile-state', z.int()),
    objects: plain('profile-state', z.array(z.string())),
    /** Until when a file of this name may still appear: by an address that was given away, or a call under way. */
    appearing: plain('profile-state', z.record(z.string(), z.int())),
    /** The last of these instants. */
    openUntilSeconds: plain('profile-state', z.int()),
    current: sealed('avatar', z.optional(picture)),
    pending: sealed('avatar', z.optional(upload)),
  },
  files: {
    names: 'objects',
    openUntilSeconds: 'openUntilSeconds',
    placeOf: (name) => (name.startsWith(DRAWN) ? picturePlace(name) : undefined),
  },
});
export type Avatar = ValueOf<typeof avatar>;

export const avatarKey = (subjectId: string): Key => avatar.key(subjectId);

/** The avatar of this epoch, or an empty one. @throws SealError */
export function readAvatar(item: Item | undefined, epoch: number, sealer: Sealer): Avatar {
  const none = { version: 0, epoch, objects: [], appearing: {}, openUntilSeconds: 0 };
  return avatar.read(item, { sealer, epoch }) ?? none;
}

/** The upload that a person may still confirm. */
export function currentUpload({ pending }: Avatar, nowMs: number): Upload | undefined {
  return pending && pending.endsAtSeconds > toEpochSeconds(nowMs) ? pending : undefined;
}

/** The names of files that may still appear, each with its end in epoch seconds. */
export function stillAppearing({ appearing }: Pick<Avatar, 'appearing'>, nowMs: number): [string, number][] {
  return Object.entries(appearing).filter(([, untilSeconds]) => untilSeconds > toEpochSeconds(nowMs));
}

/** Whether another call may be writing a picture at this moment. */
export function isBeingMade(value: Avatar, nowMs: number): boolean {
  return stillAppearing(value, nowMs).some(([key]) => key.startsWith(DRAWN));
}

/**
 * Puts an avatar in the place of the version before it. Refused where an ended epoch has left one: the names of its
 * objects must not be lost, so its erasure comes first.
 */
export function putAvatar(subjectId: string, value: Avatar, sealer: Sealer): Write {
  const item = avatar.make(subjectId, undefined, value, { sealer });
  if (value.version === 1) return create(item);
  return {
    Put: {
      Item: item,
      ConditionExpression: 'version = :before AND epoch = :epoch',
      ExpressionAttributeValues: { ':before': value.version - 1, ':epoch': value.epoch },
    },
  };
}
