import * as z from 'zod/mini';
import { toEpochSeconds } from '../../clock';
import type { Item, Write } from '../client';
import { defineEntity, plain, type Sealer, sealed, type ValueOf } from '../entity';
import { type Key, keys } from '../keys';
import { consentHolds } from '../person/person';

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

/**
 * A person's avatar and the upload of the next one. The pictures are objects; `objects` names each of them from before
 * it is made until after it is deleted, in the open, so that an erasure finds them all without any key.
 */
export const avatar = defineEntity('avatar', {
  version: plain('profile-state', z.int()),
  epoch: plain('profile-state', z.int()),
  objects: plain('profile-state', z.array(z.string())),
  /** Until then a call that is under way may still write an object that is named above. */
  openUntilSeconds: plain('profile-state', z.int()),
  current: sealed('avatar', z.optional(picture)),
  pending: sealed('avatar', z.optional(upload)),
});
export type Avatar = ValueOf<typeof avatar>;

export const avatarKey = (subjectId: string): Key => keys.data(subjectId, 'profile', 'avatar');

/** The avatar of this epoch, or an empty one. @throws SealError */
export function readAvatar(item: Item | undefined, epoch: number, sealer: Sealer): Avatar {
  if (item?.entity !== avatar.name || item.epoch !== epoch) {
    return { version: 0, epoch, objects: [], openUntilSeconds: 0 };
  }
  return avatar.decode(item, '', sealer);
}

/** The upload that a person may still confirm. */
export function currentUpload({ pending }: Avatar, nowMs: number): Upload | undefined {
  return pending && pending.endsAtSeconds > toEpochSeconds(nowMs) ? pending : undefined;
}

/** Whether another call may be writing an object at this moment. */
export function isBeingMade({ openUntilSeconds }: Avatar, nowMs: number): boolean {
  return openUntilSeconds > toEpochSeconds(nowMs);
}

/**
 * Puts an avatar in the place of the version before it, while the consent still stands. Refused where an ended epoch
 * has left one: the names of its objects must not be lost, so its erasure comes first.
 */
export function putAvatar(subjectId: string, value: Avatar, sealer: Sealer): [Write, Write] {
  const item = { ...avatarKey(subjectId), entity: avatar.name, ...avatar.encode(value, '', sealer) };
  const first = value.version === 1;
  return [
    {
      Put: {
        Item: item,
        ConditionExpression: first ? 'attribute_not_exists(pk)' : 'version = :before AND epoch = :epoch',
        ...(!first && {
          ExpressionAttributeValues: { ':before': value.version - 1, ':epoch': value.epoch },
        }),
      },
    },
    consentHolds(subjectId, 'profile', value.epoch),
  ];
}

/** Where the seal of a stored picture belongs; it opens nowhere else. */
export const picturePlace = (key: string): string => `avatar-object|${key}`;
