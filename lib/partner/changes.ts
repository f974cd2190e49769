import type { Clock } from '../clock';
import { AppError } from '../errors';
import type { Log } from '../log';
import type { Item } from '../table/item';
import { type TimeLimit, timeLimits, within } from '../time-limits';
import { requestTo, signerOf } from './aws-request';
import { inTime } from './in-time';

/** A change of an item, whoever has made it: what lay there, and what lies there now. `atMs` is true to the minute. */
export type Change = { atMs: number; before: Item | undefined; after: Item | undefined };

/**
 * A page of a part: `last` is where to go on, absent where nothing came. `lost`: nobody has looked for longer than a day, and what
 * came before this page is not kept any more.
 */
type ChangesPage = { changes: Change[]; last?: string; lost?: true };

/**
 * What has been changed in the table within the last day, by anybody: DynamoDB writes it down itself, also what was written around
 * the service. The changes of one item come in their order, and each once.
 */
export type Changes = {
  /** The parts in which they lie, of the last day. @throws Error where the table writes nothing down; AppError BUSY */
  parts(): Promise<string[]>;
  /**
   * The changes of a part behind `after`, or from the first that is kept; none of a part that is no more.
   * @throws AppError BUSY
   */
  page(part: string, after?: string): Promise<ChangesPage>;
};

/** Changes of a page: what is noted of them fits into one object of the locked bucket. */
const PAGE_CHANGES = 500;
/** DynamoDB may answer with nothing on the way to what there is. */
const EMPTY_PAGES = 5;

type Described = { Table?: { LatestStreamArn?: string } };
type Stream = { StreamDescription?: { Shards: { ShardId: string }[]; LastEvaluatedShardId?: string } };
type Begun = { ShardIterator?: string };
/** An item in DynamoDB's own JSON, in which bytes are Base64. */
export type Image = Record<string, Record<string, unknown>>;
type Written = {
  dynamodb: {
    ApproximateCreationDateTime: number;
    SequenceNumber: string;
    OldImage?: Image;
    NewImage?: Image;
  };
};
type Records = { Records?: Written[]; NextShardIterator?: string };

/** DynamoDB does not keep so old a place any more. */
class Trimmed extends Error {
  override name = 'Trimmed';
}

export type ChangesParts = {
  /** Of the table. */
  name: string;
  region: string;
  /** Empty in the cloud. */
  endpoint: string;
  clock: Clock;
  log: Log;
  limit?: TimeLimit;
  /** Makes an item of what DynamoDB says (lib/table/changes/image.ts). */
  itemOf(image: Image): Item;
};

/**
 * Speaks with DynamoDB Streams by requests signed here: three of them, for which the SDK's client would be one more in every bundle.
 * The host is made of the region that the residency check has passed (promise S1).
 */
export function createChanges(parts: ChangesParts): Changes {
  const { name, region, endpoint, clock, log, limit = timeLimits.partner, itemOf } = parts;
  const signer = signerOf('dynamodb', region);

  async function ask<T>(api: 'DynamoDB' | 'DynamoDBStreams', operation: string, asked: object): Promise<T> {
    const host = `${api === 'DynamoDB' ? '' : 'streams.'}dynamodb.${region}.amazonaws.com.cn`;
    const url = new URL(endpoint || `https://${host}`);
    const body = JSON.stringify(asked);
    const headers = {
      'content-type': 'application/x-amz-json-1.0',
      'x-amz-target': `${api}_20120810.${operation}`,
    };
    const request = requestTo(url, { method: 'POST', path: '/', headers, body });
    const startedAt = clock.now();
    const answer = await inTime(limit, (whole) =>
      within(
        limit.attemptMs,
        async (signal) => {
          const signed = await signer.sign(request, { signingDate: new Date(clock.now()) });
          const response = await fetch(url, {
            method: 'POST',
            headers: signed.headers,
            body,
            redirect: 'error',
            signal,
          });
          return { ok: response.ok, said: (await response.json()) as { __type?: string } };
        },
        whole,
      ),
    ).catch(() => {
      log({ event: 'partner-call', partner: 'changes', partnerCode: 'unreachable' });
      throw new AppError('BUSY');
    });
    if (answer.ok) return answer.said as T;
    if (answer.said.__type?.endsWith('#ResourceNotFoundException')) return {} as T;
    const partnerCode = answer.said.__type?.replace(/^.*#/, '') ?? 'unknown';
    log({ event: 'partner-call', partner: 'changes', partnerCode, milliseconds: clock.now() - startedAt });
    if (partnerCode === 'TrimmedDataAccessException') throw new Trimmed();
    throw new AppError('BUSY');
  }

  async function stream(): Promise<string> {
    const { Table } = await ask<Described>('DynamoDB', 'DescribeTable', { TableName: name });
    if (!Table?.LatestStreamArn)
      throw new Error('the table does not write its changes down (StreamSpecification)');
    return Table.LatestStreamArn;
  }

  function changeIn({ dynamodb }: Written): Change {
    const { ApproximateCreationDateTime, OldImage, NewImage } = dynamodb;
    const [before, after] = [OldImage && itemOf(OldImage), NewImage && itemOf(NewImage)];
    return { atMs: ApproximateCreationDateTime * 1000, before, after };
  }

  async function pageFrom(asked: object): Promise<ChangesPage> {
    const { ShardIterator } = await ask<Begun>('DynamoDBStreams', 'GetShardIterator', asked);
    let at = ShardIterator;
    for (let empty = 0; at !== undefined && empty < EMPTY_PAGES; empty += 1) {
      const wanted = { ShardIterator: at, Limit: PAGE_CHANGES };
      const page = await ask<Records>('DynamoDBStreams', 'GetRecords', wanted);
      const { Records = [], NextShardIterator } = page;
      const last = Records.at(-1)?.dynamodb.SequenceNumber;
      if (last !== undefined) return { changes: Records.map(changeIn), last };
      at = NextShardIterator ?? undefined;
    }
    return { changes: [] };
  }

  return {
    async parts() {
      const StreamArn = await stream();
      const found: string[] = [];
      let after: string | undefined;
      do {
        const asked = { StreamArn, ...(after !== undefined && { ExclusiveStartShardId: after }) };
        const { StreamDescription: page } = await ask<Stream>('DynamoDBStreams', 'DescribeStream', asked);
        found.push(...(page?.Shards ?? []).map(({ ShardId }) => ShardId));
        after = page?.LastEvaluatedShardId;
      } while (after !== undefined);
      return found;
    },

    async page(ShardId, after) {
      const StreamArn = await stream();
      const asked = { StreamArn, ShardId, ShardIteratorType: 'TRIM_HORIZON' };
      if (after === undefined) return pageFrom(asked);
      const behind = { ShardIteratorType: 'AFTER_SEQUENCE_NUMBER', SequenceNumber: after };
      try {
        return await pageFrom({ ...asked, ...behind });
      } catch (error) {
        if (!(error instanceof Trimmed)) throw error;
        return { ...(await pageFrom(asked)), lost: true };
      }
    },
  };
}
