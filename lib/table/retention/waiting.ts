import { toEpochSeconds } from '../../clock';
import { endOfPeriod, type Period } from '../../policy/period';
import { periodOf, type RetentionId, ruleOf } from '../../policy/retention';
import type { Item, Table, Write } from '../client';
import { endOfItem } from '../entity';
import { indexPage } from '../index-page';
import { dueShard, type Key, shardOfPart } from '../keys';
import { instantMs } from '../life';
import type { AnyEntity } from '../readers/any-entity';
import { declaredEntities } from '../readers/partition';
import { type After, hasMore, stillEnds } from '../readers/sweep';
import type { Condition } from '../replace';

/** What waits for its end in the index: where it is, of which entity, and the hour by which it ends. */
export type Waiting = Key & { entity: AnyEntity; dueAt: string };

/**
 * One page of what waits for its end in one part of what is swept (`shardOfPart`), the next end first, whether that has
 * come or not. The index alone is read: it says of which entity an item is.
 */
export async function waitingPage(
  table: Table,
  part: number,
  limit: number,
  after: After | undefined,
  among: ReadonlyMap<string, AnyEntity> = declaredEntities,
): Promise<{ waiting: Waiting[]; after: After | undefined }> {
  const { from, shard } = shardOfPart(part);
  const { items, lastKey } = await indexPage(table, 'due', dueShard(shard, 'ENDS'), { limit, after }, from);
  const waiting = items.flatMap(({ pk, sk, entity: name, dueAt }) => {
    const entity = among.get(String(name));
    return entity ? [{ pk, sk, entity, dueAt: String(dueAt) }] : [];
  });
  return { waiting, after: lastKey as After | undefined };
}

/** By which rule what waits ends: what is left of a person, by the one that it stayed by. */
export function ruleThatEnds({ declaration: { life, counts, outlives } }: AnyEntity): RetentionId {
  return (counts && outlives) ?? life.rule;
}

/** Whether items of an entity may wait in the index; what nothing depends on is left to the database's broom. */
export function mayWait(entity: AnyEntity): boolean {
  return hasMore(entity) || entity.declaration.outlives !== undefined;
}

/** The periods of rules; of the build, unless said. */
export type Periods = (rule: RetentionId) => Period | undefined;

/**
 * When an item would end, in epoch seconds, if the periods of rules were these: so long after what it counts from. Undefined for
 * what has an end of its own, which was said when it was made and stays.
 */
export function endUnder(item: Item, entity: AnyEntity, periods: Periods = periodOf): number | undefined {
  const { from, rule } = entity.declaration.life;
  const period = from === undefined || 'after' in ruleOf(rule).ends ? undefined : periods(rule);
  const anchorMs = from === undefined ? undefined : instantMs(from, item[from]);
  if (!period || anchorMs === undefined || item.expiresAtSeconds === undefined) return undefined;
  return toEpochSeconds(endOfPeriod(period, anchorMs));
}

/** Gives an item the end that its rule has by now; refused where it has another than it was seen with. */
export function moveEnd(item: Item, endsAtSeconds: number): Write {
  const { ConditionExpression, ...seen } = stillEnds(item);
  // What a hold keeps has no end until it is released.
  return setEnd(item, endsAtSeconds, {
    ...seen,
    ConditionExpression: `${ConditionExpression} AND attribute_exists(dueShard)`,
  });
}

/** Gives an item an end by which the sweep finds it, under a condition that has no values `:next`, `:shard` and `:due`. */
export function setEnd({ pk, sk }: Key, endsAtSeconds: number, condition: Condition): Write {
  const { expiresAtSeconds, dueShard: shard, dueAt } = endOfItem({ pk, sk }, endsAtSeconds);
  return {
    Update: {
      Key: { pk, sk },
      UpdateExpression: 'SET expiresAtSeconds = :next, dueShard = :shard, dueAt = :due',
      ...condition,
      ExpressionAttributeValues: {
        ...condition.ExpressionAttributeValues,
        ':next': expiresAtSeconds,
        ':shard': shard,
        ':due': dueAt,
      },
    },
  };
}
