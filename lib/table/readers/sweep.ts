import { secondOf, toInstant } from '../../clock';
import { type KindId, kinds } from '../../policy/kinds';
import type { Item, Table, Write } from '../client';
import { indexPage } from '../index-page';
import { dueShard, type Key, shardOfPart } from '../keys';
import { type Condition, remove } from '../replace';
import type { AnyEntity } from './any-entity';
import { filesOf, openUntil } from './erase';
import { declaredEntities } from './partition';

/**
 * Items that one trip reads of the index, and one more of the table where the index does not say enough. As many of one kind
 * as a transaction takes beside the entry that tells of them and the head of the chain.
 */
export const PAGE_ITEMS = 98;

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
  const page = { limit: PAGE_ITEMS, until: toInstant(untilMs), after };
  const { items, lastKey } = await indexPage(table, 'due', dueShard(shard, 'ENDS'), page, from);
  const seen = items.map((entry) => endedByIndex(entry, nowMs, among));
  const unseen = items.filter((_, index) => !seen[index]);
  const read = unseen.length > 0 ? await table.getMany(unseen, 'ended-too') : [];
  return {
    ended: [...seen, ...read.map((item) => endedIn(item, nowMs, among))].flatMap((one) => one ?? []),
    oldestAt: items[0]?.dueAt as string | undefined,
    after: lastKey as After | undefined,
  };
}

/**
 * What the index says enough of to end it unread: its hour is over, and no item of its entity has anything elsewhere. That it
 * was not given longer meanwhile is the condition of its write. Undefined for what has to be read.
 */
function endedByIndex(
  { pk, sk, entity: name, dueAt }: Item,
  nowMs: number,
  among: ReadonlyMap<string, AnyEntity>,
): Ended | undefined {
  const entity = among.get(String(name));
  if (!entity || hasMore(entity) || Date.parse(String(dueAt)) > nowMs) return undefined;
  const item = { pk, sk, entity: name };
  const stillOver = {
    ConditionExpression: 'expiresAtSeconds <= :now',
    ExpressionAttributeValues: { ':now': secondOf(nowMs) },
  };
  return { item, entity, files: [], writes: [{ Delete: { Key: { pk, sk }, ...stillOver } }] };
}

/** Whether an item of an entity may have more than itself: what leads to it, files, or a place in a head-count. */
export function hasMore({ declaration: { pointers, files, counts }, attributes }: AnyEntity): boolean {
  const isSensitive = (kind: KindId) => !['technical', 'general'].includes(kinds[kind].class);
  const isCounted = Object.values(attributes).some((one) => one.kinds.some(isSensitive));
  return pointers !== undefined || files !== undefined || counts !== undefined || isCounted;
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
