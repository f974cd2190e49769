import canonicalize from 'canonicalize';
import { toInstant } from '../../clock';
import type { KeyRing } from '../../crypto/key-ring';
import { isPersonNumber } from '../../crypto/pseudonym';
import { SealError } from '../../crypto/suite';
import { beijingDay } from '../../policy/working-days';
import type { Item, Table } from '../client';
import { incidentKey } from '../incident/incident';
import { incidentEntry } from '../incident/incident-entry';
import { type Key, keys, subjectOf, textOf } from '../keys';
import { ledgerEntry } from '../ledger/ledger';
import { bookKey, versionKey } from '../policy/policy-version';
import { retentionEntry, retentionHead } from '../retention/retention-entry';

/** Of our own names of chains, and of the checksum of an entry: what is longer nobody of ours has written. */
const OWNER_CHARACTERS = 64;
const HASH_BYTES = 32;

/** Every note of heads in the locked bucket lies below it. */
export const HEADS = 'heads/';

/** Where a chain stands, as it is noted: which chain, whose, its number, and the checksum of its last entry in Base64. */
export type Head = { chain: ChainName; owner: string; seq: number; hash: string };

type Kept = {
  /** The attributes of the item that keeps the head. */
  seq: string;
  hash: string;
  ownerOf(key: Key): string;
  headKey(owner: string): Key;
  entryKey(owner: string, seq: number): Key;
};

/** The chains whose heads are noted, by the entity that keeps the head. */
const chains = {
  person: {
    ...{ seq: 'ledgerSeq', hash: 'ledgerHash' },
    ownerOf: (key) => subjectOf(key) ?? '',
    headKey: keys.person,
    entryKey: ledgerEntry.key,
  },
  'retention-head': {
    ...{ seq: 'seq', hash: 'hash' },
    ownerOf: afterMark,
    headKey: (owner) => retentionHead.key(owner),
    entryKey: retentionEntry.key,
  },
  incident: {
    ...{ seq: 'seq', hash: 'hash' },
    ownerOf: afterMark,
    headKey: incidentKey,
    entryKey: incidentEntry.key,
  },
  'policy-book': {
    ...{ seq: 'latest', hash: 'hash' },
    ownerOf: ({ pk }) => pk,
    headKey: () => bookKey,
    entryKey: (_, version) => versionKey(version),
  },
} as const satisfies Record<string, Kept>;
type ChainName = keyof typeof chains;

function afterMark({ pk }: Key): string {
  return pk.slice(pk.indexOf('#') + 1);
}

/** The number by which an item says where its chain stands; undefined of what keeps no head. */
export const numberOfChain = (entity: unknown): string | undefined =>
  isChain(entity) ? chains[entity].seq : undefined;

const isChain = (entity: unknown): entity is ChainName => Object.hasOwn(chains, String(entity));

/** The heads that have moved by changes, the furthest of each: nothing is read for it, and what is no head of ours is left out. */
export function movedBy(changes: readonly { before: Item | undefined; after: Item | undefined }[]): Head[] {
  const moved = new Map<string, Head>();
  for (const { before, after } of changes) {
    const head = headIn(after);
    if (!after || !head || head.seq <= (headIn(before)?.seq ?? 0)) continue;
    const at = textOf(after);
    if (head.seq > (moved.get(at)?.seq ?? 0)) moved.set(at, head);
  }
  return [...moved.values()];
}

function headIn(item: Item | undefined): Head | undefined {
  if (!item || !isChain(item.entity)) return undefined;
  const { seq, hash, ownerOf } = chains[item.entity];
  const [number, owner] = [Number(item[seq]), ownerOf(item)];
  const isOne = item.entity === 'person' ? isPersonNumber(owner) : owner.length <= OWNER_CHARACTERS;
  if (!isOne || !Number.isSafeInteger(number) || !isHash(item[hash])) return undefined;
  return { chain: item.entity, owner, seq: number, hash: base64(item[hash]) };
}

const isHash = (value: unknown): value is Uint8Array =>
  value instanceof Uint8Array && value.length === HASH_BYTES;

const base64 = (bytes: unknown): string => Buffer.from(bytes as Uint8Array).toString('base64');

/** Heads of one page, with the day whose pseudonyms name the people (lib/crypto/pseudonym.ts). */
type Note = { at: string; day: string; heads: Head[] };

/**
 * Heads as the locked bucket has them: people by their pseudonym of the day, and all of it under a checksum, so that nobody without a
 * key adds any that were not.
 * @throws Error where the keys of the day are not there
 */
export async function noteOf(ring: KeyRing, heads: readonly Head[], nowMs: number): Promise<Buffer> {
  const day = beijingDay(nowMs);
  const cipher = await ring.dayCipher(day);
  if (!cipher) throw new Error('there are no pseudonyms of today');
  const named = heads.map((head) =>
    head.chain === 'person' ? { ...head, owner: cipher.of(head.owner) } : head,
  );
  const note: Note = { at: toInstant(nowMs), day, heads: named };
  return Buffer.from(JSON.stringify({ note, mac: await checksumOf(ring, note) }));
}

/** @throws SealError for a note that the service has not made; undefined where its day's pseudonyms lead back to nobody any more */
export async function readNote(ring: KeyRing, content: Buffer): Promise<Note | undefined> {
  const { note, mac } = JSON.parse(content.toString()) as { note: Note; mac: string };
  if (mac !== (await checksumOf(ring, note))) throw new SealError();
  const cipher = await ring.dayCipher(note.day);
  if (!cipher) return undefined;
  const heads = note.heads.map((head) =>
    head.chain === 'person' ? { ...head, owner: cipher.back(head.owner) } : head,
  );
  return { ...note, heads };
}

const checksumOf = async (ring: KeyRing, note: Note): Promise<string> =>
  base64(await ring.mac('heads', `${canonicalize(note)}`));

/**
 * The items that keep heads of which the table says less than was noted: it stands at an earlier number, or the entry of that number is
 * another one or gone. What is not there at all has ended. Two units for each.
 */
export async function rolledBack(table: Table, heads: readonly Head[]): Promise<Item[]> {
  const asked = heads.flatMap(({ chain, owner, seq }) => [
    chains[chain].headKey(owner),
    chains[chain].entryKey(owner, seq),
  ]);
  const found = await table.getMany(asked, 'ended-too');
  return heads.flatMap((head, index) => {
    const [item, entry] = found.slice(index * 2);
    const now = headIn(item);
    if (!item || !now) return [];
    const isSame = isHash(entry?.hash) && base64(entry.hash) === head.hash;
    return now.seq < head.seq || !isSame ? [item] : [];
  });
}
