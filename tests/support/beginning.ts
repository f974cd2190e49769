import { existsSync } from 'node:fs';
import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { deserialize, serialize } from 'node:v8';
import { BatchWriteItemCommand, type DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { slicesOf } from '../../lib/slices';
import { openedTableKey } from '../../lib/table/service/opened-table';
import { BATCH_WRITES } from './keys';
import { scan } from './scan';
import type { RawItem } from './units';

/** By the name of a beginning: what lies in its table, as this test file has read it. */
const read = new Map<string, Promise<RawItem[]>>();

/** @throws Error outside a run (start.ts): what one leaves behind would be another one's beginning, under keys that it does not have */
function fileOf(name: string): string {
  const folder = process.env.TEST_RUN_FOLDER;
  if (!folder) throw new Error('a world begins in a run: tests/support/start.ts');
  return join(folder, `beginning-${name}`);
}

/**
 * Puts into a new table what a service like it had when it had just begun: its service keys and the first version of the
 * policy, which is as large as hundreds of other items. False where none of this name has begun in this run.
 */
export async function beginLike(raw: DynamoDBClient, tableName: string, name: string): Promise<boolean> {
  if (!read.has(name) && !existsSync(fileOf(name))) return false;
  const known = read.get(name) ?? readFile(fileOf(name)).then(deserialize);
  read.set(name, known);
  const items = (await known) as RawItem[];
  for (const some of slicesOf(items, BATCH_WRITES)) {
    const puts = some.map((Item) => ({ PutRequest: { Item } }));
    await raw.send(new BatchWriteItemCommand({ RequestItems: { [tableName]: puts } }));
  }
  return true;
}

/** Keeps for the rest of the run what lies in the table of a service that has just begun, but for which table it is. */
export async function keepBeginning(raw: DynamoDBClient, tableName: string, name: string): Promise<void> {
  const items = (await scan(raw, tableName)).filter(({ pk }) => pk?.S !== openedTableKey.pk);
  const own = `${fileOf(name)}-${process.pid}`;
  await writeFile(own, serialize(items));
  await rename(own, fileOf(name)); // as a whole, whoever else keeps one: any is as good as any
}
