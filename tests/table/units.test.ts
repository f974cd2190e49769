import { type AttributeValue, DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import * as fc from 'fast-check';
import { createTable } from '../../lib/table/client';
import { amount } from '../proof/sample';
import { type Cost, newCost, observeWith } from '../support/meter';
import { rawItem } from '../support/raw-item';
import { type Index, indexUnits, type RawItem, sizeOf, writeUnits } from '../support/units';
import { createWorld, type World } from '../support/world';

/** The meter of the budgets counts transactions itself; here it is held to what DynamoDB Local says of single writes. */
let world: World;
let client: DynamoDBClient;
beforeAll(async () => {
  world = await createWorld();
  const { SERVICE_REGION: region, TABLE_ENDPOINT: endpoint } = world.config;
  client = new DynamoDBClient({ region, endpoint });
});

const RUNS = amount(150, 20);
/** As in table.yml; what the meter itself uses, it reads from the table. */
const indexes: Index[] = [
  { keys: ['everyoneShard', 'pk'] },
  { keys: ['dueShard', 'dueAt'] },
  { keys: ['touchedBy', 'at'], also: ['kinds'] },
];

async function put(item: RawItem): Promise<number> {
  const request = {
    TableName: world.config.TABLE_NAME,
    Item: item,
    ReturnConsumedCapacity: 'TOTAL' as const,
  };
  return (await client.send(new PutItemCommand(request))).ConsumedCapacity?.CapacityUnits ?? 0;
}

const text = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 12 });
const number = fc.oneof(
  fc.integer().map(String),
  fc.integer({ min: -9, max: 9 }).map(String),
  fc.constantFrom(
    '0',
    '100',
    '-100',
    '12.5',
    '-0.125',
    '1000000007',
    '0.00000001',
    '12010',
    '1234567890.123456789',
  ),
);
const scalar: fc.Arbitrary<AttributeValue> = fc.oneof(
  text.map((S) => ({ S })),
  number.map((N) => ({ N })),
  fc.uint8Array({ minLength: 1, maxLength: 40 }).map((B) => ({ B })),
  fc.boolean().map((BOOL) => ({ BOOL })),
  fc.constant<AttributeValue>({ NULL: true }),
  fc.uniqueArray(text, { minLength: 1, maxLength: 4 }).map((SS) => ({ SS })),
  fc.uniqueArray(fc.integer(), { minLength: 1, maxLength: 4 }).map((all) => ({ NS: all.map(String) })),
);
const value: fc.Arbitrary<AttributeValue> = fc.letrec<{ value: AttributeValue }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    scalar,
    fc.array(tie('value'), { maxLength: 3 }).map((L) => ({ L })),
    fc.dictionary(text, tie('value'), { maxKeys: 3 }).map((M) => ({ M })),
  ),
})).value;
const attributes = fc.dictionary(
  text.filter((name) => !['pk', 'sk', 'filler'].includes(name)),
  value,
  { maxKeys: 6 },
);

let made = 0;
/** An item of exactly so many bytes, by our own count. */
function itemOf(inner: RawItem, bytes: number): RawItem | undefined {
  made += 1;
  const item = { pk: { S: 'units' }, sk: { S: `item-${made}` }, ...inner, filler: { S: '' } };
  const missing = bytes - sizeOf(item);
  return missing < 0 ? undefined : { ...item, filler: { S: 'x'.repeat(missing) } };
}

describe('the size of an item', () => {
  it('is what DynamoDB takes it for: at a full KB and one byte beyond', async () => {
    const sizes = fc.integer({ min: 1, max: 5 });
    await fc.assert(
      fc.asyncProperty(attributes, sizes, async (inner, kilobytes) => {
        for (const bytes of [kilobytes * 1024, kilobytes * 1024 + 1]) {
          const item = itemOf(inner, bytes);
          if (!item) continue;
          const units = await put(item);
          expect({ bytes, units }).toEqual({ bytes, units: writeUnits(undefined, item) });
        }
      }),
      { numRuns: RUNS },
    );
  });

  it('counts before and after, the larger of both, as single writes do', async () => {
    const sizes = fc.integer({ min: 100, max: 4000 });
    await fc.assert(
      fc.asyncProperty(sizes, sizes, async (first, second) => {
        const before = itemOf({}, first);
        const after = before && { ...itemOf({}, second), sk: before.sk as AttributeValue };
        if (!before || !after) return;
        await put(before);
        expect(await put(after)).toBe(writeUnits(before, after));
      }),
      { numRuns: Math.ceil(RUNS / 3) },
    );
  });
});

it('what a change of an item costs in the indexes is what single writes say: a put, a delete, or both', async () => {
  // Both keys of an index or neither, as the service writes them: DynamoDB Local bills an entry that half a key would not make.
  const pair = (hash: string, range: string) => {
    const name = fc.constantFrom('a', 'b', 'c'.repeat(1000));
    const both = fc.record({ [hash]: name.map((S) => ({ S })), [range]: name.map((S) => ({ S })) });
    return fc.oneof(both, fc.constant({}));
  };
  // An index may hold more than keys: an entry changes with that, too.
  const kinds = fc.constantFrom({}, { kinds: { S: 'a' } }, { kinds: { S: 'b'.repeat(1000) } });
  const shards = fc.constantFrom({}, { everyoneShard: { S: 'a' } }, { everyoneShard: { S: 'b' } });
  const keysOfIndexes = fc
    .tuple(shards, pair('dueShard', 'dueAt'), pair('touchedBy', 'at'), kinds)
    .map((all) => Object.assign({}, ...all) as RawItem);
  await fc.assert(
    fc.asyncProperty(keysOfIndexes, keysOfIndexes, async (first, second) => {
      made += 1;
      const key = { pk: { S: 'units' }, sk: { S: `item-${made}` } };
      const [before, after] = [
        { ...key, ...first },
        { ...key, ...second },
      ];
      let expected = writeUnits(undefined, before);
      for (const index of indexes) expected += indexUnits(index, undefined, before);
      expect(await put(before)).toBe(expected);
      expected = writeUnits(before, after);
      for (const index of indexes) expected += indexUnits(index, before, after);
      expect(await put(after)).toBe(expected);
    }),
    { numRuns: RUNS },
  );
});

describe('the meter', () => {
  const open = (cost: Cost) => {
    const { SERVICE_REGION: region, TABLE_ENDPOINT: endpoint, TABLE_NAME: name } = world.config;
    const observe = observeWith(() => cost, { region, endpoint });
    return createTable({ name, region, endpoint, clock: world.deps.clock, observe });
  };
  const key = (sk: string) => ({ pk: 'metered', sk });
  const puts = (count: number, more: object) =>
    Array.from({ length: count }, (_, index) => ({
      Put: { Item: rawItem({ ...key(`${index}`), ...more }) },
    }));
  const deletes = (count: number) =>
    Array.from({ length: count }, (_, index) => ({ Delete: { Key: key(`${index}`) } }));

  it('counts two units for each KB and item of a transaction, its checks included', async () => {
    const cost = newCost();
    const table = open(cost);
    const costOf = async (work: Promise<unknown>) => {
      await work;
      const { trips, writeUnits: units } = cost;
      Object.assign(cost, newCost());
      return { trips, units };
    };
    const [first, ...others] = puts(5, { filler: 'x'.repeat(300) });
    if (!first) throw new Error('nothing to put');
    expect(await costOf(table.write(first, ...others))).toEqual({ trips: 1, units: 10 });
    const [bigger, ...rest] = puts(5, { filler: 'x'.repeat(1100) });
    if (!bigger) throw new Error('nothing to put');
    expect(await costOf(table.write(bigger, ...rest))).toEqual({ trips: 1, units: 20 });
    const check = { ConditionCheck: { Key: key('0'), ConditionExpression: 'attribute_exists(pk)' } };
    const indexed = {
      Put: { Item: rawItem({ ...key('indexed'), everyoneShard: 'one', dueShard: 'one', dueAt: 'now' }) },
    };
    expect(await costOf(table.write(check, indexed))).toEqual({ trips: 1, units: 4 + 2 + 2 });
    const [gone, ...goneToo] = deletes(5);
    if (!gone) throw new Error('nothing to delete');
    expect(await costOf(table.write(gone, ...goneToo))).toEqual({ trips: 1, units: 20 });
    expect(await costOf(table.write(gone, ...goneToo))).toEqual({ trips: 1, units: 10 }); // nothing was there
  });

  it('counts single writes and reads as DynamoDB says them', async () => {
    const cost = newCost();
    const table = open(cost);
    await table.write({ Put: { Item: rawItem({ ...key('single'), filler: 'x'.repeat(5000) }) } });
    await table.getMany([key('single'), key('none')]);
    await table.query({
      KeyConditionExpression: 'pk = :pk',
      ExpressionAttributeValues: { ':pk': 'metered' },
    });
    expect(cost).toEqual({ trips: 3, writeUnits: 5, readUnits: 3 + 2 });
  });
});
