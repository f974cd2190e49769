import * as z from 'zod/mini';
import type { KeyRing } from '../../crypto/key-ring';
import { bytes, otherPerson, plain, sealed, type ValueOf } from '../attribute';
import type { Item, Table, Write } from '../client';
import { declareEntity } from '../entity';
import { padded } from '../keys';
import { inPersonAt } from '../place';
import { create } from '../replace';
import type { Sealer } from '../sealer';
import { type ActAboutData, type EntryKind, type LedgerAct, ledgerActs } from './acts';
import { type ChainHead, chainOf } from './chain';
import { type Actor, actorOf, touchedKey } from './touched-key';

/**
 * A person's ledger (promise S9): what was done, by whom and for which purpose, in a chain (chain.ts). It holds ids, kinds
 * and purposes, never values; evidence is sealed under the person's key, so the chain outlives an erasure and still
 * verifies. The person's item keeps the head.
 */

/** What a late or corrected record of consent may say. */
export const decisions = ['granted', 'withdrawn', 'never-happened'] as const;
export type Decision = (typeof decisions)[number];

/** Proof of what was done and agreed to: kept for three years after its person has gone (PIPL art. 56). */
export const ledgerEntry = declareEntity('ledger-entry', {
  place: inPersonAt('accountability', (seq: number) => `LEDGER#${padded(seq)}`),
  life: { rule: 'proof-three-years' },
  outlives: 'proof-three-years',
  indexes: ['touchedBy'],
  unguarded: 'the chain of the ledger covers it',
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
    /** Which kinds of data the act is about (acts.ts). */
    kinds: plain('ledger-entry', z.optional(z.array(z.string()))),
    /** The session that called, or the operation where nobody's did (`Actor`). It may be another person's session. */
    by: otherPerson('ledger-entry', null, z.optional(z.string())),
    /** By which the index `touched` finds what an actor did, at `at`. */
    touchedBy: otherPerson('ledger-entry', null, z.optional(z.string())),
    /** Who received data, and what they answered (promises D1, N5). */
    recipient: plain('ledger-entry', z.optional(z.string())),
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

/** Every person's ledger is a chain of these. */
export const ledger = chainOf(ledgerEntry, 'seq');

type Said = Omit<LedgerEntry, 'seq' | 'prev' | 'hash' | 'touchedBy' | 'act' | 'kinds' | 'by'> & {
  /** Where it is not told by the table (`Table.by`). */
  by?: Actor | undefined;
};

/** What the caller of `nextEntry` decides; number, chain and index are added here. Who writes about data says which kinds. */
export type NewEntry = Said &
  (
    | { act: ActAboutData; kinds: readonly EntryKind[] }
    | { act: Exclude<LedgerAct, ActAboutData>; kinds?: undefined }
  );

/** An entry without some of what it says, for who adds that later: still one of both forms. */
export type EntryWithout<K extends keyof Said> = NewEntry extends infer E
  ? E extends NewEntry
    ? Omit<E, K>
    : never
  : never;

/**
 * The write that appends one entry, the entry, and the head afterwards. The caller stores the head in the same transaction,
 * under the condition that it was still `head`.
 * @throws Error for an entry about data that nobody can be asked for: a programming error
 */
export async function nextEntry(
  ring: KeyRing,
  subjectId: string,
  head: ChainHead,
  { kinds, ...said }: NewEntry,
  sealer?: Sealer,
): Promise<{ write: Write; head: ChainHead; entry: LedgerEntry }> {
  const actor = actorOf(said);
  if (kinds && !actor) throw new Error(`${said.act} is about data, and nobody has done it`);
  const value = {
    ...said,
    ...(kinds && { kinds: [...new Set(kinds)] }),
    // What is about no data at all was touched by nobody.
    ...(kinds?.length && actor && { touchedBy: touchedKey(actor, subjectId) }),
  };
  const { item, head: after } = await ledger.next(ring, subjectId, head, value, sealer);
  const entry = { ...value, seq: after.seq, prev: head.hash, hash: after.hash };
  return { write: create(item), head: after, entry };
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
