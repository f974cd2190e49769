import {
  ConditionalCheckFailedException,
  DynamoDBClient,
  TransactionCanceledException,
  TransactionConflictException,
  TransactionInProgressException,
} from '@aws-sdk/client-dynamodb';
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
import { unmarshall } from '@aws-sdk/util-dynamodb';
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
export type Meter = {
  trips: number;
  readUnits: number;
  writeUnits: number;
  /** What was done, in the words of IAM: a test compares it with what each function's role may do. */
  actions?: Set<string>;
};

/** Attempts at a transaction that lost against another one, and the longest pause between two of them. */
const CONFLICT_ATTEMPTS = 9;
const CONFLICT_PAUSE_MS = 20;
const MAX_PAUSE_MS = 400;
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
export function createTable({ name, region, endpoint, clock, meter }: TableParts): Table {
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
    // DynamoDB refuses a batch that names an item twice.
    let wanted = [...new Map(keys.map(({ pk, sk }) => [address({ pk, sk }), { pk, sk }])).values()];
    for (let attempt = 0; wanted.length > 0; attempt += 1) {
      if (attempt === BATCH_ATTEMPTS) throw new AppError('BUSY');
      if (attempt > 0) await pause(attempt);
      const request = { RequestItems: { [name]: { Keys: wanted, ConsistentRead: true } }, ...metered };
      const answer = await client.send(new BatchGetCommand(request));
      count('readUnits', answer.ConsumedCapacity);
      meter?.actions?.add('BatchGetItem');
      for (const item of (answer.Responses?.[name] ?? []) as Item[]) found.set(address(item), item);
      wanted = (answer.UnprocessedKeys?.[name]?.Keys ?? []) as Key[];
    }
    return keys.map((key) => found.get(address(key))).map((item) => (alive(item) ? item : undefined));
  }

  async function send(writes: [Write, ...Write[]]): Promise<Item | undefined> {
    for (const kind of writes.flatMap(Object.keys))
      meter?.actions?.add(actions[kind as keyof typeof actions]);
    const [{ Put, Delete, Update }, ...others] = writes;
    if (others.length > 0) {
      const TransactItems = writes.map(inTransaction);
      count(
        'writeUnits',
        (await client.send(new TransactWriteCommand({ TransactItems, ...metered }))).ConsumedCapacity,
      );
    } else if (Put) {
      count(
        'writeUnits',
        (await client.send(new PutCommand({ ...Put, ...refused, ...metered }))).ConsumedCapacity,
      );
    } else if (Delete) {
      count(
        'writeUnits',
        (await client.send(new DeleteCommand({ ...Delete, ...refused, ...metered }))).ConsumedCapacity,
      );
    } else if (Update) {
      const input = { ...Update, ...refused, ...metered, ReturnValues: 'ALL_NEW' as const };
      const answer = await client.send(new UpdateCommand(input));
      count('writeUnits', answer.ConsumedCapacity);
      return answer.Attributes as Item;
    }
    return undefined;
  }

  function inTransaction(write: Write): TransactItem {
    const [[kind, body] = ['Put', {}]] = Object.entries(write);
    return { [kind]: { ...body, ...refused } } as TransactItem;
  }

  /** One trip; more only when another transaction holds an item at this very moment. */
  async function write(writes: [Write, ...Write[]]): Promise<Item | undefined> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await send(writes);
      } catch (error) {
        if (meter) meter.trips += 1;
        const failure = conditionFailure(error);
        if (failure) throw failure;
        if (!isConflict(error)) throw error;
        if (attempt === CONFLICT_ATTEMPTS) throw new AppError('BUSY');
        await pause(attempt);
      }
    }
  }

  return {
    getMany,
    async query(query) {
      const consistent = query.IndexName ? {} : { ConsistentRead: true };
      const answer = await client.send(
        new QueryCommand({ TableName: name, ...consistent, ...metered, ...query }),
      );
      meter?.actions?.add('Query');
      count('readUnits', answer.ConsumedCapacity);
      const items = ((answer.Items ?? []) as Item[]).filter(alive);
      return { items, lastKey: answer.LastEvaluatedKey as Key | undefined };
    },
    async write(...writes) {
      await write(writes);
    },
    async update(update) {
      return (await write([{ Update: update }])) as Item;
    },
  };
}

const actions = {
  Put: 'PutItem',
  Update: 'UpdateItem',
  Delete: 'DeleteItem',
  ConditionCheck: 'ConditionCheckItem',
} as const;

type Capacity = { CapacityUnits?: number };
type Marshalled = Parameters<typeof unmarshall>[0];

/** What was met by the writes whose condition did not hold, or undefined when that was not the trouble. */
function conditionFailure(error: unknown): ConditionFailed | undefined {
  if (error instanceof ConditionalCheckFailedException)
    return new ConditionFailed([{ item: plain(error.Item) }]);
  if (!(error instanceof TransactionCanceledException)) return undefined;
  const reasons = error.CancellationReasons ?? [];
  if (!reasons.some(({ Code }) => Code === 'ConditionalCheckFailed')) return undefined;
  return new ConditionFailed(
    reasons.map(({ Code, Item }) => (Code === 'ConditionalCheckFailed' ? { item: plain(Item) } : undefined)),
  );
}

function isConflict(error: unknown): boolean {
  if (error instanceof TransactionConflictException || error instanceof TransactionInProgressException)
    return true;
  const reasons = error instanceof TransactionCanceledException ? (error.CancellationReasons ?? []) : [];
  return reasons.some(({ Code }) => Code === 'TransactionConflict');
}

/** The document client does not turn the items of a refusal into plain values. */
function plain(item: Marshalled | undefined): Item | undefined {
  return item && Object.keys(item).length > 0 ? (unmarshall(item) as Item) : undefined;
}

function address({ pk, sk }: Key): string {
  return `${pk}\n${sk}`;
}

/** Doubles with each attempt and differs between callers, so that the losers of one race do not race again in step. */
function pause(attempt: number): Promise<void> {
  const spread = Number(process.hrtime.bigint() % 1000n) / 1000;
  const longest = Math.min(MAX_PAUSE_MS, CONFLICT_PAUSE_MS * 2 ** attempt);
  return new Promise((resolve) => setTimeout(resolve, longest * (0.25 + 0.75 * spread)));
}
