import canonicalize from 'canonicalize';
import type { KeyRing } from '../../crypto/key-ring';
import type { Attributes, Encoded, Given } from '../attribute';
import type { Item, Table } from '../client';
import type { Entity } from '../entity';
import type { MadeItem } from '../item';
import type { Sealer } from '../sealer';

/** Where a chain stands. Entry 1 follows the head of an empty one. */
export type ChainHead = { seq: number; hash: Uint8Array };

export const emptyHead: ChainHead = { seq: 0, hash: new Uint8Array(32) };

/** The same as a short text, and back: a cursor holds it, sealed. */
export const textOfHead = ({ seq, hash }: ChainHead): string =>
  `${seq}:${Buffer.from(hash).toString('base64')}`;
export function headOfText(text: string): ChainHead {
  const [seq, hash = ''] = text.split(':');
  return { seq: Number(seq), hash: Buffer.from(hash, 'base64') };
}

/** Whether a chain is whole, or the number of the first entry that is missing, moved or altered. */
export type Verdict = { intact: true; entries: number } | { intact: false; brokenAt: number };

/** Entries that one trip of a verification reads: its memory, whatever the length. */
const PAGE_ENTRIES = 100;
const LAST_SEQ = 999_999_999_999;

/** How far a chain was read, and how many entries on the way were whole. `brokenAt`: the first that is missing, moved or altered. */
export type Reach = { at: ChainHead; whole: number; brokenAt?: number };

type Added = 'prev' | 'hash';

/**
 * An append-only chain of one entity's items, one for each owner (promise S9). Each entry carries its number, the checksum
 * of the one before and its own. The checksums are keyed and bound to entity and owner: who can write the table but does
 * not hold the service secret cannot make a chain that verifies, nor give anybody the entries of another. The owner keeps
 * the head elsewhere, so a cut-off end is found as well. Entries are checked as stored: sealed content counts as ciphertext,
 * and no data key is needed.
 */
export type Chain<A extends Attributes, N extends string> = {
  /** The stored attributes that a checksum covers. */
  covered: readonly string[];
  /**
   * The item of the entry that follows `head`, and the head afterwards. The caller stores the head in the same transaction,
   * under the condition that it was still `head`: of two appends at once, one loses and tries again.
   */
  next(
    ring: KeyRing,
    owner: string,
    head: ChainHead,
    value: Omit<Given<A>, Added | N>,
    sealer?: Sealer,
  ): Promise<{ item: MadeItem; head: ChainHead }>;
  /** Follows `items`, in the order of their numbers, from a head; answers the head reached, or where the chain breaks. */
  follow(
    ring: KeyRing,
    owner: string,
    from: ChainHead,
    items: readonly Item[],
  ): Promise<ChainHead | { brokenAt: number }>;
  /** Whether one entry is as it was written and where it was put, whatever stands before and after it. */
  isUnaltered(ring: KeyRing, owner: string, item: Item): Promise<boolean>;
  /** One page of entries as stored, oldest first, from behind `afterSeq`. */
  page(
    table: Table,
    owner: string,
    afterSeq: number,
    limit: number,
    lastSeq?: number,
  ): Promise<{ items: Item[]; more: boolean }>;
  /**
   * Reads on from a head towards the one that is kept, `limit` entries at most, and hands over every entry that is whole; what
   * stands behind a break may be anything. Memory is a page, whatever the length. What was appended since is not looked at.
   */
  read(
    parts: { ring: KeyRing; table: Table },
    owner: string,
    range: { from: ChainHead; until: ChainHead; limit?: number },
    seen: (entry: Item) => void,
  ): Promise<Reach>;
  /** Verifies every entry up to a head. What was appended after that head was read is not looked at. */
  verify(ring: KeyRing, table: Table, owner: string, head: ChainHead): Promise<Verdict>;
};

/**
 * The chain of an entity. What a checksum covers follows from its declaration: the form, and every attribute but the
 * checksum itself and those that are only keys of an index (`indexes`). What the table keeps beside them (times, shards) may
 * change.
 * @param numberedBy the attribute that holds an entry's number
 */
export function chainOf<const A extends Attributes, N extends Extract<keyof A, string>>(
  entity: Entity<A, number>,
  numberedBy: N,
): Chain<A, N> {
  const covered = coveredOf(entity);

  function checksum(ring: KeyRing, owner: string, item: Encoded): Promise<Buffer> {
    const there = covered.filter((name) => item[name] !== undefined);
    const content = Object.fromEntries(there.map((name) => [name, asJson(item[name])]));
    return ring.mac('ledger', `${entity.name}\n${owner}\n${canonicalize(content)}`);
  }

  async function isUnaltered(ring: KeyRing, owner: string, item: Item): Promise<boolean> {
    if (!entity.is(item)) return false;
    const { pk, sk } = entity.key(owner, Number(item[numberedBy]));
    const isInItsPlace = item.pk === pk && item.sk === sk;
    return isInItsPlace && sameBytes(item.hash, await checksum(ring, owner, item));
  }

  const chain: Chain<A, N> = {
    covered,
    isUnaltered,

    async next(ring, owner, head, value, sealer) {
      const seq = head.seq + 1;
      const chained = { ...value, [numberedBy]: seq, prev: head.hash, hash: emptyHead.hash };
      const item = entity.make(owner, seq, chained as never, { sealer });
      const hash = await checksum(ring, owner, item);
      return { item: { ...item, hash }, head: { seq, hash } };
    },

    async follow(ring, owner, from, items) {
      let at = from;
      for (const item of items) {
        const seq = at.seq + 1;
        const isNext = item[numberedBy] === seq && sameBytes(item.prev, at.hash);
        if (!isNext || !(await isUnaltered(ring, owner, item))) return { brokenAt: seq };
        at = { seq, hash: item.hash as Uint8Array };
      }
      return at;
    },

    async page(table, owner, afterSeq, limit, lastSeq = LAST_SEQ) {
      const first = entity.key(owner, afterSeq + 1);
      const { items, lastKey } = await table.query({
        KeyConditionExpression: 'pk = :pk AND sk BETWEEN :from AND :to',
        ExpressionAttributeValues: {
          ':pk': first.pk,
          ':from': first.sk,
          ':to': entity.key(owner, lastSeq).sk,
        },
        Limit: limit,
      });
      return { items, more: lastKey !== undefined };
    },

    async read({ ring, table }, owner, { from, until, limit = LAST_SEQ }, seen) {
      const last = Math.min(until.seq, from.seq + limit);
      const broken = (at: ChainHead, brokenAt: number) => ({ at, whole: brokenAt - 1 - from.seq, brokenAt });
      let at = from;
      while (at.seq < last) {
        const { items } = await chain.page(table, owner, at.seq, PAGE_ENTRIES, last);
        if (items.length === 0) return broken(at, at.seq + 1);
        const reached = await chain.follow(ring, owner, at, items);
        const isBroken = 'brokenAt' in reached;
        for (const item of isBroken ? items.slice(0, reached.brokenAt - at.seq - 1) : items) seen(item);
        if (isBroken) return broken(at, reached.brokenAt);
        at = reached;
      }
      const endsThere = at.seq < until.seq || sameBytes(until.hash, at.hash);
      return endsThere ? { at, whole: at.seq - from.seq } : broken(at, at.seq);
    },

    async verify(ring, table, owner, head) {
      const { whole, brokenAt } = await chain.read(
        { ring, table },
        owner,
        { from: emptyHead, until: head },
        () => {},
      );
      return brokenAt === undefined ? { intact: true, entries: whole } : { intact: false, brokenAt };
    },
  };
  return chain;
}

function coveredOf({ attributes, declaration }: Pick<Entity, 'attributes' | 'declaration'>): string[] {
  const beside: readonly string[] = ['hash', ...(declaration.indexes ?? [])];
  const stored = Object.entries(attributes).map(([name, { storage }]) =>
    storage === 'sealed' ? 'sealed' : name,
  );
  // In which form it was written is part of what it says: what is sealed opens in that form alone.
  return [...new Set([...stored, 'form'])].filter((name) => !beside.includes(name));
}

/** RFC 8785 knows no bytes; the mark keeps them apart from text that reads the same. */
function asJson(value: unknown): unknown {
  return value instanceof Uint8Array ? { bytes: Buffer.from(value).toString('base64') } : value;
}

/** Stored bytes may have been altered into anything. */
function sameBytes(stored: unknown, expected: Uint8Array): boolean {
  return stored instanceof Uint8Array && Buffer.from(stored).equals(expected);
}
