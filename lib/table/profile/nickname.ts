import * as z from 'zod/mini';
import type { Item, Write } from '../client';
import { defineEntity, plain, type Sealer, sealed, type ValueOf } from '../entity';
import { type Key, keys } from '../keys';
import { consentHolds } from '../person/person';

/** What a person calls themselves. Rests on the consent to `profile`. */
export const nickname = defineEntity('nickname', {
  version: plain('profile-state', z.int()),
  updatedAt: plain('profile-state', z.string()),
  /** The consent epoch it was written in (promise K3). */
  epoch: plain('profile-state', z.int()),
  /** The version that the last edit started from and a keyed digest of what it asked, to recognise a repeat. */
  edit: plain('profile-state', z.string()),
  nickname: sealed('nickname', z.optional(z.string())),
});
export type Nickname = ValueOf<typeof nickname>;

export const nicknameKey = (subjectId: string): Key => keys.data(subjectId, 'profile', 'nickname');

/** The nickname in an item, or undefined when there is none of this epoch. @throws SealError */
export function readNickname(item: Item | undefined, epoch: number, sealer: Sealer): Nickname | undefined {
  if (item?.entity !== nickname.name || item.epoch !== epoch) return undefined;
  return nickname.decode(item, '', sealer);
}

/**
 * Puts a nickname in the place of version `before` (0: none of this epoch), while the consent still stands. What an
 * ended epoch left behind is overwritten.
 */
export function putNickname(
  subjectId: string,
  value: Nickname,
  before: number,
  sealer: Sealer,
): [Write, Write] {
  const item = { ...nicknameKey(subjectId), entity: nickname.name, ...nickname.encode(value, '', sealer) };
  const noneOfThisEpoch = 'attribute_not_exists(pk) OR epoch <> :epoch';
  const stillThisVersion = 'version = :version AND epoch = :epoch';
  return [
    {
      Put: {
        Item: item,
        ConditionExpression: before === 0 ? noneOfThisEpoch : stillThisVersion,
        ExpressionAttributeValues: { ':epoch': value.epoch, ...(before > 0 && { ':version': before }) },
      },
    },
    consentHolds(subjectId, 'profile', value.epoch),
  ];
}
