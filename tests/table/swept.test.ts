import * as z from 'zod/mini';
import { HOUR_MS, MINUTE_MS, toEpochSeconds } from '../../lib/clock';
import { randomId, systemRandom } from '../../lib/crypto/random';
import type { Deps } from '../../lib/deps';
import { AppError } from '../../lib/errors';
import { endOfPeriodAmong } from '../../lib/process/end-of-period';
import { runProcess } from '../../lib/process/run';
import { sweepPart } from '../../lib/process/sweep/sweep-part';
import { digest, plain } from '../../lib/table/attribute';
import { declareEntity } from '../../lib/table/entity';
import { readGauges } from '../../lib/table/gauge/gauge';
import { type Key, SWEEP_PARTS } from '../../lib/table/keys';
import { putPerson } from '../../lib/table/person/person';
import { inPerson } from '../../lib/table/place';
import { create } from '../../lib/table/replace';
import { readRetention, retentionChains } from '../../lib/table/retention/append';
import { share, sharePointer } from '../../lib/table/sharing/share';
import { nobodyYet } from '../support/nobody-yet';
import { rawItem } from '../support/raw-item';
import { newSealer } from '../support/sealer';
import { createWorld, START, type World } from '../support/world';

/** Ends by the clock, has files, is led to and counted. */
const madeUp = declareEntity('made-up', {
  place: inPerson('cards', (id: string) => `~made-up#${id}`),
  life: { rule: 'card-life', until: 'expiresAtSeconds' },
  pointers: ['pointer'],
  files: { names: 'objects', openUntilSeconds: 'openUntilSeconds' },
  unguarded: 'made up',
  attributes: {
    objects: plain('card-state', z.array(z.string())),
    openUntilSeconds: plain('card-state', z.int()),
    expiresAtSeconds: plain('card-state', z.int()),
    mark: digest('id-digest', z.string()),
  },
});
const among = new Map([[madeUp.name, madeUp as never]]);

/** It ends within the hour, and is swept when that is over. */
const LIFE_MS = HOUR_MS;
const ENDS = toEpochSeconds(START + 1_000_000);
const night = { trigger: 'schedule' } as const;

type Made = { item: Key; pointer: Key; file: string };
let world: World;
beforeEach(async () => {
  world = await createWorld();
});

async function put(openUntilSeconds = 0): Promise<Made> {
  const [subjectId, id] = [randomId(systemRandom), randomId(systemRandom)];
  const file = `made-up/${id}`;
  const pointer: Key = { pk: `ID#test#${id}`, sk: 'ID' };
  const value = { objects: [file], openUntilSeconds, expiresAtSeconds: ENDS, mark: 'm', epoch: 1 };
  const item = madeUp.make(subjectId, id, value, { points: [pointer] });
  world.files.set(file, Buffer.from('picture'));
  await world.deps.table.write(putPerson(nobodyYet(subjectId)));
  await world.deps.table.write(create(item), {
    Put: { Item: rawItem({ ...pointer, entity: 'pointer', subjectId }) },
  });
  return { item: { pk: item.pk, sk: item.sk }, pointer, file };
}

/** Which parts of it are still there. */
async function left({ item, pointer, file }: Made) {
  const [self, leads] = await world.deps.table.getMany([item, pointer], 'ended-too');
  return { item: self !== undefined, pointer: leads !== undefined, file: world.files.has(file) };
}

/** Every part, and what is handed to processes of their own, once. */
async function sweep(deps: Deps = world.deps): Promise<{ swept: number; failed: number }> {
  const sum = { swept: 0, failed: 0 };
  for (let shard = 0; shard < SWEEP_PARTS; shard += 1) {
    const { swept, failed, after } = await sweepPart(deps, shard, { pages: 10, requestId: 'r' }, among);
    expect(after).toBeUndefined();
    sum.swept += swept;
    sum.failed += failed;
  }
  for (const ref of world.queued.splice(0, world.queued.length)) {
    const { outcome, count } = await runProcess(deps, ref, 'r', kinds);
    sum.swept += count;
    sum.failed += outcome === 'failed' ? 1 : 0;
  }
  return sum;
}
const kinds = { 'end-of-period': endOfPeriodAmong(among) };
const counted = async () => (await readGauges(world.deps.table))['id-digest'];
const nothing = { item: false, pointer: false, file: false };
const everything = { item: true, pointer: true, file: true };

describe('what has ended by the clock is swept (S2)', () => {
  it('each night, with what leads to it, and the answer and the log tell how many and not whose', async () => {
    const subjectId = randomId(systemRandom);
    const sealer = newSealer(subjectId);
    const id = randomId(systemRandom);
    const common = { cardId: id, epoch: 1, expiresAtSeconds: ENDS, shareId: id };
    const leads = sharePointer.make(`digest-${id}`, undefined, { ...common, subjectId });
    const link = { ...common, fields: [], createdAt: '', shareEpoch: 0, uses: 0, request: '', seed: '' };
    await world.deps.table.write(create(share.make(subjectId, id, link, { sealer, points: [leads] })), {
      Put: { Item: leads },
    });
    world.wait(LIFE_MS - 1000);
    expect(await world.ok('retention/sweep', {}, night)).toMatchObject({ swept: 0 });
    await world.work();
    world.wait(1000);
    expect(await world.ok('retention/sweep', {}, night)).toEqual({
      found: 0,
      failed: 0,
      swept: 1,
      finished: true,
    });
    expect(JSON.stringify(await world.scan())).not.toContain(id);
    const said = world.lines.map((line) => JSON.parse(line)).find(({ event }) => event === 'erasure');
    expect(said).toMatchObject({ operation: 'retention/sweep', count: 1 });
    expect(world.lines.join('\n')).not.toContain(subjectId);
    expect(await world.ok('retention/sweep', {}, night)).toMatchObject({ swept: 0, failed: 0 });

    const pages = retentionChains.map((chain) => readRetention(world.deps.table, chain, 0, 10));
    const told = (await Promise.all(pages)).flatMap(({ entries }) => entries);
    const entries = told.filter(({ act }) => act === 'period.ended');
    expect(entries).toMatchObject([
      { act: 'period.ended', rule: 'share-life', kind: 'share', count: 1, digest: expect.any(Uint8Array) },
    ]);
    expect(JSON.stringify(entries)).not.toContain(subjectId);
  });

  it('files first, then the item with its pointers and its head-count in one', async () => {
    const made = await put();
    expect(await sweep()).toEqual({ swept: 0, failed: 0 });
    expect(await left(made)).toEqual(everything);
    world.wait(LIFE_MS);
    const { table } = world.deps;
    const write: typeof table.write = async (...writes) => {
      if (writes.some(({ Delete }) => Delete)) throw new Error('power cut');
      await table.write(...writes);
    };
    const cut = { ...table, write };
    expect(await sweep({ ...world.deps, table: cut })).toMatchObject({ swept: 0, failed: 1 });
    expect(await left(made)).toEqual({ item: true, pointer: true, file: false });
    expect(await counted()).toBe(1);
    world.wait(MINUTE_MS);
    expect(await sweep()).toEqual({ swept: 1, failed: 0 });
    expect(await left(made)).toEqual(nothing);
    expect(await counted()).toBe(0);
  });

  it('one that fails stays whole, is counted and stops none of the others', async () => {
    const all = [await put(), await put(), await put()];
    const [, bad] = all;
    world.wait(LIFE_MS);
    const objects = {
      ...world.deps.objects,
      remove: async (names: readonly string[]) => {
        if (names.includes(bad?.file ?? '')) throw new AppError('PARTNER_UNAVAILABLE');
        await world.deps.objects.remove(names);
      },
    };
    expect(await sweep({ ...world.deps, objects })).toEqual({ swept: 2, failed: 1 });
    for (const made of all) expect(await left(made)).toEqual(made === bad ? everything : nothing);
    world.wait(MINUTE_MS);
    expect(await sweep()).toEqual({ swept: 1, failed: 0 });
    expect(await counted()).toBe(0);
  });

  it('by two sweepers at once: everything once, and the head-counts are exact', async () => {
    const all = await Promise.all(Array.from({ length: 6 }, () => put()));
    world.wait(LIFE_MS);
    const both = await Promise.all([sweep(), sweep(world.instance())]);
    expect(both.map(({ failed }) => failed)).toEqual([0, 0]);
    expect(both.reduce((sum, { swept }) => sum + swept, 0)).toBe(6);
    for (const made of all) expect(await left(made)).toEqual(nothing);
    expect(await counted()).toBe(0);
  });

  it('not what was given longer meanwhile', async () => {
    const made = await put();
    world.wait(LIFE_MS);
    const { table } = world.deps;
    const longer = {
      Key: made.item,
      UpdateExpression: 'SET expiresAtSeconds = :later',
      ExpressionAttributeValues: { ':later': ENDS + 3600 },
    };
    const slow: Deps['table'] = {
      ...table,
      async write(...writes) {
        await table.update(longer);
        await table.write(...writes);
      },
    };
    expect(await sweep({ ...world.deps, table: slow })).toEqual({ swept: 0, failed: 0 });
    expect(await left(made)).toMatchObject({ item: true, pointer: true });
    expect(await counted()).toBe(1);
  });

  it('not while one of its files may still appear', async () => {
    const made = await put(toEpochSeconds(START + LIFE_MS) + 60);
    world.wait(LIFE_MS);
    expect(await sweep()).toEqual({ swept: 0, failed: 0 });
    expect(await left(made)).toEqual(everything);
    world.wait(60_000);
    expect(await sweep()).toMatchObject({ swept: 1 });
    expect(await left(made)).toEqual(nothing);
  });
});
