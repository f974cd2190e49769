import type { Table } from './client';
import { EVERYONE_SHARDS, everyoneShard, type Key, subjectOf } from './keys';

const PAGE = 500;

/** Every person's id, shard by shard. Memory is one page, whatever their number. */
export async function* everyone(table: Table): AsyncGenerator<string> {
  for (let shard = 0; shard < EVERYONE_SHARDS; shard += 1) {
    let after: Key | undefined;
    do {
      const { items, lastKey } = await table.query({
        IndexName: 'everyone',
        KeyConditionExpression: 'everyoneShard = :shard',
        ExpressionAttributeValues: { ':shard': everyoneShard(shard) },
        Limit: PAGE,
        ...(after && { ExclusiveStartKey: after }),
      });
      for (const item of items) {
        const subjectId = subjectOf(item);
        if (subjectId) yield subjectId;
      }
      after = lastKey;
    } while (after);
  }
}
