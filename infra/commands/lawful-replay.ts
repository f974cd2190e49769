import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Clock, systemClock, toInstant } from '../../lib/clock';
import { readConfig } from '../../lib/config';
import { ConfigError } from '../../lib/config-error';
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
import { Stop } from '../command-line/exit';
import { text } from '../command-line/options';
import { program, start } from '../command-line/program';
import { type Lang, words } from '../command-line/words';
import { findService } from '../local/find-service';
import { MEMORY_ROOT_KEY } from '../local/services';

/**
 * A use of data under a consent purpose that no consent covered: as known when it happened (`then`), or only by what was
 * recorded later (`hindsight`); or a ledger that does not verify, with the place where it breaks. Memory is one person's acts
 * of consent and one page, whatever the number of people.
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
export function sentenceOf(finding: Finding, lang: Lang = 'zh'): string {
  const { subjectId, seq } = finding;
  if (finding.knownWhen === 'broken')
    return words(
      `${subjectId}：第 ${seq} 条起处理记录断裂，此后的无从判断`,
      `${subjectId}: the ledger is broken at entry ${seq}; what follows cannot be judged`,
    )[lang];
  const { at, act, purpose, knownWhen } = finding;
  const then = knownWhen === 'then';
  return words(
    `${subjectId}：第 ${seq} 条，${at} 的 ${act}（${purpose}）${then ? '当时没有同意' : '按后来补记的内容没有同意'}`,
    `${subjectId}: entry ${seq}, ${act} at ${at} under ${purpose}, ${then ? 'was not covered' : 'is not covered by what was recorded later'}`,
  )[lang];
}

const noService = words(
  '没有正在运行的服务：请先运行 npm start，或者按 lib/config.ts 给出设置。',
  'No service is running: npm start, or give the settings of lib/config.ts.',
);
const otherRootKey = words(
  '根密钥打不开这个服务：请用 --persist 指明数据文件夹，或者给出 ROOT_KEY。',
  'The root key does not open this service: name the folder with --persist, or set ROOT_KEY.',
);

/** The service that the environment names, or else the one of `npm start`. */
async function openParts(env: NodeJS.ProcessEnv, persistDir: string | undefined): Promise<ReplayParts> {
  const clock = systemClock;
  const { ROOT_KEY: given, TABLE_NAME } = env;
  if (TABLE_NAME) {
    const { TABLE_NAME: name, SERVICE_REGION: region, TABLE_ENDPOINT, ROOT_KEY } = readConfig(env, ['seal']);
    return replayParts(createTable({ name, region, endpoint: TABLE_ENDPOINT, clock }), ROOT_KEY, region);
  }
  const service = await findService();
  if (!service) throw new Stop('usage', noService);
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

export const lawfulReplay = program({
  script: 'lawful-replay',
  does: words(
    '从所有人的处理记录中找出没有同意依据的处理；有就以 1 退出',
    'list every use of data that no consent covered, from everybody’s ledger; ends with 1 where there is one',
  ),
  options: { persist: text('npm start 保存数据的文件夹', 'the folder in which npm start keeps its data') },
  knows: [ConfigError],
  run: async ({ persist }, { lang, env, text: say, print }) => {
    const counts: Counts = { people: 0, entries: 0, uses: 0, findings: 0 };
    try {
      for await (const finding of replay(await openParts(env, persist), counts))
        print(sentenceOf(finding, lang));
    } catch (error) {
      throw error instanceof KeyRingError ? new Stop('refused', otherRootKey) : error;
    }
    const { people, entries, uses, findings } = counts;
    print(
      say(
        words(
          `${people} 人，${entries} 条记录，${uses} 次须同意的处理：${findings} 处需要查看`,
          `${people} people, ${entries} entries, ${uses} uses under consent: ${findings} to look at`,
        ),
      ),
    );
    return findings === 0 ? 'ok' : 'refused';
  },
});

if (require.main === module) void start(lawfulReplay);
