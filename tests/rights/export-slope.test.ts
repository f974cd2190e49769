import { randomId, systemRandom } from '../../lib/crypto/random';
import { MAX_RECORDS_PER_PIECE } from '../../lib/export/archive';
import { runProcess } from '../../lib/process/run';
import { slicesOf } from '../../lib/slices';
import { keys } from '../../lib/table/keys';
import { readPerson } from '../../lib/table/person/person';
import { openPerson } from '../../lib/table/person/person-key';
import type { ProcessRef } from '../../lib/table/process/process';
import { eraseSteps } from '../../lib/table/readers/erase';
import { create } from '../../lib/table/replace';
import { contact } from '../../lib/table/sharing/contact';
import { holder } from '../cards/support';
import { amount, inProofAlone } from '../proof/sample';
import { putInto } from '../support/life';
import { type Caller, createWorld, type World } from '../support/world';
import { askExport, exportOf, takeArchive } from './export-support';

const MANY = amount(10_000, 150);
const FEW = amount(500, 20);
/** Records that one query answers. */
const PAGE = 100;
/** Trips of a step beside its queries: the row and the person, the export, and the transaction. */
const BESIDE = 4;
/** What the memory may differ by, however many records there are: several pieces, and what is not collected yet. */
const MAX_MORE_BYTES = 48 * 1024 * 1024;

let world: World;
beforeAll(async () => {
  world = await createWorld();
});

/** Somebody with so many cards of others in their folder, of each of which they have noted something. */
async function collector(openid: string, count: number): Promise<Caller & { subjectId: string }> {
  const me = await holder(world, openid);
  const { deps } = world;
  const [item] = await deps.table.getMany([keys.person(me.subjectId)]);
  const sealer = item && (await openPerson(deps, readPerson(item)));
  const all = Array.from({ length: count }, (_, at) => {
    const contactId = randomId(systemRandom);
    const words = { note: `第 ${at} 位，${'展会上认识的'.repeat(6)}`, groups: ['客户'], favourite: false };
    const value = { contactId, at: '2026-12-01T02:00:00.000Z', version: 1, epoch: 0, ...words };
    return create(contact.make(me.subjectId, contactId, value, { sealer, points: [] }));
  });
  for (const [first, ...others] of slicesOf(all, 50)) if (first) await deps.table.write(first, ...others);
  return me;
}

/** Makes the export of somebody, and answers the most that any step took. */
async function made(me: Caller, openid: string): Promise<{ steps: number; trips: number; heap: number }> {
  await askExport(world, me, openid);
  const ref = world.queued.splice(0).find(({ kind }) => kind === 'export') as ProcessRef;
  const { table } = world.deps;
  const most = { steps: 0, trips: 0, heap: 0 };
  let trips = 0;
  const counted = <A extends unknown[], R>(act: (...given: A) => Promise<R>) => {
    return (...given: A) => {
      trips += 1;
      return act(...given);
    };
  };
  const write = counted(table.write);
  const counting = {
    ...table,
    getMany: counted(table.getMany),
    query: counted(table.query),
    write: async (...writes: Parameters<typeof table.write>) => {
      await write(...writes);
      most.steps += 1;
      most.trips = Math.max(most.trips, trips);
      most.heap = Math.max(most.heap, process.memoryUsage().heapUsed);
      trips = 0;
    },
  };
  await runProcess({ ...world.deps, table: counting }, ref, 'slope');
  return most;
}

it('an archive of many records has every one of them, no step in more trips than a piece takes (R1)', async () => {
  const me = await collector('many', MANY);
  const { trips, steps } = await made(me, 'many');
  const whole = await exportOf(world, me);
  expect(whole?.state).toBe('complete');
  expect(trips).toBeLessThanOrEqual(BESIDE + MAX_RECORDS_PER_PIECE / PAGE + 1);
  expect(steps).toBeGreaterThanOrEqual(whole?.pieces.length ?? 0);
  const archive = await takeArchive(world, me);
  const notes = archive.records.filter(({ entity }) => entity === 'contact').map(({ values }) => values.note);
  expect(new Set(notes).size).toBe(MANY);
  const pages = [...archive.files]
    .filter(([name]) => name.endsWith('.html'))
    .map(([, bytes]) => bytes.toString());
  expect(pages.join('').match(/第 \d+ 位/g)).toHaveLength(MANY);
  // And all of it goes with the account, in steps that a transaction takes.
  await putInto(world.deps.table, me.subjectId, 'closing');
  const at = '2026-12-01T02:00:00.000Z';
  for await (const { writes } of eraseSteps(world.deps.table, me.subjectId, { at }))
    await world.deps.table.write(...writes);
  const left = (await world.scan(keys.person(me.subjectId).pk)) as { entity: { S: string } }[];
  expect(left.filter(({ entity }) => /^(export|contact)/.test(entity.S))).toEqual([]);
});

inProofAlone(() => {
  it('and in the memory of one piece, however many they are', async () => {
    const [few, many] = [await collector('few', FEW), await collector('more', MANY)];
    await made(few, 'few');
    const little = await made(few, 'few');
    const much = await made(many, 'more');
    expect(much.steps).toBeGreaterThan(little.steps);
    expect(much.heap - little.heap).toBeLessThan(MAX_MORE_BYTES);
  });
});
