import * as z from 'zod/mini';
import { purposeIds } from '../../policy/purposes';
import type { Item, Table, Write } from '../client';
import { defineEntity, plain, type ValueOf } from '../entity';
import { type GaugeId, gaugeWrites } from '../gauge/gauge';
import { DUE_SHARDS, dataPrefix, dueShard, type Key, keys, type Pointer, shardOf, subjectOf } from '../keys';
import { removePointer } from '../replace';

/**
 * A promised erasure, written in the same transaction as the withdrawal that caused it, so that no crash and no lost
 * message can lose it. The queue only makes it quick; the nightly sweep finds what the queue missed.
 */
export const duty = defineEntity('erasure-duty', {
  /** Number of the withdrawal in the person's ledger. */
  seq: plain('erasure-duty', z.int()),
  purpose: plain('erasure-duty', z.enum(purposeIds)),
  /** The epoch that ended: what carries it is to go. */
  epoch: plain('erasure-duty', z.int()),
  /** How many records are gone by now because of it, as the ledger will say. */
  erased: plain('erasure-duty', z.int()),
  dueAt: plain('erasure-duty', z.string()),
});
export type Duty = ValueOf<typeof duty>;

/** Starts the sort key of every duty. */
const DUTY = 'DUTY#';

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

/** Refused when the duty is done already or has moved on: so an erasure is recorded once, and with the true number. */
export function finishDuty(subjectId: string, { seq, erased }: Duty): Write {
  const nobodyErasedMore = 'erased = :erased';
  return {
    Delete: {
      Key: keys.duty(subjectId, seq),
      ConditionExpression: nobodyErasedMore,
      ExpressionAttributeValues: { ':erased': erased },
    },
  };
}

/**
 * What rests on a purpose and a consent epoch. `points` are the items elsewhere that go with it; `gauges` the head-counts
 * that it is in; `objects` the names of its files, each there from before the file exists. Until `openUntilSeconds` a call
 * that was under way when the consent ended may still write one of those files.
 */
type Resting = Item & {
  epoch?: number;
  points?: Pointer[];
  gauges?: GaugeId[];
  objects?: string[];
  openUntilSeconds?: number;
};

/** The files of what is to be erased, and until when (seconds) one of them may still appear. */
export function objectsOf(items: Resting[]): { names: string[]; openUntilSeconds: number } {
  return {
    names: items.flatMap(({ objects = [] }) => objects),
    openUntilSeconds: Math.max(0, ...items.map(({ openUntilSeconds = 0 }) => openUntilSeconds)),
  };
}

/** Everything of the ended epoch that is still there, a transaction's worth at a time. */
export async function endedItems(
  table: Table,
  subjectId: string,
  { purpose, epoch }: Duty,
  limit: number,
): Promise<Resting[]> {
  let after: Key | undefined;
  do {
    const { items, lastKey } = await table.query({
      KeyConditionExpression: 'pk = :pk AND begins_with(sk, :prefix)',
      ExpressionAttributeValues: { ':pk': keys.person(subjectId).pk, ':prefix': dataPrefix(purpose) },
      Limit: limit,
      ...(after && { ExclusiveStartKey: after }),
    });
    const ended = items.filter((item) => item.epoch === epoch);
    if (ended.length > 0) return ended;
    after = lastKey;
  } while (after);
  return [];
}

/**
 * Erases items with what goes with them, and counts them in the duty and in the gauges, in one transaction. Refused as a
 * whole when one of them is gone already (another worker is at it) or has been made anew under a new consent.
 */
export function eraseItems(subjectId: string, { seq, epoch }: Duty, items: Resting[]): [Write, ...Write[]] {
  const stillThere = 'attribute_exists(pk)';
  const stillOfThatEpoch = 'epoch = :epoch';
  const remove = ({ pk, sk }: Key): Write => ({
    Delete: {
      Key: { pk, sk },
      ConditionExpression: stillOfThatEpoch,
      ExpressionAttributeValues: { ':epoch': epoch },
    },
  });
  const pointers = items.flatMap(({ points = [] }) => points);
  const lessen = gaugeWrites(
    subjectId,
    items.flatMap(({ gauges = [] }) => gauges),
    -1,
  );
  return [
    {
      Update: {
        Key: keys.duty(subjectId, seq),
        UpdateExpression: 'ADD erased :count',
        ConditionExpression: stillThere,
        ExpressionAttributeValues: { ':count': items.length },
      },
    },
    ...items.map(remove),
    ...pointers.map(removePointer),
    ...lessen,
  ];
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
    // What else is due by then, such as a link that is over, is no duty.
    return subjectId && item.sk.startsWith(DUTY)
      ? [{ subjectId, seq: Number(item.sk.slice(DUTY.length)) }]
      : [];
  });
  return { due, lastKey };
}
