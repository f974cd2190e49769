import type { Table } from '../client';
import { dataPrefix, partition } from '../keys';
import { block } from './block';

const PREFIX = `${dataPrefix('preferences')}block-`;

/** Whom a person has blocked, at most `limit` of them, and since when. */
export async function queryBlocks(
  table: Table,
  subjectId: string,
  limit: number,
): Promise<{ blockedId: string; blockedAt: string }[]> {
  const { items } = await table.query({
    KeyConditionExpression: 'pk = :pk AND begins_with(sk, :blocks)',
    ExpressionAttributeValues: { ':pk': partition(subjectId), ':blocks': PREFIX },
    Limit: limit,
  });
  return items.flatMap((item) => block.read(item) ?? []);
}
