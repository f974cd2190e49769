import * as z from 'zod/mini';
import type { Item, Write } from '../client';
import { defineEntity, plain, type ValueOf } from '../entity';
import { type Key, keys } from '../keys';

/** How many people one person can block. */
export const MAX_BLOCKED = 1000;

/** Somebody whom a person does not want to meet here: neither sees the other's cards or is found by them. */
export const block = defineEntity('block', {
  blockedId: plain('block', z.string()),
  blockedAt: plain('block', z.string()),
});
export type Block = ValueOf<typeof block>;

/** The one item that says whether `subjectId` has blocked `otherId`. To keep two people apart, read both directions. */
export const blockKey = (subjectId: string, otherId: string): Key =>
  keys.data(subjectId, 'preferences', `block-${otherId}`);

export function putBlock(subjectId: string, value: Block): Write {
  const item = { ...blockKey(subjectId, value.blockedId), entity: block.name, ...block.encode(value, '') };
  return { Put: { Item: item } };
}

export function removeBlock(subjectId: string, otherId: string): Write {
  return { Delete: { Key: blockKey(subjectId, otherId) } };
}

export function isBlock(item: Item | undefined): boolean {
  return item?.entity === block.name;
}

/** For a transaction: neither has blocked the other at the very moment of the write. */
export function notBlocked(a: string, b: string): Write[] {
  return [blockKey(a, b), blockKey(b, a)].map((Key) => ({
    ConditionCheck: { Key, ConditionExpression: 'attribute_not_exists(pk)' },
  }));
}
