import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { AppError } from '../../lib/errors';
import { ConditionFailed, createTable, type Table } from '../../lib/table/client';
import { keys } from '../../lib/table/keys';
import { rawItem } from '../support/raw-item';
import { createWorld, START, type World } from '../support/world';

let world: World;
let table: Table;
beforeAll(async () => {
  world = await createWorld();
  table = world.deps.table;
});

const item = (id: string, more: object = {}) => ({ ...keys.data('S', 'cards', id), entity: 'test', ...more });
const put = (id: string, more: object = {}) => table.write({ Put: { Item: rawItem(item(id, more)) } });
const fresh = { ConditionExpression: 'attribute_not_exists(pk)' };

describe('expired items (S2)', () => {
  it('are invisible from their very second on, to every read, before they are swept', async () => {
    const expiresAtSeconds = START / 1000 + 60;
    await put('dying', { expiresAtSeconds });
    const query = {
      KeyConditionExpression: 'pk = :pk AND begins_with(sk, :prefix)',
      ExpressionAttributeValues: { ':pk': item('').pk, ':prefix': 'DATA#cards#dying' },
    };
    const seen = async () =>
      [(await table.getMany([item('dying')]))[0], ...(await table.query(query)).items].filter(Boolean);
    world.wait(59_000);
    expect(await seen()).toHaveLength(2);
    world.wait(1_000);
    expect(await seen()).toHaveLength(0);
    expect(await world.scan()).toContainEqual(expect.objectContaining({ sk: { S: 'DATA#cards#dying' } }));
  });
});

describe('reads', () => {
  it('come back in the order asked, with gaps where there is nothing, and twice what is asked twice', async () => {
    await put('a', { value: 1 });
    await put('b', { value: 2 });
    const found = await table.getMany([item('b'), item('missing'), item('a')]);
    expect(found.map((one) => one?.value)).toEqual([2, undefined, 1]);
    expect((await table.getMany([item('a'), item('a')])).map((one) => one?.value)).toEqual([1, 1]);
  });
});

describe('writes', () => {
  it('happen all or not at all, and a refusal says which write met what', async () => {
    await put('taken', { value: 'first' });
    const both = table.write(
      { Put: { Item: rawItem(item('new')), ...fresh } },
      { Put: { Item: rawItem(item('taken')), ...fresh } },
    );
    const refusal = await both.catch((error) => error);
    expect(refusal).toBeInstanceOf(ConditionFailed);
    expect(refusal.found[0]).toBeUndefined();
    expect(refusal.found[1].item).toMatchObject({ value: 'first' });
    expect(await table.getMany([item('new')])).toEqual([undefined]);
  });

  it('that are single say what they met too, or that there was nothing', async () => {
    await put('single', { value: 7 });
    const taken = await table
      .write({ Put: { Item: rawItem(item('single')), ...fresh } })
      .catch((error) => error);
    expect(taken.found[0].item).toMatchObject({ value: 7 });
    const update = {
      Key: item('nothing'),
      UpdateExpression: 'SET a = :a',
      ExpressionAttributeValues: { ':a': 1 },
    };
    const cleanKey = { pk: update.Key.pk, sk: update.Key.sk };
    const absent = await table
      .update({ ...update, Key: cleanKey, ConditionExpression: 'attribute_exists(pk)' })
      .catch((error) => error);
    expect(absent.found[0].item).toBeUndefined();
  });

  it('that collide with other transactions wait their turn: fifty increments at once are all counted', async () => {
    const add = {
      Key: keys.data('S', 'cards', 'counter'),
      UpdateExpression: 'ADD tally :one',
      ExpressionAttributeValues: { ':one': 1 },
    };
    const attempts = Array.from({ length: 50 }, (_, index) =>
      table
        .write({ Update: add }, { Put: { Item: rawItem(item(`beside-${index}`)) } })
        .catch((error) => error),
    );
    const failed = (await Promise.all(attempts)).filter((error) => error instanceof Error);
    for (const error of failed) expect(error).toMatchObject({ code: 'BUSY' });
    const [counter] = await table.getMany([item('counter')]);
    expect(counter?.tally).toBe(50 - failed.length);
    expect(failed.every((error) => error instanceof AppError)).toBe(true);
  });

  it('fail loudly when the table is not there', async () => {
    const { SERVICE_REGION: region, TABLE_ENDPOINT: endpoint } = world.config;
    const nowhere = createTable({ name: 'nowhere', region, endpoint, clock: world.deps.clock });
    await expect(nowhere.getMany([item('a')])).rejects.toThrow();
    await expect(nowhere.write({ Put: { Item: rawItem(item('a')) } })).rejects.toThrow();
  });
});

it('copies no request and no answer for a log that nobody reads', () => {
  const middlewares = ({ middlewareStack }: DynamoDBClient) => middlewareStack.identify().join('\n');
  const { SERVICE_REGION: region, TABLE_ENDPOINT: endpoint, TABLE_NAME: name } = world.config;
  let own = '';
  const observe = (client: DynamoDBClient) => {
    own = middlewares(client);
  };
  createTable({ name, region, endpoint, clock: world.deps.clock, observe });
  expect(middlewares(new DynamoDBClient({ region }))).toContain('loggerMiddleware');
  expect(own).toContain('retryMiddleware');
  expect(own).not.toContain('loggerMiddleware');
});
