import type {
  BatchGetItemCommandInput,
  BatchGetItemCommandOutput,
  ConsumedCapacity,
  DynamoDBClient,
  QueryCommandOutput,
  ServiceInputTypes,
} from '@aws-sdk/client-dynamodb';
import { BatchGetItemCommand, DescribeTableCommand } from '@aws-sdk/client-dynamodb';
import type { TransactWriteCommandInput } from '@aws-sdk/lib-dynamodb';
import { shortClient } from './short-way';
import { type Index, indexUnits, type RawItem, sum, writeUnits } from './units';

/** What calls of the table cost, for budgets. Units are DynamoDB's consumed capacity. */
export type Cost = {
  trips: number;
  readUnits: number;
  writeUnits: number;
};

export const newCost = (): Cost => ({ trips: 0, readUnits: 0, writeUnits: 0 });

type TransactItem = NonNullable<TransactWriteCommandInput['TransactItems']>[number];
type Place = { region: string; endpoint: string };
/** Where an item lies: its key in a table. */
type At = { TableName: string; key: RawItem };

/** DynamoDB bills a transaction twice for each item: once to prepare, once to commit. */
const UNITS_IN_TRANSACTION = 2;
/** More than the service asks for is no business of the meter's: it must learn to count a new command first. */
const counted: Record<string, 'readUnits' | 'writeUnits'> = {
  BatchGetItem: 'readUnits',
  Query: 'readUnits',
  PutItem: 'writeUnits',
  UpdateItem: 'writeUnits',
  DeleteItem: 'writeUnits',
};

/**
 * Hangs a meter on a table's client. It adds to the cost that is being taken, and does nothing while none is, because
 * it reads twice for each transaction: DynamoDB Local says what single writes and reads cost, and says it rightly, but
 * counts transactions as if they were none; so these are counted from their items, as they were before and are
 * afterwards, by the documented rule: 2 units for each KB begun of each item, the larger of before and after. What they
 * change in the indexes costs as usual, because an index follows after the commit. A request that fails is a trip.
 */
export function observeWith(taken: () => Cost | undefined, place: Place): (client: DynamoDBClient) => void {
  const own = shortClient(place);
  const indexes = new Map<string, Promise<Index[]>>();

  /** A key lies in one table only, so what is found needs no table's name. */
  async function read(all: At[]): Promise<Map<string, RawItem>> {
    const RequestItems: BatchGetItemCommandInput['RequestItems'] = {};
    for (const { TableName, key } of all) {
      RequestItems[TableName] ??= { Keys: [], ConsistentRead: true };
      RequestItems[TableName].Keys?.push(key);
    }
    const { Responses = {} } = await own.send(new BatchGetItemCommand({ RequestItems }));
    return new Map(
      Object.values(Responses)
        .flat()
        .map((item) => [address(item), item]),
    );
  }

  async function unitsOf(items: TransactItem[], write: () => Promise<unknown>): Promise<number> {
    const all = items.map(placeOf);
    const before = await read(all);
    await write();
    const after = await read(all);
    let units = 0;
    for (const { TableName, key } of all) {
      const [was, is] = [before.get(address(key)), after.get(address(key))];
      units += UNITS_IN_TRANSACTION * writeUnits(was, is);
      const known = indexes.get(TableName) ?? indexesOf(own, TableName);
      indexes.set(TableName, known);
      for (const index of await known) units += indexUnits(index, was, is);
    }
    return units;
  }

  return (client) =>
    client.middlewareStack.add(
      (next, context) => async (args) => {
        const cost = taken();
        if (!cost) return next(args);
        const name = String(context.commandName).replace(/Command$/, '');
        // Once in minutes, beside another trip, and free.
        if (name === 'DescribeTable') return next(args);
        cost.trips += 1;
        if (name === 'TransactWriteItems') {
          const { TransactItems = [] } = args.input as TransactWriteCommandInput;
          let result: Awaited<ReturnType<typeof next>> | undefined;
          const units = await unitsOf(TransactItems, async () => {
            result = await next(args);
          });
          cost.writeUnits += units;
          return result as Awaited<ReturnType<typeof next>>;
        }
        const kind = counted[name];
        if (!kind) throw new Error(`the meter does not know what ${name} costs`);
        const input = { ...args.input, ReturnConsumedCapacity: 'TOTAL' } as ServiceInputTypes;
        const result = await next({ ...args, input });
        const { ConsumedCapacity = [] } = result.output as {
          ConsumedCapacity?: ConsumedCapacity | ConsumedCapacity[];
        };
        for (const one of [ConsumedCapacity].flat()) cost[kind] += one.CapacityUnits ?? 0;
        cost.readUnits += unitsForNothing(name, args.input, result.output);
        return result;
      },
      { step: 'initialize', name: 'meter' },
    );
}

/** What DynamoDB bills for reading where nothing is, and DynamoDB Local forgets: a unit, half of it through an index. */
function unitsForNothing(name: string, input: ServiceInputTypes, output: object): number {
  const { RequestItems = {} } = input as BatchGetItemCommandInput;
  const {
    Responses = {},
    UnprocessedKeys = {},
    ScannedCount,
  } = output as Partial<BatchGetItemCommandOutput & QueryCommandOutput>;
  if (name === 'Query') return ScannedCount ? 0 : 'IndexName' in input ? 0.5 : 1;
  return sum(
    Object.entries(RequestItems).map(
      ([table, { Keys = [] }]) =>
        Keys.length - (Responses[table]?.length ?? 0) - (UnprocessedKeys[table]?.Keys?.length ?? 0),
    ),
  );
}

async function indexesOf(client: DynamoDBClient, tableName: string): Promise<Index[]> {
  const { Table } = await client.send(new DescribeTableCommand({ TableName: tableName }));
  return (Table?.GlobalSecondaryIndexes ?? []).map(({ KeySchema = [], Projection }) => {
    if (Projection?.ProjectionType === 'ALL') throw new Error('the meter knows no index of everything');
    const keys = KeySchema.map(({ AttributeName = '' }) => AttributeName);
    return { keys, also: Projection?.NonKeyAttributes ?? [] };
  });
}

function placeOf({ Put, Update, Delete, ConditionCheck }: TransactItem): At {
  const at = Put?.Item ?? Update?.Key ?? Delete?.Key ?? ConditionCheck?.Key;
  const { TableName = '' } = Put ?? Update ?? Delete ?? ConditionCheck ?? {};
  return { TableName, key: { pk: { S: at?.pk }, sk: { S: at?.sk } } };
}

function address({ pk, sk }: RawItem): string {
  return JSON.stringify([pk, sk]);
}
