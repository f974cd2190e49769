import * as z from 'zod/mini';
import { otherPerson, plain, type ValueOf } from '../attribute';
import type { Item, Table, Write } from '../client';
import { declareEntity } from '../entity';
import { keys, partition } from '../keys';
import { inPersonAt } from '../place';
import { create } from '../replace';
import type { PersonChange } from './append';
import { touchedKey } from './touched-key';

const SENT = 'SENT#';

/**
 * What one person's data went where in one sending to many: the recipient's row of the batch, and at the same time the
 * entry of this person's disclosure register (promise D1; PIPL art. 23, 57). It lies beside the ledger and moves no head,
 * so a sending to millions contends with nothing that the person does meanwhile. Kept as long as the ledger.
 */
export const batchDisclosure = declareEntity('batch-disclosure', {
  place: inPersonAt('accountability', (batch: string) => `${SENT}${batch}`),
  life: { rule: 'proof-three-years' },
  outlives: 'proof-three-years',
  indexes: ['touchedBy'],
  attributes: {
    batch: plain('ledger-entry', z.string()),
    recipient: plain('ledger-entry', z.string()),
    purpose: plain('ledger-entry', z.string()),
    kinds: plain('ledger-entry', z.array(z.string())),
    at: plain('ledger-entry', z.string()),
    requestId: plain('ledger-entry', z.string()),
    /** By which the index `touched` finds what the recipient was given. */
    touchedBy: otherPerson('ledger-entry', null),
    /** How often it has been begun: of two senders at once, one is refused. */
    attempt: plain('ledger-entry', z.int()),
    /** What the recipient answered, by an enumerated name; absent while nobody knows. */
    result: plain('ledger-entry', z.optional(z.string())),
    answeredAt: plain('ledger-entry', z.optional(z.string())),
  },
});
export type BatchDisclosure = Omit<ValueOf<typeof batchDisclosure>, 'touchedBy'>;

export function readBatchDisclosure(item: Item | undefined): BatchDisclosure | undefined {
  return batchDisclosure.read(item);
}

/**
 * [that it is about to be sent, that the person still agrees]. The first is refused where it was begun already; `attempt` 1
 * makes the row. The second is there for what rests on a consent.
 */
export function beginBatchDisclosure(
  subjectId: string,
  value: BatchDisclosure,
  { condition, names, values }: PersonChange = {},
): [Write, ...Write[]] {
  const touchedBy = touchedKey(`recipient:${value.recipient}`, subjectId);
  const made = batchDisclosure.make(subjectId, value.batch, { ...value, touchedBy });
  const check: Write[] = condition
    ? [
        {
          ConditionCheck: {
            Key: keys.person(subjectId),
            ConditionExpression: condition,
            ExpressionAttributeNames: names,
            ExpressionAttributeValues: values,
          },
        },
      ]
    : [];
  if (value.attempt === 1) return [create(made), ...check];
  const nobodyElse = {
    ConditionExpression: 'attempt = :before AND attribute_not_exists(#result)',
    ExpressionAttributeNames: { '#result': 'result' },
    ExpressionAttributeValues: { ':before': value.attempt - 1 },
  };
  return [{ Put: { Item: made, ...nobodyElse } }, ...check];
}

/** Notes what was answered, once. Refused where there is an answer. */
export function answerBatchDisclosure(
  subjectId: string,
  batch: string,
  { result, answeredAt }: { result: string; answeredAt: string },
): NonNullable<Write['Update']> {
  return {
    Key: batchDisclosure.key(subjectId, batch),
    UpdateExpression: 'SET #result = :result, answeredAt = :at',
    ConditionExpression: 'attribute_exists(pk) AND attribute_not_exists(#result)',
    ExpressionAttributeNames: { '#result': 'result' },
    ExpressionAttributeValues: { ':result': result, ':at': answeredAt },
  };
}

/** A person's rows of sendings to many, at most `limit` of them; `more` when there are others. */
export async function batchDisclosuresOf(
  table: Table,
  subjectId: string,
  limit: number,
): Promise<{ rows: BatchDisclosure[]; more: boolean }> {
  const { items, lastKey } = await table.query({
    KeyConditionExpression: 'pk = :pk AND begins_with(sk, :sent)',
    ExpressionAttributeValues: { ':pk': partition(subjectId), ':sent': SENT },
    Limit: limit,
    ScanIndexForward: false,
  });
  return { rows: items.flatMap((item) => batchDisclosure.read(item) ?? []), more: lastKey !== undefined };
}
