import { DescribeTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
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
import { awsWaits } from '../aws-client';
import { type Clock, secondOf, toEpochSeconds } from '../clock';
import { type Random, randomId, systemRandom } from '../crypto/random';
import { AppError } from '../errors';
import type { SensitiveKindId } from '../policy/sensitive';
import { slicesOf } from '../slices';
import { TimeoutError, timeLimits, within } from '../time-limits';
import { identityOf } from './identity';
import { type Item, isFrozen, type MadeItem } from './item';
import { type Key, type TableId, textOf } from './keys';
import type { Actor } from './ledger/touched-key';
import { conditionFailure, isRefusal, mayPass, PartThrottled } from './refusal';
import { twoTables } from './two-tables';

export type { Item, MadeItem } from './item';
export { ConditionFailed } from './refusal';

type TransactItem = NonNullable<TransactWriteCommandInput['TransactItems']>[number];
type WithoutTable<T> = T extends object
  ? Omit<T, 'TableName' | 'ReturnValuesOnConditionCheckFailure'>
  : never;

type Body<K extends keyof TransactItem> = WithoutTable<NonNullable<TransactItem[K]>>;

/** One write, in DynamoDB's own form without the table's name. Only what the maker made can be put (lib/table/entity.ts). */
export type Write = { [K in Exclude<keyof TransactItem, 'Put'>]?: Body<K> } & {
  Put?: Omit<Body<'Put'>, 'Item'> & { Item: MadeItem };
  /** The item that was seen where this writes, or as much of it as says what it holds. */
  seen?: Record<string, unknown> | undefined;
  /** The person in whose partition this writes, as last seen. What the write makes of their head-counts is noted there. */
  owner?: Record<string, unknown> | undefined;
  /** Of an update: what the item holds afterwards, where it changes that. */
  holds?: readonly (SensitiveKindId | 'persons')[];
  /** Of an update of somebody else's item that forgets a person: the attributes that go by it. */
  forgets?: readonly string[] | undefined;
  /** A hold writes this itself (lib/table/hold), or it leaves what is held as it was in substance: it may write what is held. */
  ofHold?: true;
};

/** Tries of one request before it is BUSY, and the pauses between them. How long they may take: lib/time-limits.ts. */
const ATTEMPTS = 9;
const PAUSE_MS = 20;
const MAX_PAUSE_MS = 400;

/** Takes the place of the SDK's own loop: two, one in the other, would multiply their tries and their pauses. */
const withoutRetries = {
  step: 'finalizeRequest',
  name: 'retryMiddleware',
  priority: 'high',
  override: true,
} as const;

/** The SDK's copy of every input and output, without what is sensitive, for a logger that nobody gives it. */
const UNREAD_LOG = 'loggerMiddleware';

/**
 * The table, and behind it the small one without backups: each item is looked for and put where its key says
 * (`tableOf`), also within one batch and one transaction, and nobody needs to know. Only a query says which table it is of.
 * Every read is strongly consistent unless it goes through an index; expired items are invisible (S2), and so is what a hold has
 * frozen (S3).
 * What passes by itself (throttling, conflicts, faults and silence of DynamoDB) is tried again, within the time limits.
 * Every write is safe to try again, even when nobody knows what became of the first try: several writes carry a token
 * by which DynamoDB knows them again (ClientRequestToken); one alone has none, so a count may count twice, and where
 * its condition then fails, perhaps at its own effect, the answer is BUSY and not a refusal that may be untrue.
 * @throws AppError BUSY from every call, when it could not be done in time; a write may then have happened or not
 */
export type Table = {
  /** Who works with it, as the entries of ledgers say: the calling session, or else the operation. Absent outside a call. */
  by?: Actor | undefined;
  /** Reads items, in the order asked: a trip for every hundred, all at once. */
  getMany(keys: Key[], which?: Visible): Promise<(Item | undefined)[]>;
  /** One page of a query of one table in one trip. @throws Error where it names what lies in the other: a programming error */
  query(
    query: Omit<QueryCommandInput, 'TableName'>,
    which?: Visible,
    from?: TableId,
  ): Promise<{ items: Item[]; lastKey: Key | undefined }>;
  /** Writes all or nothing in one trip. @throws ConditionFailed */
  write(...writes: [Write, ...Write[]]): Promise<void>;
  /** One update that answers with the item as it is afterwards. @throws ConditionFailed */
  update(update: NonNullable<Write['Update']>): Promise<Item>;
  /**
   * Tells this table from every other one, one of the same name and content included that was restored from its backup: by
   * its place and the moment when it was made. 22 characters.
   */
  identity(): Promise<string>;
};

/** `ended-too`: also what is past its end and not swept yet, and what is frozen, for those who erase, sweep and hold. */
export type Visible = 'alive' | 'ended-too';

export type TableParts = {
  name: string;
  /** Of the table without backups. Absent or empty for who has nothing to do with places. */
  placesName?: string;
  region: string;
  /** Empty in the cloud. */
  endpoint: string;
  clock: Clock;
  random?: Random;
  limits?: Pick<typeof timeLimits, 'connectMs' | 'table'>;
  /** Given the client before it is used: tests hang their meter of capacity on it. */
  observe?: ((client: DynamoDBClient) => void) | undefined;
};

/** Keys that DynamoDB takes in one batch. */
const BATCH_KEYS = 100;

/** Opens the table. Opening costs nothing; the first call connects. */
export function createTable(parts: TableParts): Table {
  const { name, region, endpoint, clock, random = systemRandom, limits = timeLimits, observe } = parts;
  const raw = new DynamoDBClient({
    region,
    requestHandler: awsWaits(limits.table, limits.connectMs),
    ...(endpoint && { endpoint }),
  });
  raw.middlewareStack.add((next) => next, withoutRetries);
  raw.middlewareStack.remove(UNREAD_LOG);
  observe?.(raw);
  const client = DynamoDBDocumentClient.from(raw, { marshallOptions: { removeUndefinedValues: true } });
  const { commonOf, byTable, nameFor } = twoTables(name, parts.placesName);

  const alive = (item: Item | undefined): item is Item =>
    item !== undefined && !isFrozen(item) && !(Number(item.expiresAtSeconds) <= toEpochSeconds(clock.now()));

  /** The one loop around every request. */
  async function ask<T>(
    once: (options: { abortSignal: AbortSignal }) => Promise<T>,
    hasToken = false,
  ): Promise<T> {
    let mayHaveHappened = false;
    const tries = async (signal: AbortSignal) => {
      for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
        if (attempt > 1) await pause(attempt);
        try {
          return await within(limits.table.attemptMs, (abortSignal) => once({ abortSignal }), signal);
        } catch (error) {
          const failure = conditionFailure(error);
          if (failure && !mayHaveHappened) throw failure;
          if (failure || !mayPass(error)) throw failure ? new AppError('BUSY') : error;
          mayHaveHappened ||= !hasToken && !isRefusal(error);
        }
      }
      throw new AppError('BUSY');
    };
    return within(limits.table.totalMs, tries).catch((error) => {
      throw error instanceof TimeoutError ? new AppError('BUSY') : error;
    });
  }

  async function getMany(keys: Key[], which: Visible = 'alive'): Promise<(Item | undefined)[]> {
    const found = new Map<string, Item>();
    // DynamoDB refuses a batch that names an item twice.
    const distinct = [...new Map(keys.map(({ pk, sk }) => [textOf({ pk, sk }), { pk, sk }])).values()];
    const readBatch = (batch: Key[]) => {
      let wanted = batch;
      return ask(async (options) => {
        const answer = await client.send(new BatchGetCommand({ RequestItems: byTable(wanted) }), options);
        for (const item of Object.values(answer.Responses ?? {}).flat() as Item[])
          found.set(textOf(item), item);
        wanted = Object.values(answer.UnprocessedKeys ?? {}).flatMap(({ Keys }) => (Keys ?? []) as Key[]);
        if (wanted.length > 0) throw new PartThrottled();
      });
    };
    await Promise.all(slicesOf(distinct, BATCH_KEYS).map(readBatch));
    const read = keys.map((key) => found.get(textOf(key)));
    return which === 'ended-too' ? read : read.map((item) => (alive(item) ? item : undefined));
  }

  async function write(asked: [Write, ...Write[]]): Promise<Item | undefined> {
    const writes = asked.map(stamped) as [Write, ...Write[]];
    const [{ Put, Delete, Update, ConditionCheck }, ...others] = writes;
    if (others.length > 0 || ConditionCheck) {
      // The same for every try: DynamoDB does it once and tells each of them that it is done.
      const request = { TransactItems: writes.map(inTransaction), ClientRequestToken: randomId(random) };
      await ask((options) => client.send(new TransactWriteCommand(request), options), true);
    } else if (Put) {
      await ask((options) => client.send(new PutCommand({ ...Put, ...commonOf(Put.Item) }), options));
    } else if (Delete) {
      await ask((options) => client.send(new DeleteCommand({ ...Delete, ...commonOf(Delete.Key) }), options));
    } else if (Update) {
      const request = { ...Update, ...commonOf(Update.Key), ReturnValues: 'ALL_NEW' as const };
      return (await ask((options) => client.send(new UpdateCommand(request), options))).Attributes as Item;
    }
    return undefined;
  }

  /** Notes since when an item has been there, unless it takes the place of one that says so already. */
  function stamped(write: Write): Write {
    const { Put } = write;
    if (!Put || Put.Item?.createdAtSeconds !== undefined) return write;
    return {
      ...write,
      Put: { ...Put, Item: { ...Put.Item, createdAtSeconds: secondOf(clock.now()) } },
    };
  }

  function inTransaction(write: Write): TransactItem {
    const { seen: _seen, owner: _owner, holds: _holds, forgets: _forgets, ofHold: _ofHold, ...verb } = write;
    const { Put, Update, Delete, ConditionCheck } = verb;
    const common = commonOf(Put?.Item ?? (Update ?? Delete ?? ConditionCheck)?.Key);
    const [[kind, body] = ['Put', {}]] = Object.entries(verb);
    return { [kind]: { ...body, ...common } } as TransactItem;
  }

  return {
    getMany,
    async query(query, which = 'alive', from = 'main') {
      const consistent = query.IndexName ? {} : { ConsistentRead: true };
      const request = { TableName: nameFor(query, from), ...consistent, ...query };
      const answer = await ask((options) => client.send(new QueryCommand(request), options));
      const read = (answer.Items ?? []) as Item[];
      const items = which === 'ended-too' ? read : read.filter(alive);
      return { items, lastKey: answer.LastEvaluatedKey as Key | undefined };
    },
    async write(...writes) {
      await write(writes);
    },
    async update(update) {
      return (await write([{ Update: update }])) as Item;
    },
    async identity() {
      const answer = await ask((options) => raw.send(new DescribeTableCommand({ TableName: name }), options));
      return identityOf(answer.Table);
    },
  };
}

/** Doubles with each attempt and differs between callers, so that the losers of one race do not race again in step. */
function pause(attempt: number): Promise<void> {
  const spread = Number(process.hrtime.bigint() % 1000n) / 1000;
  const longest = Math.min(MAX_PAUSE_MS, PAUSE_MS * 2 ** (attempt - 1));
  return new Promise((resolve) => setTimeout(resolve, longest * (0.25 + 0.75 * spread)));
}
