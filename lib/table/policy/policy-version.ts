import * as z from 'zod/mini';
import type { KeyRing } from '../../crypto/key-ring';
import type { PolicySummary, PolicyVersion } from '../../policy/version';
import { bytes, plain, type ValueOf } from '../attribute';
import type { Table, Write } from '../client';
import { declareEntity } from '../entity';
import type { MadeItem } from '../item';
import { type Key, padded } from '../keys';
import { ofService } from '../place';
import { create } from '../replace';

/** The partition of the book and of every version. */
const POLICY = 'POLICY';

/**
 * The published versions of the policy, under one key of their own. Each carries the keyed checksum of itself and of the
 * one before, so none can be altered unseen (promises K4, S9); the book says which two matter now.
 */
export const policyVersion = declareEntity('policy-version', {
  place: ofService('accountability', (version) => ({ pk: POLICY, sk: `VERSION#${padded(Number(version))}` })),
  life: { rule: 'proof-three-years' },
  attributes: {
    version: plain('policy-version', z.int()),
    state: plain('policy-version', z.enum(['proposed', 'published', 'rejected'])),
    /** Everything of the version as JSON: text, registry, difference. */
    content: plain('policy-version', z.string()),
    textHash: plain('policy-version', z.string()),
    effectiveAt: plain('policy-version', z.string()),
    proposedBy: plain('policy-version', z.string()),
    proposedAt: plain('policy-version', z.string()),
    decidedBy: plain('policy-version', z.optional(z.string())),
    decidedAt: plain('policy-version', z.optional(z.string())),
    prev: plain('policy-version', z.optional(bytes)),
    hash: plain('policy-version', z.optional(bytes)),
  },
});
export type StoredVersion = ValueOf<typeof policyVersion>;

const summary = z.object({
  version: z.int(),
  effectiveAt: z.string(),
  textHash: z.string(),
  reachVersions: z.record(z.string(), z.int()),
});

/** The version in force and, when there is one, the next: all that an instance must reread to obey a change on time. */
export const policyBook = declareEntity('policy-book', {
  place: ofService('accountability', () => ({ pk: POLICY, sk: 'BOOK' })),
  life: { rule: 'proof-three-years' },
  attributes: {
    latest: plain('policy-version', z.int()),
    hash: plain('policy-version', bytes),
    versions: plain('policy-version', z.array(summary)),
  },
});
export type PolicyBookItem = ValueOf<typeof policyBook>;

const EMPTY = new Uint8Array(32);

export const bookKey: Key = policyBook.key(POLICY);
export const versionKey = (version: number): Key => policyVersion.key(String(version));

export async function readBook(table: Table): Promise<PolicyBookItem | undefined> {
  const [item] = await table.getMany([bookKey]);
  return policyBook.read(item);
}

export async function readVersion(table: Table, version: number): Promise<StoredVersion | undefined> {
  const [item] = await table.getMany([versionKey(version)]);
  return policyVersion.read(item);
}

export function parseVersion({ content }: StoredVersion): PolicyVersion {
  return JSON.parse(content) as PolicyVersion;
}

export function toSummary({ version, effectiveAt, textHash, reachVersions }: PolicyVersion): PolicySummary {
  return { version, effectiveAt, textHash, reachVersions };
}

/** What the gate needed of every published version, oldest first. */
export async function readSummaries(table: Table): Promise<PolicySummary[]> {
  const book = await readBook(table);
  const summaries: PolicySummary[] = [];
  for (let version = 1; version <= (book?.latest ?? 0); version += 1) {
    const stored = await readVersion(table, version);
    if (stored?.state === 'published') summaries.push(toSummary(parseVersion(stored)));
  }
  return summaries;
}

/** Puts a proposal in the place of an earlier one for the same number that was not published. */
export function putProposal(value: StoredVersion): Write {
  return {
    Put: {
      Item: versionItem(value),
      ConditionExpression: 'attribute_not_exists(pk) OR #state = :rejected',
      ExpressionAttributeNames: { '#state': 'state' },
      ExpressionAttributeValues: { ':rejected': 'rejected' },
    },
  };
}

/** Turns a proposal down, once. */
export function rejectProposal(value: StoredVersion): Write {
  return decide(value, 'rejected');
}

/**
 * Publishes a version: its state, its place in the chain, and the book. Refused unless the book still ends where it was
 * read and the proposal is still the one that was approved.
 */
export async function publishVersion(
  ring: KeyRing,
  value: StoredVersion,
  inForce: PolicySummary | undefined,
  book: PolicyBookItem | undefined,
): Promise<Write[]> {
  const prev = book?.hash ?? EMPTY;
  const hash = await checksum(ring, { ...value, state: 'published', prev });
  const versions = [...(inForce ? [inForce] : []), toSummary(parseVersion(value))];
  const next = policyBook.make(POLICY, undefined, { latest: value.version, hash, versions });
  const put: Write = book
    ? {
        Put: {
          Item: next,
          ConditionExpression: 'latest = :latest',
          ExpressionAttributeValues: { ':latest': book.latest },
        },
      }
    : create(next);
  return [decide({ ...value, prev, hash }, 'published'), put];
}

function versionItem(value: StoredVersion): MadeItem {
  return policyVersion.make(String(value.version), undefined, value);
}

function decide(value: StoredVersion, state: 'published' | 'rejected'): Write {
  // Only the first version is published without having been proposed.
  const stillProposed = 'attribute_not_exists(pk) OR (#state = :proposed AND textHash = :text)';
  return {
    Put: {
      Item: versionItem({ ...value, state }),
      ConditionExpression: stillProposed,
      ExpressionAttributeNames: { '#state': 'state' },
      ExpressionAttributeValues: { ':proposed': 'proposed', ':text': value.textHash },
    },
  };
}

/** Where the chain of versions breaks, or that it does not. */
export async function verifyVersions(
  ring: KeyRing,
  table: Table,
): Promise<{ intact: true; versions: number } | { intact: false; brokenAt: number }> {
  const book = await readBook(table);
  let prev: Uint8Array = EMPTY;
  for (let version = 1; version <= (book?.latest ?? 0); version += 1) {
    const stored = await readVersion(table, version);
    if (!stored?.hash || !(await isIntact(ring, stored, prev))) return { intact: false, brokenAt: version };
    prev = stored.hash;
  }
  const ends = !book || Buffer.from(prev).equals(book.hash);
  return ends ? { intact: true, versions: book?.latest ?? 0 } : { intact: false, brokenAt: book.latest };
}

async function isIntact(ring: KeyRing, stored: StoredVersion, prev: Uint8Array): Promise<boolean> {
  if (stored.state !== 'published' || !stored.prev || !stored.hash) return false;
  const hash = await checksum(ring, stored);
  return Buffer.from(stored.prev).equals(prev) && Buffer.from(stored.hash).equals(hash);
}

/** Keyed checksum of everything that was published, and by whom. */
function checksum(ring: KeyRing, value: StoredVersion): Promise<Buffer> {
  const { hash: _, prev, ...rest } = value;
  const parts = Object.entries(rest).sort(([a], [b]) => (a < b ? -1 : 1));
  return ring.mac(
    'ledger',
    `policy\n${Buffer.from(prev ?? EMPTY).toString('base64')}\n${JSON.stringify(parts)}`,
  );
}
