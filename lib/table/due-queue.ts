import type { Item, Table } from './client';
import { subjectOf } from './keys';

/** The part of the index `due` in which everything waits that the staff owes somebody an answer or an act for. */
export const DESK = 'DESK';

/** What waits for the staff in one part of the index `due`, the most urgent first: its keys and dates only. One trip. */
export async function waitingIn(table: Table, queue: string, limit: number): Promise<Item[]> {
  const { items } = await table.query({
    IndexName: 'due',
    KeyConditionExpression: 'dueShard = :queue',
    ExpressionAttributeValues: { ':queue': queue },
    Limit: limit,
  });
  return items;
}

/** The same, of persons, as `read` reads each of the items; two trips. What has been dealt with meanwhile is left out. */
export async function waitingOfPersons<T extends object>(
  table: Table,
  queue: string,
  limit: number,
  read: (item: Item | undefined) => T | undefined,
): Promise<(T & { subjectId: string })[]> {
  const found = await table.getMany(await waitingIn(table, queue, limit));
  return found.flatMap((item) => {
    const [subjectId, value] = [item && subjectOf(item), read(item)];
    return subjectId && value ? [{ ...value, subjectId }] : [];
  });
}
