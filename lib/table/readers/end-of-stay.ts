import { toEpochSeconds } from '../../clock';
import { endOfRetention, ruleOf } from '../../policy/retention';
import type { Item, Write } from '../client';
import { endOfItem } from '../entity';
import type { AnyEntity } from './any-entity';

/**
 * The write that gives what outlives an ended account its own end: the period of its rule counts from there (promise S2), and
 * the sweep finds it. Undefined where it has an end already, where another event has its period begin, or while it waits to
 * be dealt with.
 */
export function endStay(item: Item, { declaration }: AnyEntity, endedAt: string): Write | undefined {
  const { outlives, queue } = declaration;
  const waits = queue !== undefined && item.dueAt !== undefined;
  if (outlives === undefined || waits || item.expiresAtSeconds !== undefined) return undefined;
  const { ends } = ruleOf(outlives);
  if ('event' in ends || ('after' in ends && ends.after !== 'account-ended')) return undefined;
  const { pk, sk } = item;
  const end = endOfItem({ pk, sk }, toEpochSeconds(endOfRetention(outlives, Date.parse(endedAt))));
  return {
    Update: {
      Key: { pk, sk },
      UpdateExpression: 'SET expiresAtSeconds = :ends, dueShard = :shard, dueAt = :due',
      ConditionExpression: 'attribute_exists(pk)',
      ExpressionAttributeValues: { ':ends': end.expiresAtSeconds, ':shard': end.dueShard, ':due': end.dueAt },
    },
  };
}
