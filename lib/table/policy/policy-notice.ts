import * as z from 'zod/mini';
import { toEpochSeconds } from '../../clock';
import { retentionMs } from '../../policy/retention';
import type { Item, Table, Write } from '../client';
import { defineEntity, plain, type ValueOf } from '../entity';
import { type Key, keys } from '../keys';

/** A message in a person's inbox: that a version of the policy is coming which concerns them (promise K4). */
export const policyNotice = defineEntity('policy-notice', {
  policyVersion: plain('policy-notice', z.int()),
  sentAt: plain('policy-notice', z.string()),
  seenAt: plain('policy-notice', z.optional(z.string())),
});
export type PolicyNotice = ValueOf<typeof policyNotice>;

/** One page of an inbox; versions are months apart, and each notice lives for some. */
const MAX_NOTICES = 20;

export const policyNoticeKey = (subjectId: string, policyVersion: number): Key =>
  keys.policyNotice(subjectId, policyVersion);

/** Puts a notice there once; a repeat changes nothing, not even whether it was seen. */
export function writePolicyNotice(
  subjectId: string,
  policyVersion: number,
  sentAt: string,
): NonNullable<Write['Update']> {
  const expires = toEpochSeconds(Date.parse(sentAt) + retentionMs('notice-life'));
  const values = {
    ':entity': policyNotice.name,
    ':version': policyVersion,
    ':sent': sentAt,
    ':expires': expires,
  };
  const once = (name: string, value: string) => `${name} = if_not_exists(${name}, ${value})`;
  const sets = [
    once('entity', ':entity'),
    once('policyVersion', ':version'),
    once('sentAt', ':sent'),
    once('expiresAtSeconds', ':expires'),
  ];
  return {
    Key: policyNoticeKey(subjectId, policyVersion),
    UpdateExpression: `SET ${sets.join(', ')}`,
    ExpressionAttributeValues: values,
  };
}

/** Notes that a notice was seen, refused when there is none. */
export function notePolicyNoticeSeen(
  subjectId: string,
  policyVersion: number,
  at: string,
): NonNullable<Write['Update']> {
  return {
    Key: policyNoticeKey(subjectId, policyVersion),
    UpdateExpression: 'SET seenAt = if_not_exists(seenAt, :at)',
    ConditionExpression: 'attribute_exists(pk)',
    ExpressionAttributeValues: { ':at': at },
  };
}

export function readPolicyNotice(item: Item): PolicyNotice {
  return policyNotice.decode(item, '');
}

/** A person's notices, oldest first. */
export async function queryPolicyNotices(table: Table, subjectId: string): Promise<PolicyNotice[]> {
  const { pk } = keys.person(subjectId);
  const { items } = await table.query({
    KeyConditionExpression: 'pk = :pk AND begins_with(sk, :notices)',
    ExpressionAttributeValues: { ':pk': pk, ':notices': 'NOTICE#' },
    Limit: MAX_NOTICES,
  });
  return items.map(readPolicyNotice);
}
