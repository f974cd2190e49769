import type { Item, Write } from './client';
import { type MadeItem, sinceBefore } from './item';
import type { Key, Pointer } from './keys';

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

/** Deletes an item with everything that leads to it. */
export function remove(item: Item, asSeen?: Condition): [Write, ...Write[]] {
  const { pk, sk } = item;
  return [{ Delete: { Key: { pk, sk }, ...asSeen }, seen: item }, ...pointersTo(item).map(removePointer)];
}

/** The same writes by somebody who has seen an item that one of them deletes. */
export function withSeen(writes: Write[], item: Item): Write[] {
  const isOf = ({ Delete }: Write) => Delete !== undefined && textOf(Delete.Key as Key) === textOf(item);
  return writes.map((write) => (isOf(write) ? { ...write, seen: item } : write));
}

function textOf({ pk, sk }: Key): string {
  return `${pk}\n${sk}`;
}
