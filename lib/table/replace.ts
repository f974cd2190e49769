import type { Item, Write } from './client';
import { isHeld, type MadeItem, sinceBefore } from './item';
import { type Key, type Pointer, textOf } from './keys';
import { withCondition } from './merge';

/** What must hold of the item that is met, in DynamoDB's own words. */
export type Condition = {
  ConditionExpression: string;
  ExpressionAttributeNames?: Record<string, string>;
  ExpressionAttributeValues?: Record<string, unknown>;
};

/** The items elsewhere that lead to an item. */
export function pointersTo(item: Item | undefined): Pointer[] {
  return (item?.points as Pointer[] | undefined) ?? [];
}

/** Takes away what leads to an item. Refused where a part of something is to be forgotten that is not there any more. */
export function removePointer({ pk, sk, forget }: Pointer): Write {
  if (!forget) return { Delete: { Key: { pk, sk } } };
  return {
    Update: {
      Key: { pk, sk },
      UpdateExpression: `REMOVE ${forget.map((_, index) => `#${index}`).join(', ')}`,
      ConditionExpression: 'attribute_exists(pk)',
      ExpressionAttributeNames: Object.fromEntries(forget.map((name, index) => [`#${index}`, name])),
    },
    forgets: forget,
  };
}

/** Puts an item where nothing is. */
export function create(item: MadeItem): Write {
  return { Put: { Item: item, ConditionExpression: 'attribute_not_exists(pk)' } };
}

/**
 * Puts an item in the place of exactly what was seen there, and takes away what led to that and no longer leads here: an
 * overwritten item never leaves a pointer behind.
 */
export function replace(item: MadeItem, before: Item | undefined, asSeen: Condition): [Write, ...Write[]] {
  const kept = new Set(pointersTo(item).map(textOf));
  const stale = pointersTo(before).filter((key) => !kept.has(textOf(key)));
  const createdAtSeconds = sinceBefore(item, before) ?? item.createdAtSeconds;
  const Item = { ...item, ...(createdAtSeconds !== undefined && { createdAtSeconds }) };
  return [{ Put: { Item, ...asSeen }, seen: before }, ...stale.map(removePointer)];
}

/**
 * Deletes an item with everything that leads to it. What is held stays: that it has ended is noted in it, and it goes when it
 * is released (promise S3).
 */
export function remove(item: Item, asSeen?: Condition): [Write, ...Write[]] {
  const { pk, sk } = item;
  const gone = pointersTo(item).map(removePointer);
  if (isHeld(item)) return [noteEnd({ pk, sk }, asSeen), ...gone];
  return [{ Delete: { Key: { pk, sk }, ...asSeen }, seen: item }, ...gone];
}

/** The same while it is what was read: what somebody else has put in its place meanwhile is not to go. */
export function removeAsRead(item: Item): [Write, ...Write[]] {
  const { entity, createdAtSeconds } = item;
  const since = createdAtSeconds === undefined ? {} : { ':since': createdAtSeconds };
  return remove(item, {
    ConditionExpression: `entity = :entity${createdAtSeconds === undefined ? '' : ' AND createdAtSeconds = :since'}`,
    ExpressionAttributeValues: { ':entity': entity, ...since },
  });
}

/** Notes in a held item that it has ended: nothing leads to it from then on, and its release is its end. */
export function noteEnd(key: Key, asSeen?: Condition): Write {
  const note: Write = {
    Update: {
      Key: key,
      UpdateExpression: 'SET ended = :ended REMOVE points',
      ...asSeen,
      ExpressionAttributeValues: { ...asSeen?.ExpressionAttributeValues, ':ended': true },
    },
    ofHold: true,
  };
  return withCondition(note, 'attribute_exists(heldBy)', {});
}

/** Notes in a held item what of it forgets somebody else: it goes when the item is released. */
export function noteForgotten(key: Key, forgets: readonly string[]): Write {
  return {
    Update: {
      Key: key,
      UpdateExpression: 'SET forgets = list_append(if_not_exists(forgets, :none), :forgets)',
      ConditionExpression: 'attribute_exists(heldBy)',
      ExpressionAttributeValues: { ':none': [], ':forgets': forgets },
    },
    ofHold: true,
  };
}

/** The same writes by somebody who has seen an item that one of them deletes. */
export function withSeen(writes: Write[], item: Item): Write[] {
  const isOf = ({ Delete }: Write) => Delete !== undefined && textOf(Delete.Key as Key) === textOf(item);
  return writes.map((write) => (isOf(write) ? { ...write, seen: item } : write));
}
