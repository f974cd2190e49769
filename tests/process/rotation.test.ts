import { randomBytes } from 'node:crypto';
import { branchVersionOf } from '../../lib/crypto/key-ring';
import type { Deps } from '../../lib/deps';
import { PEOPLE_PER_STEP } from '../../lib/process/everybody';
import type { Next, Step } from '../../lib/process/kind';
import { KEEP_RETIRED_MS, rotation, rotationTo } from '../../lib/process/rotation';
import { runProcess } from '../../lib/process/run';
import type { Write } from '../../lib/table/client';
import { EVERYONE_SHARDS, everyoneShard, keys, shardOf } from '../../lib/table/keys';
import { replaceKey } from '../../lib/table/own-key';
import { putPerson, readPerson } from '../../lib/table/person/person';
import type { ProcessRef } from '../../lib/table/process/process';
import { loadServiceKeys } from '../../lib/table/service/key-store';
import { personOf } from '../consent/support';
import { amount, holdsFor } from '../proof/sample';
import {
  deliver,
  finishRotation,
  inFewParts,
  LONG_ENOUGH_MS,
  passUntil,
  startOn,
  statusOf,
  timer,
} from '../support/rotation';
import { createWorld, type World } from '../support/world';
import { type Cut, machine, PowerCut } from './machine';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
/** DynamoDB takes a hundred in one transaction. */
const PEOPLE_PER_WRITE = 50;
/** The part that is gone through first. */
const SHARD = 0;

/** A person as the table has them, with the data key that must open for ever. */
type Known = { subjectId: string; dataKey: Buffer };

let world: World;
let like: Parameters<typeof putPerson>[0];
let known: Known[];
beforeAll(async () => {
  world = await createWorld();
  like = await personOf(world, await world.signIn('me'));
  known = await newPeople(3);
});

/** People of one part, made by an instance that wraps by the newest key it knows. */
async function newPeople(count: number, by: Deps = world.deps): Promise<Known[]> {
  const made: (Known & { put: Write })[] = [];
  while (made.length < count) {
    const subjectId = randomBytes(16).toString('base64url');
    if (shardOf(subjectId, EVERYONE_SHARDS) !== SHARD) continue;
    const { dataKey, wrapped } = await by.trail.newDataKey(subjectId);
    made.push({
      subjectId,
      dataKey,
      put: putPerson({ ...like, subjectId, identities: [], wrappedKey: wrapped }),
    });
  }
  for (let from = 0; from < count; from += PEOPLE_PER_WRITE) {
    const some = made.slice(from, from + PEOPLE_PER_WRITE).map(({ put }) => put);
    await world.deps.table.write(...(some as [Write, ...Write[]]));
  }
  return made;
}

async function wrappedOf(subjectId: string): Promise<Uint8Array | undefined> {
  const [item] = await world.deps.table.getMany([keys.person(subjectId)]);
  return item && readPerson(item).wrappedKey;
}
/** By which versions the keys of some are wrapped. */
async function versionsOf(people: Known[]): Promise<number[]> {
  const wrapped = await Promise.all(people.map(({ subjectId }) => wrappedOf(subjectId)));
  return [...new Set(wrapped.map((key) => branchVersionOf(key ?? Buffer.alloc(2))))].sort((a, b) => a - b);
}
/** Whether an instance that has never seen a key opens the same data keys as ever. */
async function opensAll(people: Known[]): Promise<boolean> {
  const { trail } = world.instance();
  const opened = await Promise.all(
    people.map(async ({ subjectId, dataKey }) => {
      const wrapped = await wrappedOf(subjectId);
      return wrapped !== undefined && (await trail.dataKey(subjectId, wrapped)).equals(dataKey);
    }),
  );
  return opened.every(Boolean);
}
async function branchVersions(): Promise<number[]> {
  return (await statusOf(world)).branchVersions;
}
/** All that a rotation leaves: everybody by one version, of which the ring has every key, and no row. */
async function expectEnd(version: number): Promise<void> {
  expect(await statusOf(world)).toMatchObject({ version, step: 'over', partsLeft: 0 });
  expect(await branchVersions()).toEqual([version]);
  expect((await loadServiceKeys(world.deps.table)).filter((one) => one.version === version)).toHaveLength(17);
  expect(await versionsOf(known)).toEqual([version]);
  expect(await opensAll(known)).toBe(true);
  const rows = (await world.scan()).map((item) => JSON.stringify(item.pk));
  expect(rows.filter((pk) => pk.includes('PROCESS#'))).toEqual([]);
}

describe('a rotation (S5)', () => {
  it('goes round again while a pass finds an older key, and tries one again that changed under its hands', async () => {
    const [one] = known as [Known];
    const older = (await wrappedOf(one.subjectId)) as Uint8Array;
    const { version } = await startOn(world);
    await passUntil(world, (step) => step === 'rest');
    const now = (await wrappedOf(one.subjectId)) as Uint8Array;
    const other = (await world.deps.trail.rewrap(one.subjectId, older, version)) as Uint8Array;
    const { table } = world.deps;
    let passes = 0;
    let isRaced = false;
    const raced: Deps = {
      ...world.deps,
      table: {
        ...table,
        query: async (...asked) => {
          passes += asked[0].ExpressionAttributeValues?.[':shard'] === everyoneShard(SHARD) ? 1 : 0;
          return table.query(...asked);
        },
        write: async (...writes) => {
          const [{ Update }] = writes;
          if (!isRaced && Update?.Key?.pk === keys.person(one.subjectId).pk) {
            isRaced = true;
            await table.write(replaceKey(keys.person(one.subjectId), 'wrappedKey', now, other));
          }
          return table.write(...writes);
        },
      },
    };
    expect(await startOn(world)).toMatchObject({ outcome: 'begun', version: version + 1 });
    await deliver(world, raced);
    expect(isRaced).toBe(true);
    expect(await versionsOf([one])).toEqual([version]);
    passes = 0;
    world.wait(LONG_ENOUGH_MS);
    await timer(world, raced);
    expect(passes).toBe(2); // one found it, and the next found nothing
    expect(await versionsOf([one])).toEqual([version + 1]);
    await finishRotation(world);
    await expectEnd(version + 1);
  });

  it('is begun once by many starts at once, joined while it is on its way, and followed by the next while keys rest', async () => {
    const starts = await Promise.all([startOn(world), startOn(world), startOn(world)]);
    const version = starts[0]?.version ?? 0;
    expect(starts.map(({ outcome }) => outcome).sort()).toEqual(['begun', 'joined', 'joined']);
    expect(new Set(starts.map((start) => start.version)).size).toBe(1);
    expect(await branchVersions()).toEqual([version - 1, version]);
    await deliver(world);
    expect(await startOn(world)).toMatchObject({ outcome: 'joined', version });
    await passUntil(world, (step) => step === 'rest');
    expect(await startOn(world)).toMatchObject({ outcome: 'begun', version: version + 1 });
    await passUntil(world, (step) => step === 'rest');
    expect(await branchVersions()).toEqual([version - 1, version, version + 1]);
    world.wait(KEEP_RETIRED_MS - MINUTE_MS);
    await timer(world);
    await deliver(world);
    expect(await versionsOf(known)).toEqual([version + 1]); // the second look of the one before wraps nobody back
    await finishRotation(world);
    await expectEnd(version + 1);
  });

  it('removes nothing while somebody’s key does not open: it moves the others of the page, fails and rings', async () => {
    const [broken] = (await newPeople(1)) as [Known];
    const sound = (await wrappedOf(broken.subjectId)) as Uint8Array;
    const altered = Buffer.from(sound);
    altered[altered.length - 1] = (altered.at(-1) ?? 0) ^ 1;
    await world.deps.table.write(replaceKey(keys.person(broken.subjectId), 'wrappedKey', sound, altered));
    const { version } = await startOn(world);
    await deliver(world);
    expect(await versionsOf(known)).toEqual([version]);
    expect(await statusOf(world)).toMatchObject({ step: 'gather', partsFailing: 1 });
    for (let time = 0; time < 5; time += 1) {
      world.wait(HOUR_MS);
      await timer(world);
      world.queued.length = 0;
    }
    expect(world.lines.some((line) => line.includes('"alarm"') && line.includes('process/rotation'))).toBe(
      true,
    );
    world.wait(KEEP_RETIRED_MS);
    await timer(world);
    expect(await branchVersions()).toEqual([version - 1, version]);
    await world.deps.table.write(replaceKey(keys.person(broken.subjectId), 'wrappedKey', altered, sound));
    await finishRotation(world);
    known.push(broken);
    await expectEnd(version);
  });
});

/** Where a machine dies: so many calls after a step begins, or after it has answered with a move. */
type Case = { step: string; from: 'begins' | 'moves'; cut: Cut };
const CALLS_FROM = { begins: 5, moves: 3 };
const whens = ['before it took effect', 'after it took effect'] as const;
/** Every call of a start, and those about every step. */
const START_CALLS = 6;
const cases: Case[] = [
  ...cuts(START_CALLS).map((cut) => ({ step: 'start', from: 'begins', cut }) as const),
  ...Object.keys(rotation).flatMap((step) =>
    (['begins', 'moves'] as const).flatMap((from) =>
      cuts(CALLS_FROM[from]).map((cut) => ({ step, from, cut })),
    ),
  ),
];

function cuts(calls: number): Cut[] {
  return Array.from({ length: calls }, (_, call) => whens.map((when) => ({ atCall: call + 1, when }))).flat();
}

describe('a rotation whose machine is killed (S5)', () => {
  it('comes to the same end wherever it dies, with one new version, its messages again or lost', async () => {
    await holdsFor(cases, 1, async (one) => {
      const { version } = await statusOf(world);
      const messages = await die(one, version + 1);
      const came = await statusOf(world);
      expect(came.version - version).toBeLessThanOrEqual(1);
      world.queued.push(...(one.cut.atCall % 2 === 0 ? messages : []));
      let ends = came.version;
      if (ends === version || one.cut.when === 'before it took effect') {
        const again = await startOn(world);
        const isUnderWay = ['spread', 'gather'].includes(came.step);
        ends = isUnderWay ? came.version : came.version + 1;
        expect(again).toMatchObject({ outcome: isUnderWay ? 'joined' : 'begun', version: ends });
      }
      await finishRotation(world);
      await expectEnd(ends);
    });
  });

  it('comes to the same end with two at work at once and every message twice', async () => {
    for (let time = 0; time < amount(5, 1); time += 1) {
      const { version } = await startOn(world);
      await runProcess(world.deps, rotationTo(version), 'spread', inFewParts);
      world.queued.push(...world.queued, rotationTo(version));
      await Promise.all([deliver(world), deliver(world)]);
      world.wait(LONG_ENOUGH_MS);
      await Promise.all([timer(world), timer(world)]);
      await Promise.all([deliver(world), deliver(world)]);
      await finishRotation(world);
      await expectEnd(version);
    }
  });
});

/** Has a rotation begin and go on until its machine dies. Answers messages that may come again. */
async function die({ step, from, cut }: Case, version: number): Promise<ProcessRef[]> {
  const never = Number.POSITIVE_INFINITY;
  const armed: Cut = { atCall: step === 'start' ? cut.atCall : never, when: cut.when };
  const dying = machine(world.deps, armed);
  const arm = () => {
    if (armed.atCall === never) armed.atCall = dying.calls() + cut.atCall;
  };
  const run = inFewParts.rotation?.[step];
  const watched: Step = async (deps, input) => {
    if (from === 'begins') arm();
    const next = await run?.(deps, input);
    if (from === 'moves' && next && !('waitUntilMs' in next)) arm();
    return next as Next;
  };
  const kinds = {
    ...inFewParts,
    rotation: { ...inFewParts.rotation, ...(run && { [step]: watched }) },
  };
  const work = startOn(world, dying.deps).then(() => finishRotation(world, dying.deps, kinds));
  const isDead = await work.then(
    () => false,
    (error: unknown) => error instanceof PowerCut || Promise.reject(error),
  );
  // After the last step come as many calls as shards of the timer are left, which differ by version: it may end before it dies.
  if (!isDead) expect([step, dying.calls() < armed.atCall]).toEqual(['remove', true]);
  world.queued.length = 0;
  const part = { kind: 'rotation', id: `${version}-${SHARD}` };
  return [part, rotationTo(version), part, rotationTo(version)];
}

describe('a rotation among many people (S5)', () => {
  it('moves everybody, page by page, and whoever came or was brought back meanwhile, and then removes the older keys', async () => {
    const { version } = await statusOf(world);
    const erased = await newPeople(1);
    for (const { subjectId } of erased)
      await world.deps.table.update({ Key: keys.person(subjectId), UpdateExpression: 'REMOVE wrappedKey' });
    known.push(...(await newPeople(2 * PEOPLE_PER_STEP + 10)));
    const backup = await Promise.all(known.slice(0, 2).map(({ subjectId }) => wrappedOf(subjectId)));
    const stale = world.instance();
    await stale.trail.newDataKey(like.subjectId); // from here on it knows of no newer key for five minutes

    expect(await startOn(world)).toEqual({ outcome: 'begun', version: version + 1, rewrappedRing: 0 });
    await deliver(world);
    expect(await versionsOf(known)).toEqual([version + 1]);
    const late = await newPeople(2, stale);
    expect(await versionsOf(late)).toEqual([version]);
    known.push(...late);
    expect((await statusOf(world)).step).toBe('gather');

    await passUntil(world, (step) => step === 'rest');
    expect(await versionsOf(known)).toEqual([version + 1]);
    expect(await branchVersions()).toEqual([version, version + 1]);
    for (const [index, { subjectId }] of known.slice(0, 2).entries()) {
      const now = (await wrappedOf(subjectId)) as Uint8Array;
      await world.deps.table.write(
        replaceKey(keys.person(subjectId), 'wrappedKey', now, backup[index] as Uint8Array),
      );
    }
    expect((await statusOf(world)).keptUntil).toBe(
      new Date(world.deps.clock.now() + KEEP_RETIRED_MS).toISOString(),
    );
    world.wait(KEEP_RETIRED_MS - HOUR_MS);
    await timer(world);
    expect(await branchVersions()).toEqual([version, version + 1]);
    expect(KEEP_RETIRED_MS).toBe(40 * DAY_MS);
    world.wait(HOUR_MS);
    await timer(world);
    await finishRotation(world);
    await expectEnd(version + 1);
    expect(await wrappedOf(erased[0]?.subjectId ?? '')).toBeUndefined();
  });
});
