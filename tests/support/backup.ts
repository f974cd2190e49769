import { BatchWriteItemCommand, CreateTableCommand, DeleteTableCommand } from '@aws-sdk/client-dynamodb';
import { slicesOf } from '../../lib/slices';
import { shortClient } from './short-way';
import type { RawItem } from './units';
import type { World } from './world';

/** Everything that is in the table of a world now. */
export async function backUp(world: World): Promise<RawItem[]> {
  return (await world.scan()) as RawItem[];
}

/** What DynamoDB takes in one batch. */
const BATCH_WRITES = 25;

/** Destroys the table of a world and makes another one of its name from a backup, as a restore does. */
export async function restore({ config }: World, backup: RawItem[]): Promise<void> {
  const { SERVICE_REGION: region, TABLE_ENDPOINT: endpoint, TABLE_NAME: TableName } = config;
  const raw = shortClient({ region, endpoint });
  await raw.send(new DeleteTableCommand({ TableName }));
  const [definition] = JSON.parse(process.env.TEST_TABLE_DEFINITIONS ?? '[]');
  await raw.send(new CreateTableCommand({ ...definition, TableName }));
  const puts = slicesOf(backup, BATCH_WRITES).map((items) => ({
    [TableName]: items.map((Item) => ({ PutRequest: { Item } })),
  }));
  for (const RequestItems of puts) await raw.send(new BatchWriteItemCommand({ RequestItems }));
}
