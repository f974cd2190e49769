import {
  ConditionalCheckFailedException,
  TransactionCanceledException,
  TransactionConflictException,
} from '@aws-sdk/client-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import { passes } from '../aws-client';
import type { Item } from './item';

/** A condition did not hold, and nothing was written. `found[i]` is what write number i met, if it was the one refused. */
export class ConditionFailed extends Error {
  constructor(readonly found: ({ item: Item | undefined } | undefined)[]) {
    super('a condition did not hold');
    this.name = 'ConditionFailed';
  }
}

type Marshalled = Parameters<typeof unmarshall>[0];

/** Why DynamoDB cancels a transaction without having looked at the item: it may do so the next time. */
const notLookedAt = ['TransactionConflict', 'ThrottlingError', 'ProvisionedThroughputExceeded'];
/** What else it may say of an item of a transaction that can be sent again. */
const lookedAt = [undefined, 'None', 'ConditionalCheckFailed'];

/** A part of a batch was throttled, which DynamoDB says without an error. */
export class PartThrottled extends Error {
  override name = 'ThrottlingException';
}

/**
 * What was met by the writes whose condition did not hold, or undefined when that was not the trouble. Nor is it while
 * a write beside them has not been looked at: what `found` does not hold would pass for a condition that held.
 */
export function conditionFailure(error: unknown): ConditionFailed | undefined {
  if (error instanceof ConditionalCheckFailedException)
    return new ConditionFailed([{ item: plain(error.Item) }]);
  const reasons = reasonsOf(error);
  if (!reasons.some(({ Code }) => Code === 'ConditionalCheckFailed')) return undefined;
  if (reasons.some(({ Code = '' }) => notLookedAt.includes(Code))) return undefined;
  return new ConditionFailed(
    reasons.map(({ Code, Item }) => (Code === 'ConditionalCheckFailed' ? { item: plain(Item) } : undefined)),
  );
}

/** Whether the same request may succeed a moment later. */
export function mayPass(error: unknown): boolean {
  const reasons = reasonsOf(error);
  if (reasons.length > 0)
    return (
      reasons.some(({ Code = '' }) => notLookedAt.includes(Code)) &&
      reasons.every(({ Code }) => [...lookedAt, ...notLookedAt].includes(Code))
    );
  return error instanceof TransactionConflictException || passes(error);
}

/** DynamoDB has said no, so nothing was written. After a fault, a broken connection or silence nobody knows. */
export function isRefusal(error: unknown): boolean {
  const { httpStatusCode = 0 } = (error as { $metadata?: { httpStatusCode?: number } }).$metadata ?? {};
  return httpStatusCode >= 400 && httpStatusCode < 500;
}

function reasonsOf(error: unknown) {
  return error instanceof TransactionCanceledException ? (error.CancellationReasons ?? []) : [];
}

/** The document client does not turn the items of a refusal into plain values. */
function plain(item: Marshalled | undefined): Item | undefined {
  return item && Object.keys(item).length > 0 ? (unmarshall(item) as Item) : undefined;
}
