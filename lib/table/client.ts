import { DynamoDBClient, TransactionCanceledException } from '@aws-sdk/client-dynamodb';
import {
  BatchGetCommand,
  DeleteCommand,
  DynamoDBDocumentClient,
  PutCommand,
  QueryCommand,
  type QueryCommandInput,
  TransactWriteCommand,
  type TransactWriteCommandInput,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb';
import { type Clock, toEpochSeconds } from '../clock';
import { AppError } from '../errors';
import type { Key } from './keys';

/** An item as DynamoDB holds it. Only entity files look inside. */
export type Item = Key & Record<string, unknown>;

type TransactItem = NonNullable<TransactWriteCommandInput['TransactItems']>[number];
type WithoutTable<T> = T extends object
  ? Omit<T, 'TableName' | 'ReturnValuesOnConditionCheckFailure'>
  : never;

/** One write, in DynamoDB's own form without the table's name. */
export type Write = { [K in keyof TransactItem]?: WithoutTable<NonNullable<TransactItem[K]>> };

/** What a call cost, for budgets (design section 7). Units are DynamoDB's consumed capacity. */
export type Meter = { trips: number; readUnits: number; writeUnits: number };

/** Attempts at a transaction that lost against another one, and the longest pause between two of them. */
const CONFLICT_ATTEMPTS = 6;
const CONFLICT_PAUSE_MS = 40;
const BATCH_ATTEMPTS = 4;

/** A condition did not hold, and nothing was written. `found[i]` is what write number i met, if it was the one refused. */
export class ConditionFailed extends Error {
  constructor(readonly found: ({ item: Item | undefined } | undefined)[]) {
    super('a condition did not hold');
    this.name = 'ConditionFailed';
  }
}

/** The one table. Every read is strongly consistent unless it goes through an index; expired items are invisible (S2). */
export type Table = {
  /** Reads up to 100 items in one trip, in the order asked. */
  getMany(keys: Key[]): Promise<(Item | undefined)[]>;
  /** One page of a query in one trip. */
  query(query: Omit<QueryCommandInput, 'TableName'>): Promise<{ items: Item[]; lastKey: Key | undefined }>;
  /** Writes all or nothing in one trip. @throws ConditionFailed @throws AppError BUSY after too many conflicts */
  write(...writes: [Write, ...Write[]]): Promise<void>;
  /** One update that answers with the item as it is afterwards. @throws ConditionFailed */
  update(update: NonNullable<Write['Update']>): Promise<Item>;
};

export type TableParts = {
  name: string;
  region: string;
  /** Empty in the cloud. */
  endpoint: string;
  clock: Clock;
  meter?: Meter;
};

/** Opens the table. Opening costs nothing; the first call connects. */
export function openTable({ name, region, endpoint, clock, meter }: TableParts): Table {
  const raw = new DynamoDBClient({ region, maxAttempts: 4, ...(endpoint && { endpoint }) });
  const client = DynamoDBDocumentClient.from(raw, { marshallOptions: { removeUndefinedValues: true } });
  const metered = meter ? { ReturnConsumedCapacity: 'TOTAL' as const } : {};
  const refused = { TableName: name, ReturnValuesOnConditionCheckFailure: 'ALL_OLD' as const };

  function count(kind: 'readUnits' | 'writeUnits', consumed: Capacity | Capacity[] | undefined): void {
    if (!meter) return;
    meter.trips += 1;
    for (const one of [consumed ?? []].flat()) meter[kind] += one.CapacityUnits ?? 0;
  }

  const alive = (item: Item | undefined): item is Item =>
    item !== undefined && !(Number(item.expiresAtSeconds) <= toEpochSeconds(clock.now()));

  async function getMany(keys: Key[]): Promise<(Item | undefined)[]> {
    const found = new Map<string, Item>();
    let wanted: Key[] = keys;
    for (let attempt = 0; wanted.length > 0; attempt += 1) {
      if (attempt === BATCH_ATTEMPTS) throw new AppError('BUSY');
      if (attempt > 0) await pause(attempt);
      const request = { RequestItems: { [name]: { Keys: wanted, ConsistentRead: true } }, ...metered };
      const answer = await client.send(new BatchGetCommand(request));
      count('readUnits', answer.ConsumedCapacity);
      for (const item of (answer.Responses?.[name] ?? []) as Item[]) found.set(address(item), item);
      wanted = (answer.UnprocessedKeys?.[name]?.Keys ?? []) as Key[];
    }
    return keys.map((key) => found.get(address(key))).map((item) => (alive(item) ? item : undefined));
  }

  async function one(write: Write): Promise<Item | undefined> {
    try {
      if (write.Put) {
        const answer = await client.send(new PutCommand({ ...write.Put, ...refused, ...metered }));
        count('writeUnits', answer.ConsumedCapacity);
      } else if (write.Delete) {
        const answer = await client.send(new DeleteCommand({ ...write.Delete, ...refused, ...metered }));
        count('writeUnits', answer.ConsumedCapacity);
      } else if (write.Update) {
        const returned = { ReturnValues: 'ALL_NEW' as const };
        const answer = await client.send(
          new UpdateCommand({ ...write.Update, ...refused, ...returned, ...metered }),
        );
        count('writeUnits', answer.ConsumedCapacity);
        return answer.Attributes as Item;
      }
      return undefined;
    } catch (error) {
      if (!isConditionFailure(error)) throw error;
      if (meter) meter.trips += 1;
      throw new ConditionFailed([{ item: plain(error.Item) }]);
    }
  }

  async function transact(writes: Write[], attempt = 1): Promise<void> {
    const items = writes.map((write) => {
      const [[kind, body] = ['Put', {}]] = Object.entries(write);
      return { [kind]: { ...body, ...refused } } as TransactItem;
    });
    try {
      const answer = await client.send(new TransactWriteCommand({ TransactItems: items, ...metered }));
      count('writeUnits', answer.ConsumedCapacity);
    } catch (error) {
      if (!(error instanceof TransactionCanceledException)) throw error;
      if (meter) meter.trips += 1;
      const reasons = error.CancellationReasons ?? [];
      if (reasons.some(({ Code }) => Code === 'ConditionalCheckFailed')) {
        throw new ConditionFailed(
          reasons.map(({ Code, Item: item }) =>
            Code === 'ConditionalCheckFailed' ? { item: plain(item) } : undefined,
          ),
        );
      }
      if (!reasons.some(({ Code }) => Code === 'TransactionConflict')) throw error;
      if (attempt === CONFLICT_ATTEMPTS) throw new AppError('BUSY');
      await pause(attempt);
      await transact(writes, attempt + 1);
    }
  }

  return {
    getMany,
    async query(query) {
      const consistent = query.IndexName ? {} : { ConsistentRead: true };
      const answer = await client.send(
        new QueryCommand({ TableName: name, ...consistent, ...metered, ...query }),
      );
      count('readUnits', answer.ConsumedCapacity);
      const items = ((answer.Items ?? []) as Item[]).filter(alive);
      return { items, lastKey: answer.LastEvaluatedKey as Key | undefined };
    },
    async write(...writes) {
      const [first, ...others] = writes;
      if (others.length > 0) await transact(writes);
      else await one(first);
    },
    async update(update) {
      return (await one({ Update: update })) as Item;
    },
  };
}

type Capacity = { CapacityUnits?: number };
type Marshalled = NonNullable<
  NonNullable<TransactionCanceledException['CancellationReasons']>[number]['Item']
>;

/** The document client turns refused items back into plain values; the base client's types do not know it. */
function plain(item: Marshalled | Item | undefined): Item | undefined {
  return item && Object.keys(item).length > 0 ? (item as Item) : undefined;
}

function isConditionFailure(error: unknown): error is Error & { Item?: Item } {
  return error instanceof Error && error.name === 'ConditionalCheckFailedException';
}

function address({ pk, sk }: Key): string {
  return `${pk}\n${sk}`;
}

/** Grows with each attempt and differs between callers, so that losers of one race do not race again in step. */
function pause(attempt: number): Promise<void> {
  const spread = Number(process.hrtime.bigint() % 1000n) / 1000;
  return new Promise((resolve) => setTimeout(resolve, CONFLICT_PAUSE_MS * attempt * (0.5 + spread)));
}
