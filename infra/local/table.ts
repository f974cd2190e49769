import {
  CreateTableCommand,
  type CreateTableCommandInput,
  type DescribeTableCommandOutput,
  DescribeTimeToLiveCommand,
  type DynamoDBClient,
  ResourceInUseException,
  type TableDescription,
  UpdateTimeToLiveCommand,
  waitUntilTableExists,
} from '@aws-sdk/client-dynamodb';
import { CannotStart } from './cannot-start';
import { readResources } from './template';

const CREATE_LIMIT_SECONDS = 30;

type Definition = Pick<
  CreateTableCommandInput,
  'BillingMode' | 'AttributeDefinitions' | 'KeySchema' | 'GlobalSecondaryIndexes' | 'StreamSpecification'
> & { TimeToLiveSpecification: { AttributeName: string } };

/** The tables as infra/data/table.yml calls them. */
export type LocalTable = 'Table' | 'PlacesTable';

/**
 * Creates a table as infra/data/table.yml describes it: keys, indexes, time to live and whether it writes changes down. A table that is already
 * there is left as it is. Encryption, backups and deletion protection are the cloud's.
 * @throws CannotStart when a kept table was made from another table.yml
 */
export async function makeLocalTable(
  client: DynamoDBClient,
  tableName: string,
  of: LocalTable = 'Table',
): Promise<void> {
  const { TimeToLiveSpecification, ...definition } = tableDefinition(of);
  try {
    await client.send(new CreateTableCommand({ TableName: tableName, ...definition }));
  } catch (error) {
    if (!(error instanceof ResourceInUseException)) throw error;
  }
  const { reason } = await waitUntilTableExists(
    { client, maxWaitTime: CREATE_LIMIT_SECONDS },
    { TableName: tableName },
  );
  const { Table } = reason as DescribeTableCommandOutput;
  if (shape(Table ?? {}) !== shape(definition)) {
    throw new CannotStart(
      '保存的数据表与 table.yml 的键或索引不同：请给 --persist 换一个空文件夹。',
      'The kept table has other keys or indexes than table.yml: start with an empty --persist folder.',
    );
  }
  await enableExpiry(client, tableName, TimeToLiveSpecification.AttributeName);
}

async function enableExpiry(client: DynamoDBClient, tableName: string, attribute: string): Promise<void> {
  const { TimeToLiveDescription } = await client.send(
    new DescribeTimeToLiveCommand({ TableName: tableName }),
  );
  if (TimeToLiveDescription?.TimeToLiveStatus === 'ENABLED') return;
  await client.send(
    new UpdateTimeToLiveCommand({
      TableName: tableName,
      TimeToLiveSpecification: { AttributeName: attribute, Enabled: true },
    }),
  );
}

/** What infra/data/table.yml says of a table, as far as a local one has it. */
export function tableDefinition(of: LocalTable): Definition {
  const { BillingMode, AttributeDefinitions, KeySchema, GlobalSecondaryIndexes, ...more } =
    readResources('table.yml')[of]?.Properties ?? {};
  const { TimeToLiveSpecification, StreamSpecification: stream } = more;
  return {
    ...{ BillingMode, AttributeDefinitions, KeySchema, GlobalSecondaryIndexes, TimeToLiveSpecification },
    ...(stream && { StreamSpecification: { StreamEnabled: true, ...stream } }),
  };
}

function shape(table: TableDescription | Omit<Definition, 'TimeToLiveSpecification'>): string {
  const indexes = (table.GlobalSecondaryIndexes ?? []).map((index) => [
    index.IndexName,
    keys(index.KeySchema),
    index.Projection?.NonKeyAttributes ?? [],
  ]);
  return JSON.stringify([keys(table.KeySchema), indexes.sort()]);
}

function keys(schema: { AttributeName?: string; KeyType?: string }[] | undefined): string[] {
  return (schema ?? []).map(({ AttributeName, KeyType }) => `${AttributeName} ${KeyType}`);
}
