import { ConditionFailed, createTable, type Table } from '../../lib/table/client';
import { keys } from '../../lib/table/keys';
import { timeLimits } from '../../lib/time-limits';
import { rawItem } from '../support/raw-item';
import { startTroubledTable, type Trouble } from '../support/troubled-table';
import { createWorld, type World } from '../support/world';

type Troubled = Awaited<ReturnType<typeof startTroubledTable>>;

let world: World;
let between: Troubled;
let table: Table;
let ways: Ways;
beforeAll(async () => {
  world = await createWorld();
  between = await startTroubledTable(world.config.TABLE_ENDPOINT);
  table = tableAt(between.endpoint);
  ways = waysOf(table);
});
afterAll(() => between.stop());
beforeEach(() => {
  between.always(undefined);
  between.next();
  between.seen();
});

let made = 0;
function freshKey() {
  made += 1;
  return keys.data('S', 'cards', `one-${made}`);
}
const item = (more: object = {}) => ({ ...freshKey(), entity: 'test', ...more });
const absent = { ConditionExpression: 'attribute_not_exists(pk)' };
const add = (Key = freshKey()) => ({
  Update: { Key, UpdateExpression: 'ADD tally :one', ExpressionAttributeValues: { ':one': 1 } },
});
const read = async (key: { pk: string; sk: string }) => (await world.deps.table.getMany([key]))[0];

function tableAt(endpoint: string): Table {
  const { TABLE_NAME: name, SERVICE_REGION: region } = world.config;
  const limits = { ...timeLimits, table: { attemptMs: 30_000, totalMs: 60_000 } };
  return createTable({ name, region, endpoint, clock: world.deps.clock, limits });
}

/** Every way to use a table. */
type Ways = Record<string, () => Promise<unknown>>;
const waysOf = (table: Table): Ways => ({
  getMany: () => table.getMany([freshKey(), freshKey()]),
  query: () =>
    table.query({ KeyConditionExpression: 'pk = :pk', ExpressionAttributeValues: { ':pk': 'none' } }),
  put: () => table.write({ Put: { Item: rawItem(item()), ...absent } }),
  delete: () => table.write({ Delete: { Key: freshKey() } }),
  update: () => table.update(add().Update),
  'several writes': () => table.write({ Put: { Item: rawItem(item()), ...absent } }, add()),
});
const allWays = Object.keys(waysOf({} as Table));

const cancelled = (...codes: (string | undefined)[]): Trouble => ({
  status: 400,
  name: 'TransactionCanceledException',
  more: { CancellationReasons: codes.map((Code) => ({ ...(Code && { Code }) })) },
});

/** What passes by itself, and what DynamoDB says it to. */
const passing: [string, Trouble, string[]][] = [
  ...['ThrottlingException', 'ProvisionedThroughputExceededException', 'RequestLimitExceeded'].map(
    (name): [string, Trouble, string[]] => [name, { status: 400, name }, allWays],
  ),
  ['InternalServerError', { status: 500, name: 'InternalServerError' }, allWays],
  ['ServiceUnavailable', { status: 503, name: 'ServiceUnavailable' }, allWays],
  ['a gateway without a name', { status: 502, name: '' }, allWays],
  ['a broken connection', 'broken connection', allWays],
  [
    'TransactionConflictException',
    { status: 400, name: 'TransactionConflictException' },
    ['put', 'delete', 'update'],
  ],
  [
    'TransactionInProgressException',
    { status: 400, name: 'TransactionInProgressException' },
    ['several writes'],
  ],
  ['a throttled part', cancelled('ThrottlingError', 'None'), ['several writes']],
  ['a part over its throughput', cancelled('None', 'ProvisionedThroughputExceeded'), ['several writes']],
  ['a part in conflict', cancelled('TransactionConflict', undefined), ['several writes']],
  ['all of it at once', cancelled('TransactionConflict', 'ThrottlingError'), ['several writes']],
  ['a batch of which nothing is read', 'unprocessed', ['getMany']],
];

describe('what passes by itself is tried again', () => {
  it.each(passing)('%s', async (_name, trouble, met) => {
    for (const way of met) {
      between.next(trouble, trouble);
      await ways[way]?.();
      expect({ way, requests: between.seen().length }).toEqual({ way, requests: 3 });
    }
  });

  // All at once: each takes every pause there is.
  it('for ever is BUSY in the end', async () => {
    const ends = await Promise.all(
      passing.map(async ([name, trouble, met]) => {
        const own = await startTroubledTable(world.config.TABLE_ENDPOINT);
        own.always(trouble);
        const itsWays = waysOf(tableAt(own.endpoint));
        const codes = await Promise.all(met.map((way) => itsWays[way]?.().catch((error) => error.code)));
        await own.stop();
        return { name, codes };
      }),
    );
    expect(ends).toEqual(passing.map(([name, , met]) => ({ name, codes: met.map(() => 'BUSY') })));
  });
});

describe('what does not pass is not tried again', () => {
  it.each([
    ['ValidationException', { status: 400, name: 'ValidationException' }],
    ['ResourceNotFoundException', { status: 400, name: 'ResourceNotFoundException' }],
    ['AccessDeniedException', { status: 400, name: 'AccessDeniedException' }],
  ] as [string, Trouble][])('%s', async (name, trouble) => {
    for (const [way, use] of Object.entries(ways)) {
      between.next(trouble);
      await expect(use()).rejects.toMatchObject({ name });
      expect({ way, requests: between.seen().length }).toEqual({ way, requests: 1 });
    }
  });

  it('a transaction of which a part is not valid, whatever else is said of it', async () => {
    between.next(cancelled('ThrottlingError', 'ValidationError'));
    await expect(ways['several writes']?.()).rejects.toMatchObject({ name: 'TransactionCanceledException' });
    expect(between.seen()).toHaveLength(1);
  });
});

describe('a condition that fails', () => {
  it('is told at once when every write was looked at', async () => {
    between.next(cancelled('None', 'ConditionalCheckFailed'));
    const refusal = await ways['several writes']?.().catch((error) => error);
    expect(refusal).toBeInstanceOf(ConditionFailed);
    expect(refusal).toMatchObject({ found: [undefined, { item: undefined }] });
    expect(between.seen()).toHaveLength(1);
  });

  it('is asked again beside a write that was not looked at, so that none of them passes for one that held', async () => {
    const taken = item({ value: 'first' });
    await world.deps.table.write({ Put: { Item: rawItem(taken) } });
    const other = item({ value: 'second' });
    await world.deps.table.write({ Put: { Item: rawItem(other) } });
    between.next(cancelled('ThrottlingError', 'ConditionalCheckFailed'));
    const refusal = await table
      .write({ Put: { Item: rawItem(taken), ...absent } }, { Put: { Item: rawItem(other), ...absent } })
      .catch((error) => error);
    expect(refusal).toMatchObject({ found: [{ item: { value: 'first' } }, { item: { value: 'second' } }] });
    expect(between.seen()).toHaveLength(2);
  });
});

describe('a write whose answer is lost', () => {
  it('happens once and succeeds where it is several: every try carries the same token', async () => {
    const [one, two] = [item(), freshKey()];
    between.next('lost answer', 'lost answer');
    await table.write({ Put: { Item: rawItem(one), ...absent } }, add(two));
    expect((await read(two))?.tally).toBe(1);
    const tokens = between.seen().map((body) => JSON.parse(body).ClientRequestToken);
    expect(tokens).toEqual([tokens[0], tokens[0], tokens[0]]);
    expect(tokens[0]).toMatch(/^[\w-]{1,36}$/);

    await table.write({ Put: { Item: rawItem(item()), ...absent } }, add(two));
    expect((await read(two))?.tally).toBe(2);
    expect(JSON.parse(between.seen()[0] ?? '').ClientRequestToken).not.toBe(tokens[0]);
  });

  it('is BUSY, and no refusal, where its condition fails at its own effect', async () => {
    const one = item({ version: 1 });
    between.next('lost answer');
    await expect(table.write({ Put: { Item: rawItem(one), ...absent } })).rejects.toMatchObject({
      code: 'BUSY',
    });
    expect(await read(one)).toMatchObject({ version: 1 });

    const [pk, sk] = [one.pk, one.sk];
    between.next('lost answer');
    const step = {
      Key: { pk, sk },
      UpdateExpression: 'ADD version :one',
      ConditionExpression: 'version = :before',
      ExpressionAttributeValues: { ':one': 1, ':before': 1 },
    };
    await expect(table.update(step)).rejects.toMatchObject({ code: 'BUSY' });
    expect(await read(one)).toMatchObject({ version: 2 });
    await expect(table.update(step)).rejects.toBeInstanceOf(ConditionFailed); // the next call is told the truth
  });

  it('succeeds where it has no condition', async () => {
    const one = item({ value: 'kept' });
    between.next('lost answer');
    await table.write({ Put: { Item: rawItem(one) } });
    expect(await read(one)).toMatchObject({ value: 'kept' });
    between.next('lost answer');
    await table.write({ Delete: { Key: { pk: one.pk, sk: one.sk } } });
    expect(await read(one)).toBeUndefined();
  });

  it('is a plain refusal where DynamoDB throttled the first try, which therefore did nothing', async () => {
    const taken = item({ value: 'first' });
    await world.deps.table.write({ Put: { Item: rawItem(taken) } });
    between.next({ status: 400, name: 'ThrottlingException' });
    const refusal = await table.write({ Put: { Item: rawItem(taken), ...absent } }).catch((error) => error);
    expect(refusal).toMatchObject({ name: 'ConditionFailed', found: [{ item: { value: 'first' } }] });
  });
});
