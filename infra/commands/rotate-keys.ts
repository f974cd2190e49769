import { type Clock, DAY_MS, systemClock, toInstant } from '../../lib/clock';
import { readConfig } from '../../lib/config';
import {
  BRANCHES,
  branchVersionOf,
  createKeyRing,
  KEY_RING_REFRESH_MS,
  ringPlace,
  type WrappedKey,
} from '../../lib/crypto/key-ring';
import { type Random, randomId, systemRandom } from '../../lib/crypto/random';
import { type RootKey, rootKeys } from '../../lib/crypto/root-key';
import { newSigningKey } from '../../lib/crypto/signature';
import type { SuiteName } from '../../lib/crypto/suite';
import { ConditionFailed, createTable, type Table } from '../../lib/table/client';
import { keys } from '../../lib/table/keys';
import { allSubjects } from '../../lib/table/person/all-subjects';
import { readPerson } from '../../lib/table/person/person';
import {
  addServiceKey,
  loadServiceKeys,
  removeServiceKey,
  replaceServiceKey,
} from '../../lib/table/service/key-store';
import { saysHelp } from './help';

/**
 * `npm run rotate-keys`: new branch keys and a new signing key, every person's data key wrapped anew, with the service
 * running. Safe to repeat and to interrupt: each run goes on where things are. infra/runbooks/key-rotation.md.
 */
export type RotateParts = {
  table: Table;
  roots: readonly [RootKey, ...RootKey[]];
  suite: SuiteName;
  clock: Clock;
  random: Random;
};

/** A retired key stays this long, so that a backup from before the rotation can still be read: backups live 35 days. */
export const KEEP_RETIRED_MS = 40 * DAY_MS;

const branches = Array.from({ length: BRANCHES }, (_, number) => `branch:${number}`);

/** Makes what a new table lacks, and nothing else. Two at once end with one set of keys. */
export async function makeMissingKeys(parts: RotateParts): Promise<number> {
  const have = new Set((await loadServiceKeys(parts.table)).map(({ name }) => name));
  const missing = ['service', 'signing', ...branches].filter((name) => !have.has(name));
  await Promise.all(missing.map((name) => addKey(parts, name, 1)));
  return missing.length;
}

async function addKey(
  { table, roots, suite, clock, random }: RotateParts,
  name: string,
  version: number,
): Promise<void> {
  const [root] = roots;
  const common = { name, version, rootId: root.id, suite, createdAt: toInstant(clock.now()) };
  const place = ringPlace(name, version);
  if (name !== 'signing') {
    await addServiceKey(table, { ...common, wrapped: await root.wrap(random(32), place) });
    return;
  }
  const { privateJwk, publicJwk } = await newSigningKey(randomId(random));
  const wrapped = await root.wrap(Buffer.from(JSON.stringify(privateJwk)), place);
  await addServiceKey(table, { ...common, wrapped, publicJwk: publicJwk as Record<string, string> });
}

export type Rotation = {
  rewrappedRing: number;
  newKeys: number;
  people: number;
  rewrapped: number;
  retired: number;
  removed: number;
};

/** One rotation. Answers what was done; `people` counts everyone who was looked at. */
export async function rotateKeys(parts: RotateParts): Promise<Rotation> {
  const { table, clock } = parts;
  const made = await makeMissingKeys(parts);
  const rewrappedRing = await rewrapRing(parts);
  const stored = await loadServiceKeys(table);
  for (const name of ['signing', ...branches]) {
    const [newest] = versionsOf(stored, name);
    await addKey(parts, name, (newest?.version ?? 0) + 1);
  }
  const ring = createKeyRing({ ...parts, load: () => loadServiceKeys(table), now: clock.now });
  const inUse = new Set<string>();
  const walk = { people: 0, rewrapped: 0 };
  for await (const subjectId of allSubjects(table)) {
    walk.people += 1;
    const [item] = await table.getMany([keys.person(subjectId)]);
    if (!item) continue;
    const { wrappedKey } = readPerson(item);
    if (!wrappedKey) continue; // erased
    const anew = await ring.rewrap(subjectId, wrappedKey);
    if (anew && (await storeRewrapped(table, subjectId, wrappedKey, anew))) walk.rewrapped += 1;
    else inUse.add(String(branchVersionOf(wrappedKey)));
  }
  return { rewrappedRing, newKeys: made + branches.length + 1, ...walk, ...(await retire(parts, inUse)) };
}

/** Refused when the person was erased or rotated by another run meanwhile. */
async function storeRewrapped(
  table: Table,
  subjectId: string,
  before: Uint8Array,
  after: Uint8Array,
): Promise<boolean> {
  try {
    await table.update({
      Key: keys.person(subjectId),
      UpdateExpression: 'SET wrappedKey = :after',
      ConditionExpression: 'wrappedKey = :before',
      ExpressionAttributeValues: { ':before': before, ':after': after },
    });
    return true;
  } catch (error) {
    if (error instanceof ConditionFailed) return false;
    throw error;
  }
}

/** Wraps the ring under the first root key, where another one of ROOT_KEY wrapped it before. */
async function rewrapRing({ table, roots }: RotateParts): Promise<number> {
  const [first] = roots;
  let count = 0;
  for (const record of await loadServiceKeys(table)) {
    if (record.rootId === first.id) continue;
    const old = roots.find(({ id }) => id === record.rootId);
    if (!old)
      throw new Error(`ROOT_KEY must name the root key that wrapped ${record.name} as well as the new one.`);
    const place = ringPlace(record.name, record.version);
    const wrapped = await first.wrap(await old.unwrap(record.wrapped, place), place);
    await replaceServiceKey(table, { ...record, rootId: first.id, wrapped }, record.rootId);
    count += 1;
  }
  return count;
}

/**
 * Marks as retired the branch keys that nothing is wrapped by, and removes those retired long ago. A key that running
 * instances may still take for the newest is left alone until the next run.
 */
async function retire(
  { table, clock }: RotateParts,
  inUse: Set<string>,
): Promise<{ retired: number; removed: number }> {
  const now = clock.now();
  const outcome = { retired: 0, removed: 0 };
  const stored = await loadServiceKeys(table);
  for (const name of branches) {
    const versions = versionsOf(stored, name);
    for (const [index, old] of versions.entries()) {
      const successor = versions[index - 1];
      const known = successor && now - Date.parse(successor.createdAt) > 2 * KEY_RING_REFRESH_MS;
      if (old.retiredAt && now - Date.parse(old.retiredAt) > KEEP_RETIRED_MS) {
        await removeServiceKey(table, name, old.version);
        outcome.removed += 1;
      } else if (!old.retiredAt && known && !inUse.has(String(old.version))) {
        await replaceServiceKey(table, { ...old, retiredAt: toInstant(now) }, old.rootId);
        outcome.retired += 1;
      }
    }
  }
  return outcome;
}

/** The versions of one key, newest first. */
function versionsOf(stored: WrappedKey[], name: string): WrappedKey[] {
  return stored.filter((record) => record.name === name).sort((a, b) => b.version - a.version);
}

async function main(): Promise<void> {
  if (
    saysHelp(
      'Usage: npm run rotate-keys. New keys under a running service; see infra/runbooks/key-rotation.md.',
    )
  )
    return;
  const config = readConfig(process.env, ['seal']);
  const table = createTable({
    name: config.TABLE_NAME,
    region: config.SERVICE_REGION,
    endpoint: config.TABLE_ENDPOINT,
    clock: systemClock,
  });
  const roots = rootKeys(config.ROOT_KEY, config.SERVICE_REGION, systemRandom);
  const parts = { table, roots, suite: config.SEAL_SUITE, clock: systemClock, random: systemRandom };
  console.log(JSON.stringify(await rotateKeys(parts), null, 2));
}

if (require.main === module) {
  main().catch((error: Error) => {
    console.error(error.message);
    process.exitCode = 1;
  });
}
