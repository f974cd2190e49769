import { createReadStream, createWriteStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { finished } from 'node:stream/promises';
import {
  type AttributeValue,
  BatchWriteItemCommand,
  DynamoDBClient,
  ScanCommand,
} from '@aws-sdk/client-dynamodb';
import { makeLocalTable } from '../table';

/**
 * A process of its own that backs a table up into a file, or makes a table from such a file and from nothing else, as the
 * cloud's own backup does: `copy.ts out|in ENDPOINT REGION TABLE FILE`. An item is a line in DynamoDB's own form.
 */
const BATCH_WRITES = 25;
type Raw = Record<string, AttributeValue>;

/** Bytes do not survive JSON, so they are marked. */
const write = (item: Raw): string =>
  JSON.stringify(item, (_, value) =>
    value instanceof Uint8Array ? { $bytes: Buffer.from(value).toString('base64') } : value,
  );
const read = (line: string): Raw =>
  JSON.parse(line, (_, value) => (value?.$bytes === undefined ? value : Buffer.from(value.$bytes, 'base64')));

async function backUp(client: DynamoDBClient, TableName: string, file: string): Promise<number> {
  const out = createWriteStream(file, { mode: 0o600 });
  let count = 0;
  let ExclusiveStartKey: Raw | undefined;
  do {
    const page = await client.send(new ScanCommand({ TableName, ExclusiveStartKey, ConsistentRead: true }));
    for (const item of page.Items ?? []) out.write(`${write(item)}\n`);
    count += page.Items?.length ?? 0;
    ExclusiveStartKey = page.LastEvaluatedKey;
  } while (ExclusiveStartKey);
  out.end();
  await finished(out);
  return count;
}

async function bringBack(client: DynamoDBClient, TableName: string, file: string): Promise<number> {
  await makeLocalTable(client, TableName);
  let count = 0;
  let batch: Raw[] = [];
  const flush = async () => {
    const puts = batch.map((Item) => ({ PutRequest: { Item } }));
    if (puts.length > 0)
      await client.send(new BatchWriteItemCommand({ RequestItems: { [TableName]: puts } }));
    count += batch.length;
    batch = [];
  };
  for await (const line of createInterface({ input: createReadStream(file) })) {
    batch.push(read(line));
    if (batch.length === BATCH_WRITES) await flush();
  }
  await flush();
  return count;
}

async function main(): Promise<void> {
  const [way, endpoint = '', region = '', table = '', file = ''] = process.argv.slice(2);
  const client = new DynamoDBClient({ region, endpoint });
  console.log(await (way === 'out' ? backUp : bringBack)(client, table, file));
}

main().catch((error: Error) => {
  console.error(error.message);
  process.exitCode = 1;
});
