import { type Clock, systemClock, toInstant } from '../../lib/clock';
import { readConfig } from '../../lib/config';
import { BRANCHES, createKeyRing, type KeyRing } from '../../lib/crypto/key-ring';
import { type Random, randomId, systemRandom } from '../../lib/crypto/random';
import { type RootKey, rootKeys, wrapUnderAll } from '../../lib/crypto/root-key';
import { newSigningKey } from '../../lib/crypto/signature';
import type { SuiteName } from '../../lib/crypto/suite';
import {
  BY_SERVICE_KEY,
  ringPlace,
  SIGNING_KEY,
  TRAIL_KEY,
  type WrappedKey,
} from '../../lib/crypto/wrapped-key';
import { createLog } from '../../lib/log';
import { createProcessQueue, type ProcessQueue } from '../../lib/partner/queue';
import { isUnderWay, KEEP_RETIRED_MS, rotationParts, rotationTo } from '../../lib/process/rotation';
import { createTable, type Table } from '../../lib/table/client';
import { guarding } from '../../lib/table/guarding';
import { beginProcess, processKey, readProcess } from '../../lib/table/process/process';
import { lostRace, untilWon } from '../../lib/table/races';
import {
  addServiceKey,
  createServiceKey,
  loadServiceKeys,
  replaceServiceKey,
} from '../../lib/table/service/key-store';
import { openTable } from '../../lib/table/service/opened-table';
import { firstTrailDay } from '../../lib/trail/days';
import { aSwitch } from '../command-line/options';
import { program, start } from '../command-line/program';
import { words } from '../command-line/words';

/**
 * `npm run rotate-keys`: makes a new version of every branch key and of the signing key, and begins the process that wraps
 * every person's data key by it (lib/process/rotation.ts), with the service running. Only here is anything wrapped by the
 * root key. infra/runbooks/key-rotation.md.
 */
export type RotateParts = {
  table: Table;
  roots: readonly [RootKey, ...RootKey[]];
  suite: SuiteName;
  clock: Clock;
  random: Random;
};

const branches = Array.from({ length: BRANCHES }, (_, number) => `branch:${number}`);

/**
 * Makes what a new table lacks, and nothing else. Two at once end with one set of keys. Answers how many there were of those that
 * only a new table is without.
 */
export async function makeMissingKeys(parts: RotateParts): Promise<number> {
  const { table } = parts;
  const have = new Set((await loadServiceKeys(table)).map(({ name }) => name));
  const missing = [SIGNING_KEY, ...branches].filter((name) => !have.has(name));
  await Promise.all(missing.map(async (name) => addServiceKey(table, await newKey(parts, name, 1))));
  const isNew = !have.has('service');
  if (isNew) await openNew(parts, await newKey(parts, 'service', 1));
  const ring = ringOf(parts);
  // Sealed under the service key that is stored by now, which another start may have made.
  const trail = have.has(TRAIL_KEY) ? [] : [await ring.newTrailKey(firstTrailDay(parts.clock.now()))];
  const further = [...trail, ...(await ring.missingStayKeys())];
  for (const key of further) await addServiceKey(table, key);
  return missing.length + (isNew ? 1 : 0) + trail.length;
}

/**
 * A table that had no service key holds nobody's data: it is no restored one, and the service may be opened on it. `key`, its first
 * one, is part of the same transaction: a start that ends between the two would leave a table that nobody is served from.
 */
export async function openNew(parts: RotateParts, key?: WrappedKey): Promise<void> {
  const { table, clock } = parts;
  const ring = () => (key ? ringWith(parts, async () => [key]) : ringOf(parts));
  try {
    const opens = openTable(undefined, await table.identity(), toInstant(clock.now()));
    await guarding(table, () => ring().guard(), clock).write(opens, ...(key ? [createServiceKey(key)] : []));
  } catch (error) {
    lostRace(error); // another start did it
  }
}

const ringOf = (parts: RotateParts): KeyRing => ringWith(parts, () => loadServiceKeys(parts.table));

function ringWith({ roots, suite, clock, random }: RotateParts, load: () => Promise<WrappedKey[]>): KeyRing {
  return createKeyRing({ load, roots, suite, now: clock.now, random }).ring;
}

async function newKey(
  { roots, suite, clock, random }: RotateParts,
  name: string,
  version: number,
): Promise<WrappedKey> {
  const common = { name, version, suite, createdAt: toInstant(clock.now()) };
  const place = ringPlace(name, version);
  if (name !== SIGNING_KEY) return { ...common, ...(await wrapUnderAll(roots, random(32), place)) };
  const { privateJwk } = await newSigningKey(randomId(random));
  return { ...common, ...(await wrapUnderAll(roots, Buffer.from(JSON.stringify(privateJwk)), place)) };
}

/**
 * `begun`: this start made the new version. `joined`: the newest version's rotation is still on its way, and was asked to go
 * on. `keys-made`: the table lacked keys, and has them now; there is nothing to rotate.
 */
export type Started = {
  outcome: 'begun' | 'joined' | 'keys-made';
  version: number;
  /** Keys of the ring that are wrapped by another root key than before. */
  rewrappedRing: number;
};

/** Begins a rotation, or joins the one that is on its way. Of two at once one makes the version, and the other joins. */
export async function startRotation(parts: RotateParts & { queue: ProcessQueue }): Promise<Started> {
  const made = await makeMissingKeys(parts);
  const rewrappedRing = await rewrapRing(parts);
  if (made > 0) return { outcome: 'keys-made', version: await newestVersion(parts.table), rewrappedRing };
  const started = await untilWon(() => beginOrJoin(parts));
  await parts.queue.send([rotationTo(started.version)]);
  return { ...started, rewrappedRing };
}

/** The keys and the process are one transaction. Undefined where somebody else made that version meanwhile. */
async function beginOrJoin(parts: RotateParts): Promise<Omit<Started, 'rewrappedRing'> | undefined> {
  const { clock } = parts;
  const table = guarding(parts.table, () => ringOf(parts).guard(), clock);
  const newest = await newestVersion(table);
  const [row] = await table.getMany([processKey(rotationTo(newest))]);
  const before = readProcess(row);
  if (before && isUnderWay(before)) return { outcome: 'joined', version: newest };
  const version = newest + 1;
  const made = await Promise.all([SIGNING_KEY, ...branches].map((name) => newKey(parts, name, version)));
  try {
    const begin = beginProcess(rotationTo(version), 'spread', { version }, clock.now());
    await table.write(begin, ...made.map(createServiceKey));
    return { outcome: 'begun', version };
  } catch (error) {
    return lostRace(error);
  }
}

/** Whether a key is wrapped under the first root key of ROOT_KEY, under every other one as well, and under no other. */
function isUnder(roots: RotateParts['roots'], { rootId, copies = {} }: WrappedKey): boolean {
  const [first, ...others] = roots;
  const named = others.map(({ id }) => id).sort();
  return rootId === first.id && Object.keys(copies).sort().join() === named.join();
}

/** Wraps the ring under the root keys of ROOT_KEY and no others, where it was not. Safe to repeat. */
async function rewrapRing({ table, roots }: RotateParts): Promise<number> {
  let count = 0;
  for (const record of await loadServiceKeys(table)) {
    if (isUnder(roots, record) || record.rootId === BY_SERVICE_KEY) continue;
    const place = ringPlace(record.name, record.version);
    const under = new Map(Object.entries({ ...record.copies, [record.rootId]: record.wrapped }));
    const old = roots.find(({ id }) => under.has(id));
    if (!old)
      throw new Error(`ROOT_KEY must name the root key that wrapped ${record.name} as well as the new one.`);
    const key = await old.unwrap(under.get(old.id) as Uint8Array, place);
    const { copies: _copies, ...kept } = record;
    try {
      await replaceServiceKey(table, { ...kept, ...(await wrapUnderAll(roots, key, place)) }, record);
      count += 1;
    } catch (error) {
      lostRace(error); // another start did it, or the key was removed
    }
  }
  return count;
}

/** How far the rotation to the newest version is. */
export type RotationStatus = {
  version: number;
  /** The step it is at, or `over`. */
  step: string;
  /** Parts of everybody that are not over, those of them that fail, and what they have looked at and moved so far. */
  partsLeft: number;
  partsFailing: number;
  people: number;
  rewrapped: number;
  /** When everybody is looked at once more before the older branch keys are removed; while they rest. */
  keptUntil?: string;
  /** Every version of branch keys that the table holds. */
  branchVersions: number[];
  /** Keys of the ring that are not wrapped under exactly the root keys of ROOT_KEY. */
  underOtherRoots: number;
};

/** Looks and changes nothing. */
export async function rotationStatus({
  table,
  roots,
}: Pick<RotateParts, 'table' | 'roots'>): Promise<RotationStatus> {
  const stored = await loadServiceKeys(table);
  const version = newestOf(stored);
  const ref = rotationTo(version);
  const [row, ...parts] = (await table.getMany([ref, ...rotationParts(ref)].map(processKey))).map(
    readProcess,
  );
  const left = parts.filter((part) => part !== undefined);
  const sum = (name: string) => left.reduce((total, { state }) => total + Number(state[name] ?? 0), 0);
  const isBranch = ({ name }: WrappedKey) => name.startsWith('branch:');
  const versions = new Set(stored.filter(isBranch).map((record) => record.version));
  const keptUntil = Number(row?.state.gatheredAtMs) + KEEP_RETIRED_MS;
  return {
    version,
    step: row?.step ?? 'over',
    partsLeft: left.length,
    partsFailing: left.filter(({ attempts }) => attempts > 0).length,
    people: sum('people'),
    rewrapped: sum('rewrapped'),
    ...(row?.step === 'rest' && { keptUntil: toInstant(keptUntil) }),
    branchVersions: [...versions].sort((a, b) => a - b),
    underOtherRoots: stored.filter((one) => one.rootId !== BY_SERVICE_KEY && !isUnder(roots, one)).length,
  };
}

async function newestVersion(table: Table): Promise<number> {
  return newestOf(await loadServiceKeys(table));
}

/** The version of what the service key seals is a day or a year, and no rotation makes one. */
function newestOf(stored: WrappedKey[]): number {
  return Math.max(
    0,
    ...stored.filter(({ rootId }) => rootId !== BY_SERVICE_KEY).map(({ version }) => version),
  );
}

const rotateKeys = program({
  script: 'rotate-keys',
  does: words(
    '在服务运行中开始换用新密钥，或者接着做正在进行的一次',
    'begin new keys under a running service, or join the rotation that is on its way',
  ),
  more: words('步骤见 infra/runbooks/key-rotation.md。', 'See infra/runbooks/key-rotation.md.'),
  knows: [Error],
  options: { status: aSwitch('只看进行到哪一步，不改动', 'only say how far it is, and change nothing') },
  run: async ({ status }, { env, print }) => {
    const config = readConfig(env, ['seal', 'ask-for-processes']);
    const region = config.SERVICE_REGION;
    const table = createTable({
      name: config.TABLE_NAME,
      region,
      endpoint: config.TABLE_ENDPOINT,
      clock: systemClock,
    });
    const roots = rootKeys(config.ROOT_KEY, region, systemRandom);
    const log = createLog((line) => console.error(line));
    const queue = createProcessQueue({
      url: config.PROCESS_QUEUE_URL,
      region,
      endpoint: config.SQS_ENDPOINT,
      log,
    });
    const parts = { table, roots, suite: config.SEAL_SUITE, clock: systemClock, random: systemRandom, queue };
    const started = status ? {} : await startRotation(parts);
    print(JSON.stringify({ ...started, ...(await rotationStatus(parts)) }, null, 2));
    return 'ok';
  },
});

if (require.main === module) void start(rotateKeys);
