import * as z from 'zod/mini';
import { entryIds } from '../../policy/sign-in-entries';
import { plain, type ValueOf } from '../attribute';
import type { Item, Write } from '../client';
import { declareEntity } from '../entity';
import type { Key } from '../keys';
import { byDigest, inPerson } from '../place';
import { pointersTo, remove, replace } from '../replace';

/** Leads from the keyed digest of an identity at another entry to the account. */
export const entryPointer = declareEntity('entry-pointer', {
  place: byDigest('account-link', 'link'),
  life: { rule: 'purpose-life' },
  guarded: ['subjectId'],
  attributes: { subjectId: plain('account-number', z.string()) },
});
export type EntryPointer = ValueOf<typeof entryPointer>;

/** A way in from another entry, linked by the person (promise A4). Rests on the consent to `account-link`. */
export const linkedEntry = declareEntity('linked-entry', {
  place: inPerson('account-link', (entry: LinkedEntry['entry']) => entry),
  life: { rule: 'purpose-life' },
  pointers: ['entry-pointer'],
  guarded: ['entry', 'linkedAt'],
  attributes: {
    entry: plain('link-state', z.enum(entryIds)),
    linkedAt: plain('link-state', z.string()),
  },
});
export type LinkedEntry = { entry: (typeof entryIds)[number]; linkedAt: string; epoch: number };

export const linkedEntryKey = (subjectId: string, entry: LinkedEntry['entry']): Key =>
  linkedEntry.key(subjectId, entry);
export const entryPointerKey = (digest: string): Key => entryPointer.key(digest);

/** The linked entry in an item, or undefined when there is none of this epoch. */
export function readLinkedEntry(item: Item | undefined, epoch: number): LinkedEntry | undefined {
  return linkedEntry.read(item, { epoch });
}

export function readEntryPointer(item: Item | undefined): EntryPointer | undefined {
  return entryPointer.read(item);
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
  return pointersTo(item).some(({ pk }) => pk === entryPointerKey(digest).pk);
}

/**
 * The writes that link an entry: [the pointer, the link, …]. The pointer is refused when that identity leads to another
 * account; the link when the entry is linked in this epoch, or holds something else than `before`. What an ended epoch left
 * there goes with what led to it.
 */
export function putLinkedEntry(
  subjectId: string,
  value: LinkedEntry,
  digest: string,
  before: Item | undefined,
): [Write, ...Write[]] {
  const { entry, epoch } = value;
  const leads = entryPointer.make(digest, undefined, { subjectId, epoch });
  const item = linkedEntry.make(subjectId, entry, value, { points: [entryPointerKey(digest)], before });
  const freeOrMine = 'attribute_not_exists(pk) OR subjectId = :me';
  const asSeen = before
    ? {
        ConditionExpression: 'epoch < :epoch AND epoch = :seenEpoch AND linkedAt = :seenAt',
        ExpressionAttributeValues: {
          ':epoch': epoch,
          ':seenEpoch': before.epoch,
          ':seenAt': before.linkedAt,
        },
      }
    : { ConditionExpression: 'attribute_not_exists(pk)' };
  return [
    {
      Put: {
        Item: leads,
        ConditionExpression: freeOrMine,
        ExpressionAttributeValues: { ':me': subjectId },
      },
    },
    ...replace(item, before, asSeen),
  ];
}

/** Undoes a linked entry, and with it every session that it let in. Refused when it was made anew meanwhile. */
export function undoLinkedEntry(item: Item, { entryEpoch = 0 }: { entryEpoch?: number | undefined }) {
  return { also: removeLinkedEntry(item), change: { standing: { entryEpoch: entryEpoch + 1 } } };
}

/** The writes that undo a linked entry, refused when it was made anew meanwhile. */
export function removeLinkedEntry(item: Item): Write[] {
  return remove(item, {
    ConditionExpression: 'epoch = :seenEpoch AND linkedAt = :seenAt',
    ExpressionAttributeValues: { ':seenEpoch': item.epoch, ':seenAt': item.linkedAt },
  });
}
