import { BatchWriteItemCommand, type DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import { makeMissingKeys, type RotateParts } from '../../infra/commands/rotate-keys';
import { toEpochSeconds } from '../../lib/clock';
import { slicesOf } from '../../lib/slices';
import type { Item, Table } from '../../lib/table/client';
import { openedTableKey } from '../../lib/table/service/opened-table';

type Made = Promise<Record<string, unknown>[]>;
/** Writes that DynamoDB takes in one batch. */
export const BATCH_WRITES = 25;

/** By root key and suite: the wrapped keys as they lie in a table. */
const made = new Map<string, Made>();

/**
 * Gives a new table its service keys. Those of one root key are made once for the whole test file, and put into every
 * table as they are, in one write. What says which table it is belongs to that one.
 */
export async function giveKeys(raw: DynamoDBClient, tableName: string, parts: RotateParts): Promise<void> {
  const ring = `${parts.roots[0].id} ${parts.suite}`;
  const known = made.get(ring) ?? makeKeys(parts);
  made.set(ring, known);
  const puts = (await known).map((item) => ({
    PutRequest: { Item: marshall(item, { removeUndefinedValues: true }) },
  }));
  for (const some of slicesOf(puts, BATCH_WRITES))
    await raw.send(new BatchWriteItemCommand({ RequestItems: { [tableName]: some } }));
}

/** What would be put into an empty table, one by one. */
async function makeKeys(parts: RotateParts): Made {
  const items: Record<string, unknown>[] = [];
  const createdAtSeconds = toEpochSeconds(parts.clock.now());
  const table: Table = {
    ...parts.table,
    query: async () => ({ items: items as Item[], lastKey: undefined }),
    write: async (...writes) => {
      for (const { Put } of writes)
        if (Put?.Item.pk !== openedTableKey.pk) items.push({ ...Put?.Item, createdAtSeconds });
    },
  };
  await makeMissingKeys({ ...parts, table });
  return items;
}
