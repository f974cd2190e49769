import { type Clock, toInstant } from '../../clock';
import type { KeyRing } from '../../crypto/key-ring';
import type { RetentionId } from '../../policy/retention';
import { ConditionFailed, type Item, type Table, type Write } from '../client';
import { DUE_SHARDS, type Key, textOf } from '../keys';
import { type ChainHead, emptyHead, type Verdict } from '../ledger/chain';
import { untilWon } from '../races';
import { create } from '../replace';
import type { RetentionAct } from './retention-acts';
import { type RetentionEntry, retentionChain, retentionEntry, retentionHead } from './retention-entry';

type Parts = { table: Table; ring: KeyRing; clock: Clock };

/**
 * There is one chain for each part of the index `due` that is swept, so that no two sweepers wait for each other, one of what was
 * put back into the table around the service, and one for everything else.
 */
export const retentionChains = [
  'service',
  'put-back',
  ...Array.from({ length: DUE_SHARDS }, (_, shard) => `sweep-${shard}` as const),
] as const;
export type RetentionChain = (typeof retentionChains)[number];

/** What is said in the chain. `at` is now where it is left out. Ids of ours, names and numbers; nothing of a person. */
export type NewRetentionEntry = {
  act: RetentionAct;
  at?: string;
  rule?: RetentionId;
  /** The name of the entity. */
  kind?: string;
  count?: number;
  digest?: Uint8Array;
  details?: Record<string, string | number | boolean>;
};

/**
 * Appends one entry to a chain in one transaction with `writes`: what is done is told, and what is told was done. Two trips;
 * where somebody else was quicker it goes on from the head that was met. Answers the number of the entry.
 * @throws ConditionFailed where one of `writes` is refused; `found` counts from the first of them
 * @throws AppError BUSY after too many races
 */
export function appendRetention(
  parts: Parts,
  entry: NewRetentionEntry,
  writes: Write[] = [],
  chain: RetentionChain = 'service',
): Promise<number> {
  return appendRetentionEntries(parts, [entry], writes, chain);
}

/** The head of a chain as one who appends again and again knows it: it saves them the trip that looks for it. */
export type KnownHead = { item?: Item | undefined };

/** The same with several entries, each of which takes one write more. Answers the number of the last. */
export async function appendRetentionEntries(
  parts: Parts,
  entries: readonly NewRetentionEntry[],
  writes: Write[],
  chain: RetentionChain,
  known: KnownHead = {},
): Promise<number> {
  let met = known.item ?? (await parts.table.getMany([headKey(chain)]))[0];
  return untilWon(async () => {
    const next = await nextEntries(parts, chain, met, entries);
    try {
      await parts.table.write(...next.writes, ...writes);
      known.item = next.head;
      return next.seq;
    } catch (error) {
      if (!(error instanceof ConditionFailed)) throw error;
      const refused = error.found.slice(next.writes.length);
      if (refused.some(Boolean)) throw new ConditionFailed(refused);
      met = error.found[0]?.item;
      known.item = met;
      return undefined;
    }
  });
}

async function nextEntries(
  { ring, clock }: Parts,
  chain: RetentionChain,
  met: Item | undefined,
  entries: readonly NewRetentionEntry[],
): Promise<{ seq: number; head: Item; writes: [Write, ...Write[]] }> {
  const before = headOf(met);
  let head = before;
  const added: Write[] = [];
  for (const entry of entries) {
    const next = await retentionChain.next(ring, chain, head, { at: toInstant(clock.now()), ...entry });
    head = next.head;
    added.push(create(next.item));
  }
  const made = retentionHead.make(chain, undefined, head);
  const seen = { ConditionExpression: 'seq = :seen', ExpressionAttributeValues: { ':seen': before.seq } };
  const put: Write = before.seq === 0 ? create(made) : { Put: { Item: made, ...seen } };
  return { seq: head.seq, head: made, writes: [put, ...added] };
}

const headKey = (chain: RetentionChain): Key => retentionHead.key(chain);

function headOf(item: Item | undefined): ChainHead {
  const { seq, hash } = retentionHead.read(item) ?? emptyHead;
  return { seq, hash };
}

/** One page of a chain, oldest first, from behind `afterSeq`. */
export async function readRetention(
  table: Table,
  chain: RetentionChain,
  afterSeq: number,
  limit: number,
): Promise<{ entries: RetentionEntry[]; more: boolean }> {
  const { items, more } = await retentionChain.page(table, chain, afterSeq, limit);
  return { entries: items.flatMap((item) => retentionEntry.read(item) ?? []), more };
}

/** Whether every entry of a chain is as it was written, against the head that is kept. */
export async function verifyRetention(
  { ring, table }: Pick<Parts, 'ring' | 'table'>,
  chain: RetentionChain,
): Promise<Verdict> {
  return retentionChain.verify(ring, table, chain, await retentionHeadOf(table, chain));
}

/** Where a chain ends, as is kept beside it. */
export async function retentionHeadOf(table: Table, chain: RetentionChain): Promise<ChainHead> {
  const [head] = await table.getMany([headKey(chain)]);
  return headOf(head);
}

/**
 * The digest that stands for a set of items: keyed, and the same in whatever order they come. Who has an item's key and the
 * service's secret can show that it was among them; nobody learns from it which they were.
 */
export function digestOf(ring: KeyRing, keys: readonly Key[]): Promise<Buffer> {
  const places = keys.map(textOf).sort();
  return ring.mac('retention', places.join('\n\n'));
}
