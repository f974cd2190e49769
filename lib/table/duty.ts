import { z } from 'zod/mini';
import { purposeIds } from '../policy/purposes';
import type { Item, Table, Write } from './client';
import { defineEntity, open, type ValueOf } from './entity';
import { DUE_SHARDS, dueShard, type Key, keys, shardOf, subjectOf } from './keys';

/**
 * A promised erasure, written in the same transaction as the withdrawal that caused it, so that no crash and no lost
 * message can lose it. The queue only makes it quick; the nightly sweep finds what the queue missed.
 */
export const duty = defineEntity('erasure-duty', {
  /** Number of the withdrawal in the person's ledger. */
  seq: open('erasure-duty', z.int()),
  purpose: open('erasure-duty', z.enum(purposeIds)),
  /** The epoch that ended: what carries it is to go. */
  epoch: open('erasure-duty', z.int()),
  /** How many records ended with it, as the ledger will say. */
  count: open('erasure-duty', z.int()),
  dueAt: open('erasure-duty', z.string()),
});
export type Duty = ValueOf<typeof duty>;

export function putDuty(subjectId: string, value: Duty): Write {
  const shard = dueShard(shardOf(subjectId, DUE_SHARDS));
  const item = {
    ...keys.duty(subjectId, value.seq),
    entity: duty.name,
    dueShard: shard,
    ...duty.encode(value, ''),
  };
  return { Put: { Item: item, ConditionExpression: 'attribute_not_exists(pk)' } };
}

/** Refused when the duty is done already: so an erasure is recorded once, however often its message arrives. */
export function finishDuty(subjectId: string, seq: number): Write {
  return { Delete: { Key: keys.duty(subjectId, seq), ConditionExpression: 'attribute_exists(pk)' } };
}

export function readDuty(item: Item): Duty {
  return duty.decode(item, '');
}

/** One page of duties of one shard that are due at `now`, oldest first. */
export async function dueDuties(
  table: Table,
  shard: number,
  now: string,
  limit: number,
  after?: Key,
): Promise<{ due: { subjectId: string; seq: number }[]; lastKey: Key | undefined }> {
  const { items, lastKey } = await table.query({
    IndexName: 'due',
    KeyConditionExpression: 'dueShard = :shard AND dueAt <= :now',
    ExpressionAttributeValues: { ':shard': dueShard(shard), ':now': now },
    Limit: limit,
    ...(after && { ExclusiveStartKey: after }),
  });
  const due = items.flatMap((item) => {
    const subjectId = subjectOf(item);
    return subjectId ? [{ subjectId, seq: Number(item.sk.slice('DUTY#'.length)) }] : [];
  });
  return { due, lastKey };
}
