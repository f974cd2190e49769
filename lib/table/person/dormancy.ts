import { toInstant } from '../../clock';
import type { DormancyStage } from '../../policy/dormancy';
import type { Table, Write } from '../client';
import { indexPage } from '../index-page';
import { DUE_SHARDS, type Key, keys, shardOf, subjectOf } from '../keys';
import type { LifeState } from './life';
import type { Person } from './person';
import type { PersonChange } from './standing';
import { laneOf, type Watch, watchSince } from './watch';

/** Whether somebody waits at a stage: the index may still name who does so no longer. */
export function waitsAt({ subjectId, dueShard: at }: Person, stage: DormancyStage): boolean {
  return at === laneOf(shardOf(subjectId, DUE_SHARDS), stage);
}

/** Who will never be behind their account again waits for nothing. */
const gone: readonly LifeState[] = ['left', 'erased'];
export const isGone = ({ lifeState }: Person): boolean => gone.includes(lifeState);

/** Has somebody wait from now on as `watch` says, or for nothing. Part of a write of the person's own item. */
function move(watch: Watch | undefined): Required<Pick<PersonChange, 'set' | 'remove' | 'values'>> {
  if (!watch) return { set: [], remove: ['dueShard', 'dueAt'], values: {} };
  const values = { ':watchShard': watch.dueShard, ':watchAt': watch.dueAt };
  return { set: ['dueShard = :watchShard', 'dueAt = :watchAt'], remove: [], values };
}

/** Holds a write to the account as it was seen: not used meanwhile, and where it waited. */
function asSeen({ usedOn, dueShard: shard, dueAt }: Person): { condition: string; values: object } {
  const used = usedOn === undefined ? 'attribute_not_exists(usedOn)' : 'usedOn = :seenOn';
  return {
    condition: `${used} AND dueShard = :seenShard AND dueAt = :seenAt`,
    values: { ...(usedOn !== undefined && { ':seenOn': usedOn }), ':seenShard': shard, ':seenAt': dueAt },
  };
}

/** The same as a change that rides with something else of the person's. */
export function watchChange(person: Person, watch: Watch): PersonChange {
  const { set, values } = move(watch);
  const seen = asSeen(person);
  return { set, condition: seen.condition, values: { ...values, ...seen.values } };
}

/** Moves an account that waits. Refused when it has been used since it was seen, or somebody has moved it or its owner's life. */
export function moveWatch(person: Person, watch: Watch | undefined): Write {
  const { set, remove, values } = move(watch);
  const seen = asSeen(person);
  return {
    Update: {
      Key: keys.person(person.subjectId),
      UpdateExpression: set.length > 0 ? `SET ${set.join(', ')}` : `REMOVE ${remove.join(', ')}`,
      ConditionExpression: `lifeState = :seenLife AND ${seen.condition}`,
      ExpressionAttributeValues: { ...values, ...seen.values, ':seenLife': person.lifeState },
    },
  };
}

/** Notes that the account is wanted as of a day: from then on it waits as if it had been used on it. */
export function keepWatch(subjectId: string, on: string): NonNullable<Write['Update']> {
  const { set, values } = move(watchSince(subjectId, on));
  return {
    Key: keys.person(subjectId),
    UpdateExpression: `SET usedOn = :on, ${set.join(', ')}`,
    ConditionExpression: 'attribute_exists(sessions)',
    ExpressionAttributeValues: { ...values, ':on': on },
  };
}

/** One page of the accounts that wait at a stage and are due, the first of them first; `last` is where to go on. */
export async function dormantPeople(
  table: Table,
  { stage, shard }: { stage: DormancyStage; shard: number },
  nowMs: number,
  limit: number,
  after?: Key,
): Promise<{ subjectIds: string[]; last: Key | undefined }> {
  const page = { limit, until: toInstant(nowMs), after };
  const { items, lastKey } = await indexPage(table, 'due', laneOf(shard, stage), page);
  return { subjectIds: items.flatMap((item) => subjectOf(item) ?? []), last: lastKey };
}
