import * as z from 'zod/mini';
import { plain, type ValueOf } from '../attribute';
import type { Table, Write } from '../client';
import { declareEntity } from '../entity';
import { type Key, padded, partition } from '../keys';
import { inPersonAt } from '../place';
import { create } from '../replace';

const NOTICES = 'NOTICE#';

/** A message in a person's inbox: that a version of the policy is coming which concerns them (promise K4). */
export const policyNotice = declareEntity('policy-notice', {
  place: inPersonAt(
    'accountability',
    ({ policyVersion }: { policyVersion: number }) => `${NOTICES}${padded(policyVersion)}`,
  ),
  life: { rule: 'notice-life', from: 'sentAt' },
  attributes: {
    policyVersion: plain('policy-notice', z.int()),
    sentAt: plain('policy-notice', z.string()),
    seenAt: plain('policy-notice', z.optional(z.string())),
  },
});
export type PolicyNotice = ValueOf<typeof policyNotice>;

/** One page of an inbox; versions are months apart, and each notice lives for some. */
const MAX_NOTICES = 20;

export const policyNoticeKey = (subjectId: string, policyVersion: number): Key =>
  policyNotice.key(subjectId, { policyVersion });

/** Puts a notice there, refused when there is one: a repeat changes nothing, not even whether it was seen. */
export function putPolicyNotice(subjectId: string, policyVersion: number, sentAt: string): Write {
  const value = { policyVersion, sentAt };
  return create(policyNotice.make(subjectId, value, value));
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

/** A person's notices, oldest first. */
export async function queryPolicyNotices(table: Table, subjectId: string): Promise<PolicyNotice[]> {
  const { items } = await table.query({
    KeyConditionExpression: 'pk = :pk AND begins_with(sk, :notices)',
    ExpressionAttributeValues: { ':pk': partition(subjectId), ':notices': NOTICES },
    Limit: MAX_NOTICES,
  });
  return items.flatMap((item) => policyNotice.read(item) ?? []);
}
