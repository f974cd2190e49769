import * as z from 'zod/mini';
import { verdicts } from '../../card/shown';
import { plain, sealed, type ValueOf } from '../attribute';
import { boundAnew, MAC } from '../bound';
import type { Item, MadeItem, Write } from '../client';
import { declareEntity } from '../entity';
import type { Key } from '../keys';
import { inPerson } from '../place';
import type { Sealer } from '../sealer';

/** What a person calls themselves. Rests on the consent to `profile`. */
export const nickname = declareEntity('nickname', {
  place: inPerson('profile', 'nickname'),
  life: { rule: 'purpose-life' },
  /** The words too: so no others stand under what was said of these. */
  guarded: ['version', 'verdict', 'nickname'],
  attributes: {
    version: plain('profile-state', z.int()),
    updatedAt: plain('profile-state', z.string()),
    /** The version that the last edit started from and a keyed digest of what it asked, to recognise a repeat. */
    edit: plain('profile-state', z.string()),
    nickname: sealed('nickname', z.optional(z.string())),
    /** What the content check said of it: others are told it only once it has passed. */
    verdict: plain('profile-state', z.optional(z.enum(verdicts))),
  },
});
export type Nickname = ValueOf<typeof nickname>;

export const nicknameKey = (subjectId: string): Key => nickname.key(subjectId);

/** The nickname in an item, or undefined when there is none of this epoch. @throws SealError */
export function readNickname(item: Item | undefined, epoch: number, sealer: Sealer): Nickname | undefined {
  return nickname.read(item, { sealer, epoch });
}

/**
 * Puts a nickname in the place of version `before` (0: none of this epoch), whose item is `seen`. What an ended epoch left
 * behind is overwritten. `item` is what it puts.
 */
export function putNickname(
  subjectId: string,
  value: Nickname,
  before: number,
  sealer: Sealer,
  seen: Item | undefined,
): { item: MadeItem; write: Write } {
  const item = nickname.make(subjectId, undefined, value, {
    sealer,
    before: before === 0 ? undefined : seen,
  });
  const noneOfThisEpoch = 'attribute_not_exists(pk) OR epoch <> :epoch';
  const stillThisVersion = 'version = :version AND epoch = :epoch';
  const ConditionExpression = before === 0 ? noneOfThisEpoch : stillThisVersion;
  const ExpressionAttributeValues = { ':epoch': value.epoch, ...(before > 0 && { ':version': before }) };
  return { item, write: { Put: { Item: item, ConditionExpression, ExpressionAttributeValues } } };
}

/** Notes what was said of these words. Refused once they have changed. */
export function noteNicknameVerdict(
  subjectId: string,
  item: Item,
  { verdict, version, epoch }: Nickname,
): Write {
  return {
    Update: {
      Key: nicknameKey(subjectId),
      UpdateExpression: `SET verdict = :verdict, ${MAC} = :mac`,
      ConditionExpression: 'version = :version AND epoch = :epoch',
      ExpressionAttributeValues: {
        ':verdict': verdict,
        ':version': version,
        ':epoch': epoch,
        ':mac': boundAnew(item, { verdict }),
      },
    },
  };
}
