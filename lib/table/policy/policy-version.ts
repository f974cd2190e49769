import * as z from 'zod/mini';
import type { KeyRing } from '../../crypto/key-ring';
import { SealError } from '../../crypto/suite';
import type { PolicySummary, PolicyVersion } from '../../policy/version';
import { bytes, plain, type ValueOf } from '../attribute';
import type { Table, Write } from '../client';
import { declareEntity } from '../entity';
import type { MadeItem } from '../item';
import { type Key, padded } from '../keys';
import { type ChainHead, chainOf, emptyHead, type Verdict } from '../ledger/chain';
import { ofService } from '../place';
import { create } from '../replace';

/** The partition of the book and of every version. */
const POLICY = 'POLICY';

/**
 * The published versions of the policy, under one key of their own. They are a chain, so none can be altered unseen (promises
 * K4, S9); the book keeps its head and says which two matter now. A proposal is not in the chain yet.
 */
export const policyVersion = declareEntity('policy-version', {
  place: ofService('accountability', (_policy, version: number) => ({
    pk: POLICY,
    sk: `VERSION#${padded(version)}`,
  })),
  life: { rule: 'service-life' },
  /** A proposal is in no chain yet, and is approved as it was made. */
  guarded: [
    'version',
    'state',
    'content',
    'textHash',
    'effectiveAt',
    'proposedBy',
    'proposedAt',
    'decidedBy',
    'decidedAt',
  ],
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

/** Every published version follows the one before. */
export const versionChain = chainOf(policyVersion, 'version');

const summary = z.object({
  version: z.int(),
  effectiveAt: z.string(),
  textHash: z.string(),
  reachVersions: z.record(z.string(), z.int()),
});

/** The version in force and, when there is one, the next: all that an instance must reread to obey a change on time. */
export const policyBook = declareEntity('policy-book', {
  place: ofService('accountability', () => ({ pk: POLICY, sk: 'BOOK' })),
  life: { rule: 'service-life' },
  guarded: ['latest', 'hash', 'versions'],
  attributes: {
    latest: plain('policy-version', z.int()),
    hash: plain('policy-version', bytes),
    versions: plain('policy-version', z.array(summary)),
  },
});
export type PolicyBookItem = ValueOf<typeof policyBook>;

export const bookKey: Key = policyBook.key(POLICY);
export const versionKey = (version: number): Key => policyVersion.key(POLICY, version);

export async function readBook(table: Table): Promise<PolicyBookItem | undefined> {
  const [item] = await table.getMany([bookKey]);
  return policyBook.read(item);
}

export async function readVersion(table: Table, version: number): Promise<StoredVersion | undefined> {
  const [item] = await table.getMany([versionKey(version)]);
  return policyVersion.read(item);
}

/** A version that was published, as its entry in the chain says. @throws SealError for an altered one */
export async function readPublished(
  { table, ring }: { table: Table; ring: KeyRing },
  version: number,
): Promise<PolicyVersion | undefined> {
  const [item] = await table.getMany([versionKey(version)]);
  const stored = policyVersion.read(item);
  if (!item || stored?.state !== 'published') return undefined;
  if (!(await versionChain.isUnaltered(ring, POLICY, item))) throw new SealError();
  return parseVersion(stored);
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
  return decide(versionItem({ ...value, state: 'rejected' }), value);
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
  const { item, head } = await versionChain.next(ring, POLICY, headOf(book), {
    ...value,
    state: 'published',
  });
  const versions = [...(inForce ? [inForce] : []), toSummary(parseVersion(value))];
  const next = policyBook.make(POLICY, undefined, { latest: head.seq, hash: head.hash, versions });
  const put: Write = book
    ? {
        Put: {
          Item: next,
          ConditionExpression: 'latest = :latest',
          ExpressionAttributeValues: { ':latest': book.latest },
        },
      }
    : create(next);
  return [decide(item, value), put];
}

function headOf(book: PolicyBookItem | undefined): ChainHead {
  return book ? { seq: book.latest, hash: book.hash } : emptyHead;
}

function versionItem(value: StoredVersion): MadeItem {
  return policyVersion.make(POLICY, value.version, value);
}

/** Puts what was decided in the place of the proposal that it was decided on. */
function decide(item: MadeItem, { textHash }: StoredVersion): Write {
  // Only the first version is published without having been proposed.
  const stillProposed = 'attribute_not_exists(pk) OR (#state = :proposed AND textHash = :text)';
  return {
    Put: {
      Item: item,
      ConditionExpression: stillProposed,
      ExpressionAttributeNames: { '#state': 'state' },
      ExpressionAttributeValues: { ':proposed': 'proposed', ':text': textHash },
    },
  };
}

/** Whether every published version is as it was published, against the head that the book keeps. */
export async function verifyVersions(ring: KeyRing, table: Table): Promise<Verdict> {
  return versionChain.verify(ring, table, POLICY, await versionsHead(table));
}

/** Where the chain of versions ends, as the book says. */
export async function versionsHead(table: Table): Promise<ChainHead> {
  return headOf(await readBook(table));
}
