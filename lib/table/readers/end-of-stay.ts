import type { Item, Write } from '../client';
import { isHeld } from '../item';
import type { Key } from '../keys';
import { endOfStay } from '../life';
import { setEnd } from '../retention/waiting';
import type { AnyEntity } from './any-entity';

/**
 * The write that gives what outlives an ended account its own end: the period of its rule counts from there (promise S2), and
 * the sweep finds it; while a hold keeps it, only once it is released. Undefined where it has an end already, where another
 * event has its period begin, or while it waits to be dealt with.
 */
export function endStay(item: Item, { declaration }: AnyEntity, endedAt: string): Write | undefined {
  const { outlives, queue } = declaration;
  const waits = queue !== undefined && item.dueAt !== undefined;
  if (outlives === undefined || waits || item.expiresAtSeconds !== undefined) return undefined;
  const { pk, sk } = item;
  const endsAtSeconds = endOfStay(outlives, endedAt);
  if (endsAtSeconds === undefined) return undefined;
  if (isHeld(item)) return endAfterHold({ pk, sk }, endsAtSeconds);
  return setEnd(item, endsAtSeconds, { ConditionExpression: 'attribute_exists(pk)' });
}

/** Its release has the sweep find it (`mark` of lib/table/hold/release.ts). */
function endAfterHold(Key: Key, endsAtSeconds: number): Write {
  return {
    Update: {
      Key,
      UpdateExpression: 'SET expiresAtSeconds = :ends',
      ConditionExpression: 'attribute_exists(heldBy)',
      ExpressionAttributeValues: { ':ends': endsAtSeconds },
    },
    ofHold: true,
  };
}
