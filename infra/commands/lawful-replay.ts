import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type Clock, systemClock, toInstant } from '../../lib/clock';
import { readConfig } from '../../lib/config';
import { isConsentAct, isUse, type Judged, type Uncovered, uncovered } from '../../lib/consent/lawful';
import { createKeyRing, type KeyRing, KeyRingError } from '../../lib/crypto/key-ring';
import { systemRandom } from '../../lib/crypto/random';
import { rootKeys } from '../../lib/crypto/root-key';
import { type PolicySummary, reachVersionAt } from '../../lib/policy/version';
import { createTable, type Item, type Table } from '../../lib/table/client';
import { guarding } from '../../lib/table/guarding';
import { keys } from '../../lib/table/keys';
import { type ChainHead, emptyHead } from '../../lib/table/ledger/chain';
import { decodeEntry, type LedgerEntry, ledger } from '../../lib/table/ledger/ledger';
import { allSubjects } from '../../lib/table/person/all-subjects';
import { ledgerHead, readPerson } from '../../lib/table/person/person';
import { readSummaries } from '../../lib/table/policy/policy-version';
import { loadServiceKeys } from '../../lib/table/service/key-store';
import { findService } from '../local/find-service';
import { MEMORY_ROOT_KEY } from '../local/services';
import { saysHelp } from './help';

/**
 * `npm run lawful-replay [-- --persist DIR]`: goes through everybody's ledger and lists each use of data under a consent
 * purpose that no consent covered: as known when it happened (`then`), or only by what was recorded later (`hindsight`).
 * A ledger that does not verify is listed with the place where it breaks. Exit code 1 when anything is listed. Memory is one
 * person's acts of consent and one page, whatever the number of people.
 */
export type Finding = { subjectId: string } & (Uncovered | { knownWhen: 'broken'; seq: number });
export type Counts = { people: number; entries: number; uses: number; findings: number };
export type ReplayParts = { table: Table; ring: KeyRing; clock: Clock };

const PAGE = 200;

/** Every finding as it is met; `counts` grows on the way. */
export async function* replay(parts: ReplayParts, counts: Counts): AsyncGenerator<Finding> {
  const versions = await readSummaries(parts.table);
  for await (const subjectId of allSubjects(parts.table)) {
    counts.people += 1;
    for await (const finding of replayPerson(parts, subjectId, versions, counts)) {
      counts.findings += 1;
      yield finding;
    }
  }
}

async function* replayPerson(
  { table, ring, clock }: ReplayParts,
  subjectId: string,
  versions: readonly PolicySummary[],
  counts: Counts,
): AsyncGenerator<Finding> {
  const [item] = await table.getMany([keys.person(subjectId)]);
  if (!item) return; // gone since the index was read
  const end = ledgerHead(readPerson(item));
  const acts: Judged[] = [];
  let uses = 0;
  let head = emptyHead;
  for await (const { items, entries } of pages(table, subjectId, end.seq)) {
    const reached = await ledger.follow(ring, subjectId, head, items);
    if ('brokenAt' in reached) return yield { subjectId, knownWhen: 'broken', seq: reached.brokenAt };
    head = reached;
    counts.entries += entries.length;
    acts.push(...entries.filter(isConsentAct).map(withoutTheRest));
    uses += entries.filter(isUse).length;
  }
  if (!sameHead(head, end))
    return yield { subjectId, knownWhen: 'broken', seq: Math.min(head.seq + 1, end.seq) };
  counts.uses += uses;
  if (uses === 0) return;
  const now = toInstant(clock.now());
  for await (const { entries } of pages(table, subjectId, end.seq)) {
    for (const entry of entries) {
      const found = uncovered(entry, acts, now, (purpose, at) => reachVersionAt(versions, purpose, at));
      if (found) yield { subjectId, ...found };
    }
  }
}

/** The ledger up to the head that the person's item showed; what has been added since is for the next run. */
async function* pages(table: Table, subjectId: string, lastSeq: number) {
  let after = 0;
  for (let more = true; more && after < lastSeq; ) {
    const page = await ledger.page(table, subjectId, after, Math.min(PAGE, lastSeq - after));
    yield { items: page.items, entries: page.items.flatMap(readable) };
    after += page.items.length;
    more = page.more;
  }
}

/** What cannot be read was altered, and the chain says so. */
function readable(item: Item): LedgerEntry[] {
  try {
    return [decodeEntry(item)];
  } catch {
    return [];
  }
}

function withoutTheRest({
  seq,
  at,
  trueAt,
  act,
  purpose,
  decision,
  cause,
  policyVersion,
}: LedgerEntry): Judged {
  return { seq, at, trueAt, act, purpose, decision, cause, policyVersion };
}

function sameHead(reached: ChainHead, known: ChainHead): boolean {
  return reached.seq === known.seq && Buffer.from(reached.hash).equals(known.hash);
}

/** One finding as a line; ids, numbers and names of purposes only. */
export function sentenceOf(finding: Finding): string {
  if (finding.knownWhen === 'broken')
    return `${finding.subjectId}: the ledger is broken at entry ${finding.seq}; what follows cannot be judged`;
  const { subjectId, seq, at, act, purpose, knownWhen } = finding;
  const when = knownWhen === 'then' ? 'was not covered' : 'is not covered by what was recorded later';
  return `${subjectId}: entry ${seq}, ${act} at ${at} under ${purpose}, ${when}`;
}

/** The service that the environment names, or else the one of `npm start`. */
async function openParts(persistDir: string | undefined): Promise<ReplayParts> {
  const clock = systemClock;
  const { ROOT_KEY: given, TABLE_NAME } = process.env;
  if (TABLE_NAME) {
    const {
      TABLE_NAME: name,
      SERVICE_REGION: region,
      TABLE_ENDPOINT,
      ROOT_KEY,
    } = readConfig(process.env, ['seal']);
    return replayParts(createTable({ name, region, endpoint: TABLE_ENDPOINT, clock }), ROOT_KEY, region);
  }
  const service = await findService();
  if (!service) throw new Error('没有正在运行的服务：请先运行 npm start，或者按 lib/config.ts 给出设置。');
  process.env.AWS_ACCESS_KEY_ID ??= 'local';
  process.env.AWS_SECRET_ACCESS_KEY ??= 'local';
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';
  const kept = persistDir && (await readFile(join(persistDir, 'root-key'), 'utf8')).trim();
  const { region } = service.table;
  return replayParts(createTable({ ...service.table, clock }), kept || given || MEMORY_ROOT_KEY, region);
}

function replayParts(table: Table, rootKey: string, region: string): ReplayParts {
  const roots = rootKeys(rootKey, region, systemRandom);
  const load = () => loadServiceKeys(table);
  const { ring } = createKeyRing({ load, roots, suite: 'aes', now: systemClock.now, random: systemRandom });
  return { table: guarding(table, () => ring.guard(), systemClock), ring, clock: systemClock };
}

async function main(): Promise<void> {
  if (saysHelp('用法：npm run lawful-replay。从所有人的处理记录中找出没有同意依据的处理。')) return;
  const { values } = parseArgs({ options: { persist: { type: 'string' } } });
  const counts: Counts = { people: 0, entries: 0, uses: 0, findings: 0 };
  try {
    for await (const finding of replay(await openParts(values.persist), counts))
      console.log(sentenceOf(finding));
  } catch (error) {
    if (!(error instanceof KeyRingError)) throw error;
    throw new Error(
      'The root key does not open this service: name the folder with --persist, or set ROOT_KEY.',
    );
  }
  const { people, entries, uses, findings } = counts;
  console.log(`${people} people, ${entries} entries, ${uses} uses under consent: ${findings} to look at`);
  process.exitCode = findings === 0 ? 0 : 1;
}

if (require.main === module) {
  main().catch((error: Error) => {
    console.error(error.message);
    process.exitCode = 1;
  });
}
