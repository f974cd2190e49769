import { randomBytes } from 'node:crypto';
import {
  BatchGetItemCommand,
  CreateTableCommand,
  DescribeTableCommand,
  DynamoDBClient,
  PutItemCommand,
  QueryCommand,
  TransactWriteItemsCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import { shortClient } from './short-way';

const place = { region: 'cn-north-1', endpoint: process.env.TEST_TABLE_ENDPOINT ?? '' };
const ways = [shortClient(place), new DynamoDBClient(place)] as const;
const TableName = `test-${randomBytes(6).toString('hex')}`;
const Key = { pk: { S: 'P' }, sk: { S: 'one' } };
const long = 'x'.repeat(300_000);

const Item = {
  ...Key,
  B: { B: randomBytes(20) },
  empty: { B: new Uint8Array() },
  map: { M: { B: { S: 'a text' }, list: { L: [{ N: '1.5' }, { BOOL: true }, { NULL: true as const }] } } },
  sets: { L: [{ SS: ['名', 'b'] }, { NS: ['1', '2'] }] },
  leftOut: undefined as never,
};
const refused = {
  TableName,
  ConditionExpression: 'attribute_not_exists(pk)',
  ReturnValuesOnConditionCheckFailure: 'ALL_OLD' as const,
};
const ofPk = {
  TableName,
  KeyConditionExpression: 'pk = :pk',
  ExpressionAttributeValues: { ':pk': Key.pk },
};

type Ask = (client: DynamoDBClient) => Promise<unknown>;

/** What a way answers or throws, as far as the service or a test may look. */
async function told(client: DynamoDBClient, ask: Ask): Promise<unknown> {
  const result = await ask(client).catch((error: unknown) => error);
  const { $metadata, ...more } = result as { $metadata: { httpStatusCode?: number } };
  const thrown = result instanceof Error && [result.constructor, result.name, result.message];
  const bytes = (_key: string, value: unknown) => (value instanceof Uint8Array ? ['bytes', ...value] : value);
  const leftOut = { $response: undefined, message: undefined, __type: undefined };
  return [thrown, $metadata.httpStatusCode, JSON.stringify({ ...more, ...leftOut }, bytes)];
}

async function bothSay(ask: Ask): Promise<string> {
  const [short, sdk] = [await told(ways[0], ask), await told(ways[1], ask)];
  expect(short).toEqual(sdk);
  return String(short);
}

beforeAll(async () => {
  const keys = ['pk', 'sk'].map((AttributeName) => ({ AttributeName, AttributeType: 'S' as const }));
  const KeySchema = [
    { AttributeName: 'pk', KeyType: 'HASH' as const },
    { AttributeName: 'sk', KeyType: 'RANGE' as const },
  ];
  const BillingMode = 'PAY_PER_REQUEST';
  await ways[0].send(
    new CreateTableCommand({ TableName, KeySchema, BillingMode, AttributeDefinitions: keys }),
  );
  await ways[0].send(new PutItemCommand({ TableName, Item }));
});

afterAll(() => ways[1].destroy());

describe('the short way to DynamoDB Local', () => {
  test('brings the answers that the SDK brings, of every type of value', async () => {
    const read = { RequestItems: { [TableName]: { Keys: [Key], ConsistentRead: true } } };
    expect(await bothSay((way) => way.send(new BatchGetItemCommand(read)))).toContain('["bytes"');
    const [item] = (await ways[0].send(new BatchGetItemCommand(read))).Responses?.[TableName] ?? [];
    expect(item?.B?.B).toEqual(new Uint8Array(Item.B.B));
    expect(await bothSay((way) => way.send(new QueryCommand(ofPk)))).toContain('a text');
    await bothSay((way) =>
      way.send(
        new UpdateItemCommand({ TableName, Key, UpdateExpression: 'SET a = pk', ReturnValues: 'ALL_NEW' }),
      ),
    );
    await bothSay((way) => way.send(new DescribeTableCommand({ TableName })));
  });

  test('throws what the SDK throws', async () => {
    expect(await bothSay((way) => way.send(new PutItemCommand({ ...refused, Item })))).toContain(
      'ConditionalCheckFailed',
    );
    const TransactItems = [
      { ConditionCheck: { ...refused, Key } },
      { Put: { TableName, Item: { ...Item, sk: { S: 'two' } } } },
    ];
    expect(await bothSay((way) => way.send(new TransactWriteItemsCommand({ TransactItems })))).toContain(
      'CancellationReasons',
    );
    expect(await bothSay((way) => way.send(new PutItemCommand({ TableName, Item: {} })))).toContain(
      'ValidationException',
    );
    expect(await bothSay((way) => way.send(new DescribeTableCommand({ TableName: 'nowhere' })))).toContain(
      'ResourceNotFound',
    );
  });

  test('reads answers that are too long to say their length, and several at once', async () => {
    const documents = DynamoDBDocumentClient.from(ways[0]);
    const [at, texts] = [{ pk: 'long', sk: 'one' }, [long, '名'.repeat(60_000)]];
    await documents.send(new PutCommand({ TableName, Item: { ...at, long, blob: randomBytes(9) } }));
    const reads = texts.map(() => documents.send(new GetCommand({ TableName, Key: at })));
    for (const { Item } of await Promise.all(reads)) expect(Item?.long).toBe(long);
    await documents.send(new PutCommand({ TableName, Item: { ...at, long: texts[1] } }));
    expect((await documents.send(new GetCommand({ TableName, Key: at }))).Item).toEqual({
      ...at,
      long: texts[1],
    });
  });
});
