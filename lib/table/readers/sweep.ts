import { toInstant } from '../../clock';
import type { Item, Table, Write } from '../client';
import { dueShard, type Key, shardOfPart } from '../keys';
import { type Condition, remove } from '../replace';
import type { AnyEntity } from './any-entity';
import { filesOf, openUntil } from './erase';
import { declaredEntities } from './partition';

/** Items that one trip reads of the index, and one more of the table. */
export const PAGE_ITEMS = 100;

/**
 * What has ended by the clock and waits to be swept: its files go first, then, in one transaction, it and what leads to it,
 * and with them their head-counts. The first of the writes is of the item itself.
 */
export type Ended = { item: Item; entity: AnyEntity; files: string[]; writes: [Write, ...Write[]] };

/** Where the next page begins: the key of the table and of the index. */
export type After = Key & { dueShard: string; dueAt: string };

export type EndedPage = {
  ended: Ended[];
  /** The hour by which the first of the page had ended, as an instant; absent where nothing waits. */
  oldestAt: string | undefined;
  /** Absent at the end. */
  after: After | undefined;
};

/**
 * One page of what is past its end at a moment, through one part of the sparse index `due`, the oldest first: reads only what
 * is due, and nothing that is not (promise S2). One whose files may still appear waits until none can. The index says the hour
 * by which an item has ended: a later `untilMs` finds what ended within the hour as well, and reads what has not.
 */
export async function endedPage(
  table: Table,
  part: number,
  nowMs: number,
  after?: After,
  among: ReadonlyMap<string, AnyEntity> = declaredEntities,
  untilMs = nowMs,
): Promise<EndedPage> {
  const { from, shard } = shardOfPart(part);
  const page = {
    IndexName: 'due',
    KeyConditionExpression: 'dueShard = :shard AND dueAt <= :now',
    ExpressionAttributeValues: { ':shard': dueShard(shard, 'ENDS'), ':now': toInstant(untilMs) },
    Limit: PAGE_ITEMS,
    ...(after && { ExclusiveStartKey: after }),
  };
  const { items, lastKey } = await table.query(page, 'alive', from);
  const found = items.length > 0 ? await table.getMany(items, 'ended-too') : [];
  return {
    ended: found.flatMap((item) => endedIn(item, nowMs, among) ?? []),
    oldestAt: items[0]?.dueAt as string | undefined,
    after: lastKey as After | undefined,
  };
}

/** An item that is past its end; undefined where it is not, is gone, or has to wait for its files. */
export function endedIn(
  item: Item | undefined,
  nowMs: number,
  among: ReadonlyMap<string, AnyEntity> = declaredEntities,
): Ended | undefined {
  const entity = item && among.get(String(item.entity));
  if (!item || !entity || !hasEnded(item, nowMs) || openUntil(item, entity) * 1000 > nowMs) return undefined;
  return { item, entity, files: filesOf(item, entity), writes: remove(item, stillEnds(item)) };
}

/** An item that goes with what has ended, whatever its own end is. Of two who take it, one tells of it. */
export function goesAlong(item: Item, entity: AnyEntity): Ended {
  const isThere = { ConditionExpression: 'attribute_exists(pk)' };
  return { item, entity, files: [], writes: remove(item, isThere) };
}

/** What was given longer meanwhile stays. */
export function stillEnds({ expiresAtSeconds }: Item): Condition {
  return {
    ConditionExpression: 'expiresAtSeconds = :ends',
    ExpressionAttributeValues: { ':ends': expiresAtSeconds },
  };
}

function hasEnded({ expiresAtSeconds }: Item, nowMs: number): boolean {
  return expiresAtSeconds !== undefined && Number(expiresAtSeconds) * 1000 <= nowMs;
}
