import type { Table } from './client';
import { subjectOf } from './keys';

/** People read of one square; of more, a sample that changes by the day. */
export const MAX_READ_PER_SQUARE = 200;

export type NearEntry = { subjectId: string; path: string };

/** Who wants to be found in one square of the index `near`. Entries may be out of date: look at the person themselves. */
export async function queryNear(table: Table, cell: string, path: string): Promise<NearEntry[]> {
  const { items } = await table.query({
    IndexName: 'near',
    KeyConditionExpression: 'nearCell = :cell AND begins_with(nearPath, :path)',
    ExpressionAttributeValues: { ':cell': cell, ':path': path },
    Limit: MAX_READ_PER_SQUARE,
  });
  return items.flatMap((item) => {
    const subjectId = subjectOf(item);
    return subjectId ? [{ subjectId, path: String(item.nearPath) }] : [];
  });
}
