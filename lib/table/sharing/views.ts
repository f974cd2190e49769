import * as z from 'zod/mini';
import { plain, type ValueOf } from '../attribute';
import { BESIDE_CARDS } from '../card/card-list';
import type { Table, Write } from '../client';
import { declareEntity } from '../entity';
import { dataPrefix, keys, partition } from '../keys';
import { inPerson } from '../place';

/**
 * How often a link was opened, by day. Every link has a few shards, made with it, so that a card shown by a million
 * people is no hot key; a count lands on one at random, and only where the shard still is: after an erasure nothing
 * comes back.
 */
export const VIEW_SHARDS = 4;

const PREFIX = `${BESIDE_CARDS}views#`;
type ShardId = { shareId: string; shard: number };

export const viewShard = declareEntity('card-views', {
  place: inPerson('cards', ({ shareId, shard }: ShardId) => `${PREFIX}${shareId}#${shard}`),
  life: { rule: 'views-life', from: 'linkEndsAtSeconds' },
  unguarded: 'counts of openings',
  attributes: {
    shareId: plain('card-share', z.string()),
    cardId: plain('card-share', z.string()),
    /** Openings by Beijing day. */
    days: plain('card-views', z.record(z.string(), z.int())),
    linkEndsAtSeconds: plain('card-share', z.int()),
  },
});
export type ViewShard = ValueOf<typeof viewShard>;

/** The shards of a new link, all empty. */
export function putViewShards(subjectId: string, value: Omit<ViewShard, 'days'>): Write[] {
  return Array.from({ length: VIEW_SHARDS }, (_, shard) => ({
    Put: { Item: viewShard.make(subjectId, { shareId: value.shareId, shard }, { ...value, days: {} }) },
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
      Key: viewShard.key(subjectId, { shareId, shard }),
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
  const shards = items.flatMap((item) => viewShard.read(item, { epoch }) ?? []);
  return { shards, lastId: lastKey?.sk.slice(prefix.length) };
}
