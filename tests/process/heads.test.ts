import { sweep } from '../../functions/retention/sweep';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../lib/clock';
import type { Deps } from '../../lib/deps';
import { beijingDay } from '../../lib/policy/working-days';
import { headsOfToday } from '../../lib/process/heads';
import { runProcess } from '../../lib/process/run';
import { HEADS, type Head, movedBy, noteOf } from '../../lib/table/changes/heads';
import type { Item } from '../../lib/table/client';
import { incidentKey } from '../../lib/table/incident/incident';
import { keys } from '../../lib/table/keys';
import { bookKey } from '../../lib/table/policy/policy-version';
import { processKey } from '../../lib/table/process/process';
import { appendRetention } from '../../lib/table/retention/append';
import { retentionHead } from '../../lib/table/retention/retention-entry';
import { declare } from '../breach/support';
import { type Holder, holder } from '../cards/support';
import { rawTable } from '../consent/support';
import { join } from '../judge/journey';
import { inProofAlone } from '../proof/sample';
import { backUp, restore } from '../support/backup';
import { grant, withdraw } from '../support/consent';
import { beginEnd } from '../support/end';
import { createWorld, type World } from '../support/world';
import { untilOpen } from './restored';

/**
 * What was once true of a chain is found by what the locked bucket noted of it, also where nothing says who has changed the table
 * (promise S9).
 */
let world: World;
let one: Holder;
let incidentId: string;
beforeAll(async () => {
  world = await createWorld();
  one = await holder(world, 'one');
  await appendRetention(world.deps, { act: 'hold.placed' });
  ({ incidentId } = await declare(world));
  await everyHeadIsNoted();
});

const raw = () => rawTable(world);
const TableName = () => world.config.TABLE_NAME;
const at = ({ pk, sk }: { pk: string; sk: string }) => ({ TableName: TableName(), Key: { pk, sk } });
const lies = async (key: { pk: string; sk: string }) => (await raw().get(at(key))).Item as Item;

/** Notes all heads that there are, as the look at changes does page by page. */
let pages = 0;
async function everyHeadIsNoted(): Promise<Head[]> {
  const { deps } = world;
  const items = (await raw().scan({ TableName: TableName() })).Items as Item[];
  const heads = movedBy(items.map((after) => ({ before: undefined, after })));
  const nowMs = deps.clock.now();
  pages += 1;
  await deps.vault.put(`${HEADS}${beijingDay(nowMs)}/part/${pages}`, await noteOf(deps.ring, heads, nowMs));
  return heads;
}

/** The look of a new day. Answers what it named, and what it rang. */
async function night(deps: Deps = world.deps) {
  world.wait(DAY_MS);
  const linesBefore = world.lines.length;
  const today = await headsOfToday(deps);
  if (today) await deps.table.write(today.begin);
  world.wait(HOUR_MS + MINUTE_MS);
  const ref = { kind: 'heads', id: beijingDay(deps.clock.now() - HOUR_MS) };
  let outcome = 'goes-on';
  while (outcome === 'goes-on') ({ outcome } = await runProcess(deps, ref, 'night'));
  world.queued.splice(0);
  expect(outcome).toBe('done');
  const rung = world.lines.slice(linesBefore).flatMap((line) => {
    const { event, outcome: said, persons } = JSON.parse(line);
    return event === 'alarm' ? [{ said, persons }] : [];
  });
  return rung;
}

/** Something lies in the table for one night; what was there is put back afterwards. */
async function whileThereLies<T>(forged: Item, act: () => Promise<T>): Promise<T> {
  const before = await lies(forged);
  await raw().put({ TableName: TableName(), Item: forged });
  const done = await act();
  await raw().put({ TableName: TableName(), Item: before });
  return done;
}

/** The accounts that the officers are told of, with how, since so many lines. */
async function listed(after: number) {
  type Line = { how: string; kind: string; subjectId?: string };
  const officer = { token: 'staff:olga:officer' };
  const { lines } = await world.ok<{ lines: Line[] }>('audit/putBack', {}, officer);
  return lines.slice(after).map(({ how, kind, subjectId }) => ({ how, kind, subjectId }));
}

describe('a chain that ends before what was noted of it, or goes on in another way (S9)', () => {
  it('is named that night, a person by their pseudonym and to officers by their account', async () => {
    const key = keys.person(one.subjectId);
    const before = await lies(key);
    await grant(world, one, 'profile');
    await withdraw(world, one, 'profile');
    await everyHeadIsNoted();
    expect(await night()).toEqual([]);
    const [alarm] = await whileThereLies(before, () => night());
    expect(alarm?.said).toBe('PUT_BACK');
    expect(alarm?.persons).toHaveLength(1);
    expect(alarm?.persons).not.toContain(one.subjectId);
    expect(await listed(0)).toEqual([{ how: 'rolled-back', kind: 'person', subjectId: one.subjectId }]);
    expect(await night()).toEqual([]);
  });

  it('also with another entry under the same number, and where the person has gone on from there', async () => {
    const after = (await listed(0)).length;
    const { ledgerSeq } = await lies(keys.person(one.subjectId));
    const entryKey = {
      pk: keys.person(one.subjectId).pk,
      sk: `LEDGER#${String(ledgerSeq).padStart(12, '0')}`,
    };
    const entry = await lies(entryKey);
    const other = { ...entry, hash: new Uint8Array(32).fill(1) };
    expect((await whileThereLies(other, () => night()))[0]?.said).toBe('PUT_BACK');
    await grant(world, one, 'profile');
    expect(await night()).toEqual([]);
    expect((await whileThereLies(other, () => night()))[0]?.said).toBe('PUT_BACK');
    expect((await listed(after)).every(({ subjectId }) => subjectId === one.subjectId)).toBe(true);
  });

  it('of what has ended, of an incident, of the policy', async () => {
    const after = (await listed(0)).length;
    const of: [{ pk: string; sk: string }, object][] = [
      [retentionHead.key('service'), { seq: 0 }],
      [incidentKey(incidentId), { seq: 0 }],
      [bookKey, { latest: 0 }],
    ];
    for (const [key, change] of of)
      expect((await whileThereLies({ ...(await lies(key)), ...change }, () => night()))[0]?.said).toBe(
        'PUT_BACK',
      );
    const kinds = (await listed(after)).map(({ kind }) => kind);
    expect(kinds).toEqual(['retention-head', 'incident', 'policy-book']);
  });
});

describe('what was noted (S9)', () => {
  it('is believed only as the service wrote it, and is missed where it is hidden or has gone', async () => {
    const forged = { note: { at: '2026-12-01T00:00:00.000Z', day: '2026-12-01', heads: [] }, mac: '' };
    const name = `${HEADS}${beijingDay(world.deps.clock.now())}/part/x`;
    world.vault.set(name, Buffer.from(JSON.stringify(forged)));
    expect((await night()).map(({ said }) => said)).toEqual(['FORGED']);
    const hiding = { ...world.deps, vault: { ...world.deps.vault, read: async () => undefined } };
    expect((await night(hiding)).map(({ said }) => said)).toContain('HIDDEN');
    world.vault.delete(name);
    expect((await night()).map(({ said }) => said)).toEqual(['ROOT']);
  });
});

it('the look of the night is begun by whoever dies behind the write that begins its day (S9)', async () => {
  world.wait(DAY_MS);
  const day = beijingDay(world.deps.clock.now());
  const deaths: string[] = [];
  const write: Deps['table']['write'] = async (...given) => {
    await world.deps.table.write(...given);
    if (!given.some((one) => one.Put?.Item?.kind === 'forecast')) return;
    deaths.push(day);
    throw new Error('the power is gone');
  };
  const { table } = world.deps;
  await sweep({ ...world.deps, table: { ...table, write } }, { requestId: 'dies' });
  world.queued.splice(0);
  const [row] = await table.getMany([processKey({ kind: 'heads', id: day })]);
  expect([deaths, row?.kind]).toEqual([[day], 'heads']);
});

inProofAlone(() => {
  it('is nobody who was erased, and nobody who was joined', async () => {
    const [goes, stays, leaves] = [
      await holder(world, 'goes'),
      await holder(world, 'stays'),
      await holder(world, 'leaves'),
    ];
    await everyHeadIsNoted();
    await beginEnd(world, goes.subjectId);
    await join(world, stays, leaves, ['stays', 'leaves']);
    await world.work();
    await everyHeadIsNoted();
    // The note that has gone above still rings.
    expect((await night()).map(({ said }) => said)).toEqual(['ROOT']);
  });

  it('names after a restore whose chain had gone further than the backup, and only then', async () => {
    const backup = await backUp(world);
    world.wait(MINUTE_MS);
    const me = await world.signIn('one');
    await grant(world, me, 'viewer-name');
    await everyHeadIsNoted();
    const after = (await listed(0)).length;
    await restore(world, backup);
    world.wait(10 * MINUTE_MS);
    await world.deps.policy.refresh();
    await untilOpen(world);
    await night();
    expect(await listed(after)).toContainEqual({ how: 'lost', kind: 'person', subjectId: one.subjectId });
    world.wait(DAY_MS);
    const told = (await listed(after)).length;
    await night();
    expect(await listed(after)).toHaveLength(told);
  });
});
