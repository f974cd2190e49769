import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  CreateTableCommand,
  DeleteTableCommand,
  DescribeTableCommand,
  DescribeTimeToLiveCommand,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
} from '@aws-sdk/client-dynamodb';
import type { CannotStart } from '../../infra/local/cannot-start';
import { type DynamoDbOptions, startDynamoDb } from '../../infra/local/dynamodb';
import { assertJava } from '../../infra/local/java';
import { close, listen } from '../../infra/local/ports';
import { makeLocalTable } from '../../infra/local/table';
import { answers, until } from './waiting';

const TableName = 'cards';
const Item = { pk: { S: 'a' }, sk: { S: 'b' } };
const folders: string[] = [];

async function folder(): Promise<string> {
  const made = await mkdtemp(join(tmpdir(), 'leliao-'));
  folders.push(made);
  return made;
}

afterAll(() => Promise.all(folders.map((one) => rm(one, { recursive: true }))));

/** Runs DynamoDB Local for the length of `use`. */
async function withDynamoDb(
  options: DynamoDbOptions,
  use: (client: DynamoDBClient, endpoint: string) => Promise<void>,
): Promise<void> {
  const { endpoint, stop } = await startDynamoDb(options);
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  const client = new DynamoDBClient({ endpoint, region: 'cn-north-1', credentials });
  try {
    await use(client, endpoint);
  } finally {
    client.destroy();
    await stop();
  }
}

test('creates the table of table.yml, leaves it alone the second time, is gone when stopped and keeps the data in a folder', async () => {
  const persistDir = await folder();
  let at = '';
  await withDynamoDb({ persistDir }, async (client, endpoint) => {
    at = endpoint;
    await makeLocalTable(client, TableName);
    await client.send(new PutItemCommand({ TableName, Item }));
    await makeLocalTable(client, TableName);
    expect((await client.send(new GetItemCommand({ TableName, Key: Item }))).Item).toEqual(Item);
    const { Table } = await client.send(new DescribeTableCommand({ TableName }));
    expect(Table?.KeySchema?.map(({ AttributeName }) => AttributeName)).toEqual(['pk', 'sk']);
    expect(Table?.GlobalSecondaryIndexes?.map(({ IndexName }) => IndexName).sort()).toEqual([
      'due',
      'everyone',
      'touched',
    ]);
    const { TimeToLiveDescription } = await client.send(new DescribeTimeToLiveCommand({ TableName }));
    expect(TimeToLiveDescription).toEqual({ TimeToLiveStatus: 'ENABLED', AttributeName: 'ttlSeconds' });
  });
  expect(await answers(at)).toBe(false);
  await withDynamoDb({ persistDir }, async (client) => {
    await makeLocalTable(client, TableName);
    expect((await client.send(new GetItemCommand({ TableName, Key: Item }))).Item).toEqual(Item);
  });
});

test('refuses a kept table that table.yml does not describe', async () => {
  const client = new DynamoDBClient({
    endpoint: process.env.TEST_TABLE_ENDPOINT ?? '',
    region: 'cn-north-1',
  });
  const old = {
    TableName: 'another-form',
    BillingMode: 'PAY_PER_REQUEST' as const,
    AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' as const }],
    KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' as const }],
  };
  await client.send(new CreateTableCommand(old));
  await expect(makeLocalTable(client, 'another-form')).rejects.toThrow(
    /other keys or indexes than table.yml: start with/,
  );
  await client.send(new DeleteTableCommand({ TableName: 'another-form' }));
  client.destroy();
});

test('says what to do when there is no Java', async () => {
  const starting = startDynamoDb({ environment: { PATH: await folder() } });
  await expect(starting).rejects.toThrow(/^DynamoDB Local needs Java 17 and found none: install it .*\.$/);
});

test('says what to do when Java is too old', async () => {
  const home = await folder();
  const says = 'java.lang.UnsupportedClassVersionError: Main has been compiled by a more recent version';
  await writeFile(join(home, 'java'), `#!/bin/sh\necho '${says}' >&2\nexit 1\n`);
  await chmod(join(home, 'java'), 0o755);
  const starting = startDynamoDb({ environment: { PATH: `${home}:/bin:/usr/bin` } });
  await expect(starting).rejects.toThrow(/^DynamoDB Local needs Java 17 and found an older one: .*\.$/);
});

test('is looked for before anything is built: no Java, an old one, and one that will do', async () => {
  const home = await folder();
  const PATH = `${home}:/bin:/usr/bin`;
  await expect(assertJava({ PATH: home })).rejects.toThrow(/^DynamoDB Local needs Java 17 and found none/);
  for (const [version, refused] of [
    ['1.8.0_412', true],
    ['11.0.2', true],
    ['17.0.15', false],
    ['21', false],
  ] as const) {
    await writeFile(join(home, 'java'), `#!/bin/sh\necho 'openjdk version "${version}"' >&2\n`);
    await chmod(join(home, 'java'), 0o755);
    const looked = await assertJava({ PATH }).catch((error: CannotStart) => error.words.zh);
    expect([version, looked]).toEqual([version, refused ? expect.stringContaining('更旧') : undefined]);
  }
});

test('says what to do when its port is taken', async () => {
  const server = createServer();
  const port = await listen(server, 0);
  const sentence = `DynamoDB Local cannot use port ${port} because another program has it: stop that program or choose another port.`;
  await expect(startDynamoDb({ port })).rejects.toThrow(sentence);
  await close(server);
});

test('ends with whoever started it, also after kill -9', async () => {
  const fixture = join(__dirname, 'hold-dynamodb.ts');
  const holder = spawn(process.execPath, ['--import', 'tsx', fixture], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = (await once(holder.stdout, 'data')) as [Buffer];
  const endpoint = line.toString().trim();
  expect(await answers(endpoint)).toBe(true);
  holder.kill('SIGKILL');
  await until('Java is gone', async () => !(await answers(endpoint)));
});
