import type { Item, Table } from './client';
import type { Key, TableId } from './keys';

/** The indexes in which items stand by the shard that they name themselves, and by which attribute. */
const shardIn = { due: 'dueShard', everyone: 'everyoneShard' } as const;

export type PageOfShard = {
  limit: number;
  /** Only what is due by this instant, in the index `due`. */
  until?: string;
  /** Where the page before has ended. */
  after?: Key | undefined;
  newestFirst?: true;
};

/** One page of a shard of an index, in its order: of each item what the index holds. `lastKey` is absent at the end. One trip. */
export function indexPage(
  table: Table,
  index: keyof typeof shardIn,
  shard: string,
  { limit, until, after, newestFirst }: PageOfShard,
  from?: TableId,
): Promise<{ items: Item[]; lastKey: Key | undefined }> {
  const ofShard = `${shardIn[index]} = :shard`;
  const query = {
    IndexName: index,
    KeyConditionExpression: until === undefined ? ofShard : `${ofShard} AND dueAt <= :until`,
    ExpressionAttributeValues: { ':shard': shard, ...(until !== undefined && { ':until': until }) },
    Limit: limit,
    ...(after && { ExclusiveStartKey: after }),
    ...(newestFirst && { ScanIndexForward: false }),
  };
  return table.query(query, 'alive', from);
}

/** All that one shard of an index names, read again: for what is few. A page of a hundred at a time. */
export async function everyOf(table: Table, index: keyof typeof shardIn, shard: string): Promise<Item[]> {
  const found: Item[] = [];
  let after: Key | undefined;
  do {
    const { items, lastKey } = await indexPage(table, index, shard, { limit: 100, after });
    found.push(...(await table.getMany(items)).flatMap((item) => item ?? []));
    after = lastKey;
  } while (after);
  return found;
}
