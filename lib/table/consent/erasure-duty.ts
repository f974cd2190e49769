import * as z from 'zod/mini';
import type { KindId } from '../../policy/kinds';
import { purposeIds } from '../../policy/purposes';
import { plain, type ValueOf } from '../attribute';
import type { Item, Table, Write } from '../client';
import { declareEntity } from '../entity';
import {
  DUE_SHARDS,
  dataPrefix,
  dueShard,
  type Key,
  type Pointer,
  padded,
  partition,
  shardOf,
  subjectOf,
} from '../keys';
import { inPersonAt } from '../place';
import { create, remove } from '../replace';

/** Starts the sort key of every duty. */
const DUTY = 'DUTY#';

/**
 * A promised erasure, written in the same transaction as the withdrawal that caused it, so that no crash and no lost
 * message can lose it. The queue only makes it quick; the nightly sweep finds what the queue missed.
 */
export const duty = declareEntity('erasure-duty', {
  place: inPersonAt('accountability', (seq: number) => `${DUTY}${padded(seq)}`),
  life: { rule: 'proof-three-years' },
  indexes: ['dueShard', 'dueAt'],
  attributes: {
    /** Number of the withdrawal in the person's ledger. */
    seq: plain('erasure-duty', z.int()),
    purpose: plain('erasure-duty', z.enum(purposeIds)),
    /** The epoch that ended: what carries it is to go. */
    epoch: plain('erasure-duty', z.int()),
    /** How many records are gone by now because of it, as the ledger will say. */
    erased: plain('erasure-duty', z.int()),
    /** Of which kinds they were. */
    kinds: plain('erasure-duty', z.optional(z.set(z.string()))),
    /** Where the nightly sweep finds it, and from when on. */
    dueShard: plain('erasure-duty', z.string()),
    dueAt: plain('erasure-duty', z.string()),
  },
});
export type Duty = Omit<ValueOf<typeof duty>, 'dueShard'>;

export const dutyKey = (subjectId: string, seq: number): Key => duty.key(subjectId, seq);

export function putDuty(subjectId: string, value: Duty): Write {
  const shard = dueShard(shardOf(subjectId, DUE_SHARDS));
  return create(duty.make(subjectId, value.seq, { ...value, dueShard: shard }));
}

/** Refused when the duty is done already or has moved on: so an erasure is recorded once, and with the true number. */
export function finishDuty(subjectId: string, { seq, erased }: Duty): Write {
  const nobodyErasedMore = 'erased = :erased';
  return {
    Delete: {
      Key: dutyKey(subjectId, seq),
      ConditionExpression: nobodyErasedMore,
      ExpressionAttributeValues: { ':erased': erased },
    },
  };
}

/**
 * What rests on a purpose and a consent epoch. `points` are the items elsewhere that go with it; `objects` the names of its files, each there from before the file exists. Until `openUntilSeconds` a call
 * that was under way when the consent ended may still write one of those files.
 */
type Resting = Item & {
  epoch?: number;
  points?: Pointer[];
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
      ExpressionAttributeValues: { ':pk': partition(subjectId), ':prefix': dataPrefix(purpose) },
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
 * Erases items with what goes with them, and notes in the duty how many they were and of which kinds, in one transaction.
 * Refused as a
 * whole when one of them is gone already (another worker is at it) or has been made anew under a new consent.
 */
export function eraseItems(
  subjectId: string,
  { seq, epoch }: Duty,
  items: Resting[],
  kinds: ReadonlySet<KindId>,
): [Write, ...Write[]] {
  const stillThere = 'attribute_exists(pk)';
  const stillOfThatEpoch = 'epoch = :epoch';
  const asSeen = {
    ConditionExpression: stillOfThatEpoch,
    ExpressionAttributeValues: { ':epoch': epoch },
  };
  return [
    {
      Update: {
        Key: dutyKey(subjectId, seq),
        UpdateExpression: `ADD erased :count${kinds.size > 0 ? ', kinds :kinds' : ''}`,
        ConditionExpression: stillThere,
        ExpressionAttributeValues: { ':count': items.length, ...(kinds.size > 0 && { ':kinds': kinds }) },
      },
    },
    ...items.flatMap((item) => remove(item, asSeen)),
  ];
}

export function readDuty(item: Item | undefined): Duty | undefined {
  return duty.read(item);
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
    // What has reached the end of its period waits in the same parts of the index.
    const isDuty = subjectId !== undefined && item.sk.startsWith(DUTY);
    return isDuty ? [{ subjectId, seq: Number(item.sk.slice(DUTY.length)) }] : [];
  });
  return { due, lastKey };
}
