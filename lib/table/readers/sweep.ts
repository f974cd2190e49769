import { toInstant } from '../../clock';
import type { Item, Table, Write } from '../client';
import { DUE_SHARDS, dueShard, type Key, tableIds } from '../keys';
import { remove } from '../replace';
import type { AnyEntity } from './any-entity';
import { filesOf, openUntil } from './erase';
import { declaredEntities } from './partition';

/** Items that one trip reads of the index. */
const PAGE_ITEMS = 100;

/**
 * What has ended by the clock and waits to be swept: its files go first, then, in one transaction, it and what leads to it,
 * and with them their head-counts. The first of the writes is of the item itself.
 */
export type Ended = { item: Item; files: string[]; writes: [Write, ...Write[]] };

/**
 * What is past its end at a moment, through the sparse index `due` of both tables, shard by shard: reads only what is due, and nothing that
 * is not (promise S2). Each is deleted under the condition that its end is still what it was: what was given longer stays.
 * One whose files may still appear waits until none can.
 */
export async function* endedItems(
  table: Table,
  nowMs: number,
  among: ReadonlyMap<string, AnyEntity> = declaredEntities,
): AsyncGenerator<Ended> {
  const parts = tableIds.flatMap((from) =>
    Array.from({ length: DUE_SHARDS }, (_, shard) => ({ from, shard })),
  );
  for (const { from, shard } of parts) {
    let after: Key | undefined;
    do {
      const page = {
        IndexName: 'due',
        KeyConditionExpression: 'dueShard = :shard AND dueAt <= :now',
        ExpressionAttributeValues: { ':shard': dueShard(shard), ':now': toInstant(nowMs) },
        Limit: PAGE_ITEMS,
        ...(after && { ExclusiveStartKey: after }),
      };
      const { items, lastKey } = await table.query(page, 'alive', from);
      for (const item of await table.getMany(items, 'ended-too')) {
        const entity = item && among.get(String(item.entity));
        if (!item || !entity || !hasEnded(item, nowMs) || openUntil(item, entity) * 1000 > nowMs) continue;
        const stillEnds = {
          ConditionExpression: 'expiresAtSeconds = :ends',
          ExpressionAttributeValues: { ':ends': item.expiresAtSeconds },
        };
        yield { item, files: filesOf(item, entity), writes: remove(item, stillEnds) };
      }
      after = lastKey;
    } while (after);
  }
}

function hasEnded({ expiresAtSeconds }: Item, nowMs: number): boolean {
  return expiresAtSeconds !== undefined && Number(expiresAtSeconds) * 1000 <= nowMs;
}
