import type { Item, Table, Visible } from './client';
import { type Key, partition, tableIds, tableOf } from './keys';

/** Items that one trip reads of a partition. Memory is one page, whatever a person owns. */
const PAGE_ITEMS = 100;

/**
 * Every item in a person's partition whose sort key starts with `under`, in the order of those keys, a page at a time.
 * Without it: all of them, from the one table and then from the other; with `from`, those behind that key.
 */
export async function* itemsOfPerson(
  client: Table,
  subjectId: string,
  which: Visible = 'alive',
  under?: string,
  from?: Key,
): AsyncGenerator<Item> {
  const pk = partition(subjectId);
  const tables = under === undefined ? tableIds : [tableOf({ pk, sk: under })];
  const start = from ? tables.indexOf(tableOf(from)) : 0;
  for (const table of tables.slice(start)) {
    let after = from && table === tableOf(from) ? from : undefined;
    do {
      const page = {
        KeyConditionExpression: under === undefined ? 'pk = :pk' : 'pk = :pk AND begins_with(sk, :under)',
        ExpressionAttributeValues: { ':pk': pk, ...(under !== undefined && { ':under': under }) },
        Limit: PAGE_ITEMS,
        ...(after && { ExclusiveStartKey: after }),
      };
      const { items, lastKey } = await client.query(page, which, table);
      yield* items;
      after = lastKey;
    } while (after);
  }
}
