import * as z from 'zod/mini';
import { BESIDE_CARDS } from '../card/card-list';
import type { Item, Table, Write } from '../client';
import { defineEntity, plain, type ValueOf } from '../entity';
import { dataPrefix, type Key, keys, partition } from '../keys';

/**
 * How often a link was opened, by day. Every link has a few shards, made with it, so that a card shown by a million
 * people is no hot key; a count lands on one at random, and only where the shard still is: after an erasure nothing
 * comes back.
 */
export const VIEW_SHARDS = 4;

export const viewShard = defineEntity('card-views', {
  shareId: plain('card-share', z.string()),
  cardId: plain('card-share', z.string()),
  /** Openings by Beijing day. */
  days: plain('card-share', z.record(z.string(), z.int())),
  epoch: plain('card-share', z.int()),
  expiresAtSeconds: plain('card-share', z.int()),
});
export type ViewShard = ValueOf<typeof viewShard>;

const PREFIX = `${BESIDE_CARDS}views#`;
const shardKey = (subjectId: string, shareId: string, shard: number): Key =>
  keys.data(subjectId, 'cards', `${PREFIX}${shareId}#${shard}`);

/** The shards of a new link, all empty. */
export function putViewShards(subjectId: string, value: Omit<ViewShard, 'days'>): Write[] {
  return Array.from({ length: VIEW_SHARDS }, (_, shard) => ({
    Put: {
      Item: {
        ...shardKey(subjectId, value.shareId, shard),
        entity: viewShard.name,
        ...viewShard.encode({ ...value, days: {} }, ''),
      },
    },
  }));
}

/** Counts one opening. Refused when the shard is gone. */
export function countView(
  subjectId: string,
  { shareId, epoch }: { shareId: string; epoch: number },
  day: string,
  shard: number,
): Write {
  return {
    Update: {
      Key: shardKey(subjectId, shareId, shard),
      UpdateExpression: 'SET #days.#day = if_not_exists(#days.#day, :none) + :one',
      ConditionExpression: 'epoch = :epoch',
      ExpressionAttributeNames: { '#days': 'days', '#day': day },
      ExpressionAttributeValues: { ':none': 0, ':one': 1, ':epoch': epoch },
    },
  };
}

/** The counts of one link, or one page of those of all links. Add up what belongs to one link and day. */
export async function queryViews(
  table: Table,
  subjectId: string,
  epoch: number,
  limit: number,
  afterId?: string,
): Promise<{ shards: ViewShard[]; lastId: string | undefined }> {
  const prefix = `${dataPrefix('cards')}${PREFIX}`;
  const { items, lastKey } = await table.query({
    KeyConditionExpression: 'pk = :pk AND begins_with(sk, :views)',
    ExpressionAttributeValues: { ':pk': partition(subjectId), ':views': prefix },
    Limit: limit,
    ...(afterId && { ExclusiveStartKey: { ...keys.person(subjectId), sk: `${prefix}${afterId}` } }),
  });
  const shards = items.flatMap((item: Item) => (item.epoch === epoch ? viewShard.decode(item, '') : []));
  return { shards, lastId: lastKey?.sk.slice(prefix.length) };
}
