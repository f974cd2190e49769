import * as z from 'zod/mini';
import type { Item, Write } from '../client';
import { defineEntity, plain } from '../entity';
import { keys } from '../keys';

/** Since when a head-count has been found to reach a threshold. Written once. */
export const threshold = defineEntity('threshold', {
  reachedAt: plain('head-count', z.string()),
});

export function reachedAt(item: Item | undefined): string | undefined {
  return item && threshold.decode(item, '').reachedAt;
}

export function putReached(id: string, at: string): Write {
  const item = { ...keys.threshold(id), entity: threshold.name, ...threshold.encode({ reachedAt: at }, '') };
  return { Put: { Item: item, ConditionExpression: 'attribute_not_exists(pk)' } };
}
