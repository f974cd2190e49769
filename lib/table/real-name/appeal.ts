import * as z from 'zod/mini';
import { toEpochSeconds } from '../../clock';
import { retentionMs } from '../../policy/retention';
import type { Item, Table, Write } from '../client';
import { defineEntity, plain, type Sealer, sealed, type ValueOf } from '../entity';
import { dataPrefix, type Key, keys, subjectOf } from '../keys';

/** What an appeal may be about. */
export const appealSubjects = ['not-verified', 'taken', 'wrongly-verified', 'risk-refused', 'other'] as const;
export const appealDecisions = ['stands', 'overturned'] as const;

/** An appeal against a result, to a human (promise N6). The words of both sides are sealed under the person's key. */
export const appeal = defineEntity('appeal', {
  appealId: plain('risk-review', z.string()),
  about: plain('risk-review', z.enum(appealSubjects)),
  state: plain('risk-review', z.enum(['open', 'decided'])),
  askedAt: plain('risk-review', z.string()),
  /** The day by which it must be answered: 15 working days, or as many calendar days where the calendar is unknown. */
  dueAt: plain('risk-review', z.string()),
  decidedAt: plain('risk-review', z.optional(z.string())),
  decision: plain('risk-review', z.optional(z.enum(appealDecisions))),
  decidedBy: plain('risk-review', z.optional(z.string())),
  words: sealed('review-words', z.string()),
  /** Why it was decided so, as the person reads it. */
  reasonGiven: sealed('review-words', z.optional(z.string())),
});
export type Appeal = ValueOf<typeof appeal>;

const PREFIX = 'appeal-';
/** The part of the index `due` in which open appeals wait; erasures wait in another. */
const QUEUE = 'APPEALS';

export const appealKey = (subjectId: string, appealId: string): Key =>
  keys.data(subjectId, 'review', `${PREFIX}${appealId}`);

export function readAppeal(item: Item | undefined, sealer: Sealer): Appeal | undefined {
  return item?.entity === appeal.name ? appeal.decode(item, String(item.appealId), sealer) : undefined;
}

/** A new appeal, refused when it is there already. */
export function putAppeal(subjectId: string, value: Appeal, sealer: Sealer): Write {
  const item = {
    ...appealKey(subjectId, value.appealId),
    entity: appeal.name,
    dueShard: QUEUE,
    ...appeal.encode(value, value.appealId, sealer),
  };
  return { Put: { Item: item, ConditionExpression: 'attribute_not_exists(pk)' } };
}

/** Decides an appeal, once. It leaves the index and is kept for three years from now. */
export function decideAppeal(subjectId: string, value: Appeal, sealer: Sealer, nowMs: number): Write {
  const item = {
    ...appealKey(subjectId, value.appealId),
    entity: appeal.name,
    ...appeal.encode(value, value.appealId, sealer),
    expiresAtSeconds: toEpochSeconds(nowMs + retentionMs('review-three-years')),
  };
  return {
    Put: {
      Item: item,
      ConditionExpression: '#state = :open',
      ExpressionAttributeNames: { '#state': 'state' },
      ExpressionAttributeValues: { ':open': 'open' },
    },
  };
}

const MAX_APPEALS_SHOWN = 50;

/** A person's own appeals. */
export async function queryAppeals(table: Table, subjectId: string, sealer: Sealer): Promise<Appeal[]> {
  const { items } = await table.query({
    KeyConditionExpression: 'pk = :pk AND begins_with(sk, :appeals)',
    ExpressionAttributeValues: {
      ':pk': keys.person(subjectId).pk,
      ':appeals': `${dataPrefix('review')}${PREFIX}`,
    },
    Limit: MAX_APPEALS_SHOWN,
  });
  return items.flatMap((item) => readAppeal(item, sealer) ?? []);
}

/** Open appeals of everybody, the most urgent first: ids and dates only. */
export async function listPendingAppeals(
  table: Table,
): Promise<{ subjectId: string; appealId: string; dueAt: string }[]> {
  const { items } = await table.query({
    IndexName: 'due',
    KeyConditionExpression: 'dueShard = :queue',
    ExpressionAttributeValues: { ':queue': QUEUE },
    Limit: MAX_APPEALS_SHOWN,
  });
  const prefix = `${dataPrefix('review')}${PREFIX}`;
  return items.flatMap((item) => {
    const subjectId = subjectOf(item);
    const appealId = item.sk.slice(prefix.length);
    return subjectId && item.sk.startsWith(prefix)
      ? [{ subjectId, appealId, dueAt: String(item.dueAt) }]
      : [];
  });
}
