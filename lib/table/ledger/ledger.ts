import canonicalize from 'canonicalize';
import * as z from 'zod/mini';
import { toEpochSeconds } from '../../clock';
import type { KeyRing } from '../../crypto/key-ring';
import { bytes, type Encoded, otherPerson, plain, sealed, type ValueOf } from '../attribute';
import type { Item, Table, Write } from '../client';
import { declareEntity } from '../entity';
import { padded } from '../keys';
import { inPersonAt } from '../place';
import { create } from '../replace';
import type { Sealer } from '../sealer';

/**
 * A person's ledger (promise S9): append-only, each entry carrying its number and the checksum of the one before. It
 * holds ids, kinds and purposes, never values; evidence is sealed under the person's key, so the chain outlives an
 * erasure and still verifies. The checksums are keyed: who can write the table but does not hold the service secret
 * cannot make a chain that verifies. The person's item keeps the head, so a cut-off end is found as well.
 */
export const ledgerActs = [
  'account.opened',
  'account.joined',
  'account.left',
  'identity.linked',
  'identity.unlinked',
  'consent.granted',
  'consent.withdrawn',
  'consent.refused',
  'consent.corrected',
  'erasure.done',
  'phone.bound',
  'phone.unbound',
  'disclosure.made',
  'disclosure.answered',
  'staff.accessed',
  'review.asked',
  'review.decided',
  'guardian.asked',
  'guardian.consented',
  'guardian.refused',
  'guardian.withdrawn',
  'real-name.verified',
  'real-name.ended',
] as const;

export type LedgerAct = (typeof ledgerActs)[number];

/** What a late or corrected record of consent may say. */
export const decisions = ['granted', 'withdrawn', 'never-happened'] as const;
export type Decision = (typeof decisions)[number];

/** Proof of what was done and agreed to: kept for three years after its person has gone (PIPL art. 56). */
export const ledgerEntry = declareEntity('ledger-entry', {
  place: inPersonAt('accountability', (seq: number) => `LEDGER#${padded(seq)}`),
  life: { rule: 'proof-three-years' },
  outlives: 'proof-three-years',
  attributes: {
    seq: plain('ledger-entry', z.int().check(z.positive())),
    at: plain('ledger-entry', z.string()),
    /** Consent: when it was true, where `at` is when it was recorded. The same unless it was recorded late. */
    trueAt: plain('ledger-entry', z.optional(z.string())),
    act: plain('ledger-entry', z.enum(ledgerActs)),
    actor: plain('ledger-entry', z.enum(['self', 'service', 'staff', 'guardian'])),
    purpose: plain('ledger-entry', z.optional(z.string())),
    /** Internal number of the guardian who acted for the person (PIPL art. 31). */
    guardian: otherPerson('ledger-entry', 'ward', z.optional(z.string())),
    /** A correction: what is true by it, and the number of the paper that shows it. `cause` is the entry it corrects. */
    decision: plain('ledger-entry', z.optional(z.enum(decisions))),
    document: plain('ledger-entry', z.optional(z.string())),
    /** The policy version and text the act is bound to (PIPL art. 14). */
    policyVersion: plain('ledger-entry', z.optional(z.int())),
    textHash: plain('ledger-entry', z.optional(z.string())),
    language: plain('ledger-entry', z.optional(z.string())),
    /** Who received data, which kinds of it, and what they answered (promises D1, N5). */
    recipient: plain('ledger-entry', z.optional(z.string())),
    kinds: plain('ledger-entry', z.optional(z.array(z.string()))),
    result: plain('ledger-entry', z.optional(z.string())),
    /** Which way of verification, or which operation of the staff. */
    way: plain('ledger-entry', z.optional(z.string())),
    /** Staff: who, in which role, why and under which ticket (promise S6). */
    staff: plain('ledger-entry', z.optional(z.string())),
    role: plain('ledger-entry', z.optional(z.string())),
    reason: plain('ledger-entry', z.optional(z.string())),
    ticket: plain('ledger-entry', z.optional(z.string())),
    /** The other account of the same person, by its internal number. */
    other: otherPerson('ledger-entry', 'ledger-entry', z.optional(z.string())),
    /** How many records an erasure removed. */
    count: plain('ledger-entry', z.optional(z.int())),
    /** The entry that caused this one, such as the withdrawal behind an erasure. */
    cause: plain('ledger-entry', z.optional(z.int())),
    requestId: plain('ledger-entry', z.string()),
    evidence: sealed('consent-evidence', z.optional(z.record(z.string(), z.union([z.string(), z.number()])))),
    prev: plain('ledger-entry', bytes),
    hash: plain('ledger-entry', bytes),
  },
});

export type LedgerEntry = ValueOf<typeof ledgerEntry>;

/** What the caller of `nextEntry` decides; number, chain and checksum are added here. */
export type NewEntry = Omit<LedgerEntry, 'seq' | 'prev' | 'hash'>;

/** Where a chain stands. Entry 1 follows the head of an empty chain. */
export type LedgerHead = { seq: number; hash: Uint8Array };

export const emptyHead: LedgerHead = { seq: 0, hash: new Uint8Array(32) };

/**
 * The write that appends one entry, and the head afterwards. The caller stores the head in the same transaction,
 * under the condition that it was still `head`: of two appends at once, one loses and tries again.
 */
export async function nextEntry(
  ring: KeyRing,
  subjectId: string,
  head: LedgerHead,
  entry: NewEntry,
  sealer?: Sealer,
): Promise<{ write: Write; head: LedgerHead }> {
  const seq = head.seq + 1;
  const chained = { ...entry, seq, prev: head.hash };
  const made = ledgerEntry.make(subjectId, seq, { ...chained, hash: new Uint8Array() }, { sealer });
  const item = { ...made, createdAtSeconds: toEpochSeconds(Date.parse(entry.at)) };
  const hash = await checksum(ring, subjectId, item);
  return { write: create({ ...item, hash }), head: { seq, hash } };
}

/** Keyed checksum of everything in the entry but the checksum, in RFC 8785 form; ciphertext counts as it is. */
async function checksum(ring: KeyRing, subjectId: string, encoded: Encoded): Promise<Uint8Array> {
  const { hash: _, pk: _pk, sk: _sk, ...content } = encoded;
  const plain = Object.fromEntries(
    Object.entries(content)
      .filter(([, value]) => value !== undefined)
      .map(([name, value]) => [
        name,
        value instanceof Uint8Array ? Buffer.from(value).toString('base64') : value,
      ]),
  );
  return ring.mac('ledger', `${subjectId}\n${canonicalize(plain)}`);
}

/** An entry, with its evidence where there is a sealer. @throws Error for an item that is none; SealError; ZodError */
export function decodeEntry(item: Item, sealer?: Sealer): LedgerEntry {
  const value = ledgerEntry.read(item, { sealer });
  if (!value) throw new Error('not an entry of a ledger');
  return value;
}

/** One entry as stored. */
export async function readEntry(table: Table, subjectId: string, seq: number): Promise<Item | undefined> {
  const [item] = await table.getMany([ledgerEntry.key(subjectId, seq)]);
  return item;
}

/** Whether an entry is as it was written, whatever stands before and after it. */
export async function isUnaltered(ring: KeyRing, subjectId: string, item: Item): Promise<boolean> {
  return sameBytes(item.hash, await checksum(ring, subjectId, item));
}

/** One page of entries, oldest first, as stored. */
export async function readEntries(
  table: Table,
  subjectId: string,
  afterSeq: number,
  limit: number,
): Promise<{ items: Item[]; more: boolean }> {
  const { items, lastKey } = await table.query({
    KeyConditionExpression: 'pk = :pk AND sk BETWEEN :from AND :to',
    ExpressionAttributeValues: {
      ':pk': ledgerEntry.key(subjectId, 0).pk,
      ':from': ledgerEntry.key(subjectId, afterSeq + 1).sk,
      ':to': ledgerEntry.key(subjectId, 999_999_999_999).sk,
    },
    Limit: limit,
  });
  return { items, more: lastKey !== undefined };
}

/** Whether a chain is whole, or the number of the first entry that is missing, moved or altered. */
export type Verdict = { intact: true; entries: number } | { intact: false; brokenAt: number };

/**
 * Verifies a person's whole ledger against the head kept in the person's item (promise S9). Works on stored items and
 * needs no data key, so it works after an erasure too. Memory is one page.
 */
export async function verifyLedger(
  ring: KeyRing,
  table: Table,
  subjectId: string,
  head: LedgerHead,
): Promise<Verdict> {
  const pageSize = 100;
  let at = emptyHead;
  for (let more = true; more; ) {
    const page = await readEntries(table, subjectId, at.seq, pageSize);
    const step = await followChain(ring, subjectId, at, page.items);
    if ('brokenAt' in step) return { intact: false, brokenAt: step.brokenAt };
    at = step;
    more = page.more;
  }
  if (at.seq !== head.seq) return { intact: false, brokenAt: at.seq + 1 };
  if (!sameBytes(at.hash, head.hash)) return { intact: false, brokenAt: at.seq };
  return { intact: true, entries: at.seq };
}

/** Follows `items` from a head; answers the head reached, or where the chain breaks. */
export async function followChain(
  ring: KeyRing,
  subjectId: string,
  from: LedgerHead,
  items: Item[],
): Promise<LedgerHead | { brokenAt: number }> {
  let at = from;
  for (const item of items) {
    const seq = at.seq + 1;
    const hash = await checksum(ring, subjectId, item);
    if (item.seq !== seq || !sameBytes(item.prev, at.hash) || !sameBytes(item.hash, hash))
      return { brokenAt: seq };
    at = { seq, hash };
  }
  return at;
}

/** Stored bytes may have been altered into anything. */
function sameBytes(stored: unknown, expected: Uint8Array): boolean {
  return stored instanceof Uint8Array && Buffer.from(stored).equals(expected);
}
