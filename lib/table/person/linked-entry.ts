import * as z from 'zod/mini';
import { entryIds } from '../../policy/sign-in-entries';
import type { Item, Write } from '../client';
import { defineEntity, plain, type ValueOf } from '../entity';
import { type Key, keys } from '../keys';

/** A way in from another entry, linked by the person (promise A4). Rests on the consent to `account-link`. */
export const linkedEntry = defineEntity('linked-entry', {
  entry: plain('link-state', z.enum(entryIds)),
  linkedAt: plain('link-state', z.string()),
  epoch: plain('link-state', z.int()),
});
export type LinkedEntry = ValueOf<typeof linkedEntry>;

/** Leads from the keyed digest of an identity at that entry to the account. */
export const entryPointer = defineEntity('entry-pointer', {
  subjectId: plain('account-number', z.string()),
  epoch: plain('link-state', z.int()),
});
export type EntryPointer = ValueOf<typeof entryPointer>;

export const linkedEntryKey = (subjectId: string, entry: LinkedEntry['entry']): Key =>
  keys.data(subjectId, 'account-link', entry);
export const entryPointerKey = (digest: string): Key => keys.pointer('link', digest);

/** The linked entry in an item, or undefined when there is none of this epoch. */
export function readLinkedEntry(item: Item | undefined, epoch: number): LinkedEntry | undefined {
  return item?.entity === linkedEntry.name && item.epoch === epoch ? linkedEntry.decode(item, '') : undefined;
}

export function readEntryPointer(item: Item | undefined): EntryPointer | undefined {
  return item && entryPointer.decode(item, '');
}

/** For the transaction of a sign-in through a linked entry: refuses it when that was undone meanwhile. */
export function pointerHolds(digest: string, subjectId: string): Write {
  return {
    ConditionCheck: {
      Key: entryPointerKey(digest),
      ConditionExpression: 'subjectId = :subject',
      ExpressionAttributeValues: { ':subject': subjectId },
    },
  };
}

/** Whether a linked entry is led to by this digest. */
export function isLedToBy(item: Item | undefined, digest: string): boolean {
  const points = (item?.points as Key[] | undefined) ?? [];
  return points.some(({ pk }) => pk === entryPointerKey(digest).pk);
}

/** The writes that link an entry: refused when that identity leads to another account, or the entry is linked already. */
export function putLinkedEntry(subjectId: string, value: LinkedEntry, digest: string): [Write, Write] {
  const pointer = entryPointerKey(digest);
  const freeOrMine = 'attribute_not_exists(pk) OR subjectId = :me';
  const notLinked = 'attribute_not_exists(pk) OR epoch < :epoch';
  const leads = entryPointer.encode({ subjectId, epoch: value.epoch }, '');
  return [
    {
      Put: {
        Item: { ...pointer, entity: entryPointer.name, ...leads },
        ConditionExpression: freeOrMine,
        ExpressionAttributeValues: { ':me': subjectId },
      },
    },
    {
      Put: {
        Item: {
          ...linkedEntryKey(subjectId, value.entry),
          entity: linkedEntry.name,
          ...linkedEntry.encode(value, ''),
          points: [pointer],
        },
        ConditionExpression: notLinked,
        ExpressionAttributeValues: { ':epoch': value.epoch },
      },
    },
  ];
}

/** The writes that undo a linked entry, refused when it was made anew meanwhile. */
export function removeLinkedEntry(item: Item): Write[] {
  const { pk, sk, linkedAt, points } = item as Item & { points?: Key[] };
  return [
    {
      Delete: {
        Key: { pk, sk },
        ConditionExpression: 'linkedAt = :before',
        ExpressionAttributeValues: { ':before': linkedAt },
      },
    },
    ...(points ?? []).map((key): Write => ({ Delete: { Key: key } })),
  ];
}
