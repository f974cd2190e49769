import {
  CreateTableCommand,
  type CreateTableCommandInput,
  DeleteTableCommand,
  type DynamoDBClient,
} from '@aws-sdk/client-dynamodb';

const streamed = { StreamEnabled: true, StreamViewType: 'NEW_AND_OLD_IMAGES' } as const;

/** By name, who made the tables of this test file. */
const made = new Map<string, DynamoDBClient>();

/**
 * Makes the two tables of a world, without time to live, which knows the machine's clock alone, and would end items that by
 * the test's are still fresh. They are gone after the test file: of three hundred worlds each costs DynamoDB Local four times
 * what each of a hundred does.
 */
export async function makeTables(raw: DynamoDBClient, names: string[], stream: boolean): Promise<void> {
  const definitions: Omit<CreateTableCommandInput, 'TableName'>[] = JSON.parse(
    process.env.TEST_TABLE_DEFINITIONS ?? '[]',
  );
  await Promise.all(
    names.map((TableName, index) => {
      const changes = stream && index === 0 && { StreamSpecification: streamed };
      return raw.send(new CreateTableCommand({ ...definitions[index], TableName, ...changes } as never));
    }),
  );
  for (const name of names) made.set(name, raw);
}

/** Called by one-context.cjs when the last hook of the test file is over. */
Object.assign(globalThis, {
  endOfFile: async () => {
    for (const [TableName, raw] of made) await raw.send(new DeleteTableCommand({ TableName }));
  },
});
