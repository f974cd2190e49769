import type { Clock } from '../../clock';
import type { KeyRing } from '../../crypto/key-ring';
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
  bookKey,
  parseVersion,
  policyBook,
  publishVersion,
  readBook,
  readVersion,
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
  let readAtMs = Number.NEGATIVE_INFINITY;
  let reading: Promise<void> | undefined;
  let uncovered = { version: 0, purposes: new Set<string>() };

  async function read(): Promise<void> {
    const startedAtMs = clock.now();
    const [bookItem, stopsItem] = await table.getMany([bookKey, containmentKey]);
    stops = readStops(stopsItem);
    const book = policyBook.read(bookItem) ?? (await publishFirst());
    versions = book.versions;
    const { version, textHash } = current();
    if (uncovered.version !== version) {
      if (textHash === first.textHash) known.set(version, first);
      const published = await load(version);
      uncovered = {
        version,
        purposes: published ? purposesExceeding(published.registry, registry) : new Set(),
      };
    }
    readAtMs = startedAtMs;
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
    const stored = await readVersion(table, version);
    if (stored?.state !== 'published') return undefined;
    const content = parseVersion(stored);
    known.set(version, content);
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
