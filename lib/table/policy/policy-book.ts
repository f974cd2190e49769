import { isDeepStrictEqual } from 'node:util';
import { type Clock, MINUTE_MS } from '../../clock';
import type { KeyRing } from '../../crypto/key-ring';
import { SealError } from '../../crypto/suite';
import { AppError } from '../../errors';
import { buildRegistry, type Registry } from '../../policy/registry';
import {
  firstVersion,
  type PolicySummary,
  type PolicyVersion,
  purposesExceeding,
} from '../../policy/version';
import { ConditionFailed, type Table } from '../client';
import { containmentKey, readStops, type Stops } from '../incident/containment';
import {
  type Announced,
  type Announcements,
  announcementsKey,
  currentOf,
  readAnnouncements,
} from '../notice/announcement';
import { openedTableKey, readOpened } from '../service/opened-table';
import {
  bookKey,
  policyBook,
  publishVersion,
  readBook,
  readPublished,
  type StoredVersion,
  toSummary,
} from './policy-version';

/** The policy as an instance obeys it. */
export type PolicyBook = {
  /**
   * Rereads the book when it is older than `refreshMs`: one read a period and instance, whatever the load. A version
   * takes effect no sooner than that after it was announced, so no instance can miss the moment.
   */
  refresh(now?: 'now'): Promise<void>;
  /** The version in force now. */
  inForce(): PolicySummary;
  /** The version that has been announced and is not in force yet. */
  announced(): PolicySummary | undefined;
  /** Whom of the staff and which partners an incident has stopped, as the last refresh has met them. */
  stops(): Stops;
  /** Notices that are announced to everybody, newest first, as the last refresh has met them: none before the first. */
  announcements(): Announced[];
  /** Whether the table was restored from a backup, and what ended since has not been ended in it again (promise S7). */
  isRestored(): boolean;
  /** Since when the service is open on this table: sessions, links and approvals of before let nobody in (opened-table.ts). */
  openedAtMs(): number;
  /** Whether what this build does for a purpose lies within the version in force (promises K4, K7). */
  covers(purpose: string): boolean;
  /** A published version in full. */
  load(version: number): Promise<PolicyVersion | undefined>;
  /** Every published version up to the latest, oldest first. Reads those this instance has not met yet. */
  all(): Promise<PolicySummary[]>;
  /** What this build was made with. */
  registry: Registry;
  refreshMs: number;
};

/**
 * How long an instance takes the table behind the name for the same one. A restore takes longer, and a deployment that leads to
 * another table starts instances anew.
 */
const SAME_TABLE_MS = 5 * MINUTE_MS;

export type PolicyBookParts = {
  table: Table;
  ring: KeyRing;
  clock: Clock;
  refreshMs: number;
  registry?: Registry | undefined;
  /** Whether this function publishes: then the first version of a new service as well. */
  publishes: boolean;
};

export function createPolicyBook({
  table,
  ring,
  clock,
  refreshMs,
  registry = buildRegistry,
  publishes,
}: PolicyBookParts): PolicyBook {
  const first = firstVersion(registry);
  const known = new Map<number, PolicyVersion>();
  let versions: PolicySummary[] = [];
  let stops = readStops(undefined);
  let announcements: Announcements | undefined;
  let identity: Promise<string> | undefined;
  let identifiedAtMs = Number.NEGATIVE_INFINITY;
  let restored = true;
  let openedAtMs = Number.POSITIVE_INFINITY;
  let readAtMs = Number.NEGATIVE_INFINITY;
  let reading: Promise<void> | undefined;
  let uncovered = { version: 0, purposes: new Set<string>() };

  async function read(): Promise<void> {
    const startedAtMs = clock.now();
    const [[bookItem, stopsItem, announcementsItem, openedItem], tableNow] = await Promise.all([
      table.getMany([bookKey, containmentKey, announcementsKey, openedTableKey]),
      identify(startedAtMs),
    ]);
    const opened = readOpened(openedItem);
    restored = opened?.table !== tableNow;
    openedAtMs = opened ? Date.parse(opened.openedAt) : Number.POSITIVE_INFINITY;
    stops = readStops(stopsItem);
    announcements = readAnnouncements(announcementsItem);
    const book = policyBook.read(bookItem) ?? (await publishFirst());
    versions = book.versions;
    const { version, textHash } = current();
    if (uncovered.version !== version) {
      if (textHash === first.textHash) known.set(version, first);
      const published = await load(version);
      // What the book says of a version is what the version says itself.
      if (published && !isDeepStrictEqual(toSummary(published), current())) throw new SealError();
      uncovered = {
        version,
        purposes: published ? purposesExceeding(published.registry, registry) : new Set(),
      };
    }
    readAtMs = startedAtMs;
  }

  /** While nobody can say which table it is, it is the one that it was. */
  function identify(nowMs: number): Promise<string> {
    const known = identity;
    if (known && nowMs - identifiedAtMs < SAME_TABLE_MS) return known;
    identifiedAtMs = nowMs;
    identity = table.identity().catch((error) => {
      identity = known;
      if (!known) throw error;
      return known;
    });
    return identity;
  }

  /** The first instance of a new service that may publish publishes what it was built with; of two, one finds it done. */
  async function publishFirst(): Promise<{ versions: PolicySummary[] }> {
    if (!publishes) throw new AppError('POLICY_PENDING');
    const { textHash, effectiveAt } = first;
    const stored: StoredVersion = {
      version: 1,
      state: 'proposed',
      content: JSON.stringify(first),
      textHash,
      effectiveAt,
      proposedBy: 'service',
      proposedAt: effectiveAt,
      decidedBy: 'service',
      decidedAt: effectiveAt,
    };
    try {
      const [publish, ...others] = await publishVersion(ring, stored, undefined, undefined);
      if (publish) await table.write(publish, ...others);
    } catch (error) {
      if (!(error instanceof ConditionFailed)) throw error;
    }
    const book = await readBook(table);
    if (!book) throw new Error('the first version of the policy could not be published');
    return book;
  }

  function current(): PolicySummary {
    const now = clock.now();
    const effective = versions.filter(({ effectiveAt }) => Date.parse(effectiveAt) <= now);
    const latest = effective.at(-1) ?? versions[0];
    if (!latest) throw new Error('the policy has not been read yet');
    return latest;
  }

  async function load(version: number): Promise<PolicyVersion | undefined> {
    const cached = known.get(version);
    if (cached) return cached;
    const content = await readPublished({ table, ring }, version);
    if (content) known.set(version, content);
    return content;
  }

  return {
    async refresh(now) {
      const due =
        now === 'now' || clock.now() - readAtMs >= refreshMs || current().version !== uncovered.version;
      if (!due) return;
      reading ??= read().finally(() => {
        reading = undefined;
      });
      await reading;
    },
    inForce: current,
    announced: () => versions.find(({ effectiveAt }) => Date.parse(effectiveAt) > clock.now()),
    stops: () => stops,
    isRestored: () => restored,
    openedAtMs: () => openedAtMs,
    announcements: () => currentOf(announcements, clock.now()),
    covers: (purpose) => !uncovered.purposes.has(purpose),
    load,
    async all() {
      const latest = versions.at(-1)?.version ?? 0;
      const numbers = Array.from({ length: latest }, (_, index) => index + 1);
      const found = await Promise.all(numbers.map(load));
      return found.flatMap((version) => (version ? [toSummary(version)] : []));
    },
    registry,
    refreshMs,
  };
}
