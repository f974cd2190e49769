import { DAY_MS, toEpochSeconds, toInstant } from '../../lib/clock';
import { endOfPeriod } from '../../lib/policy/period';
import { bury } from '../../lib/process/end-account/bury';
import type { Item } from '../../lib/table/client';
import { keys } from '../../lib/table/keys';
import { appendEntry } from '../../lib/table/ledger/append';
import { ledgerEntry } from '../../lib/table/ledger/ledger';
import { endOfAccount, startOfEnd } from '../../lib/table/person/end-of-account';
import { MAX_SESSIONS_PER_PERSON, readPerson } from '../../lib/table/person/person';
import { tombstoneOf } from '../../lib/table/person/tombstone';
import { moveProcess, processKey, readProcess } from '../../lib/table/process/process';
import { putFaceStart } from '../../lib/table/real-name/face-session';
import { recipientDuty, recipientDutyKey } from '../../lib/table/recipient/recipient-duty';
import { holder, newCard } from '../cards/support';
import { agreeingPartners } from '../identity/agreeing-partners';
import { join, verifyBy } from '../judge/journey';
import { amount } from '../proof/sample';
import { beginEnd } from '../support/end';
import { move } from '../support/life';
import { createWorld, type World } from '../support/world';

let world: World;
beforeAll(async () => {
  world = await createWorld({ partners: agreeingPartners });
});

const left = async (subjectId: string) =>
  (await world.scan(keys.person(subjectId).pk)).map(({ entity }) => (entity as { S: string }).S);
const itemAt = async (key: { pk: string; sk: string }) => (await world.deps.table.getMany([key]))[0];
const sweep = async () => {
  await world.ok('retention/sweep', {}, { trigger: 'schedule' });
  await world.work();
};
const support = { token: 'staff:one:support' };

it('an account that ends leaves what the law keeps, each with its own end, and a tombstone (R3, S2, S7)', async () => {
  const me = await holder(world, 'one');
  await newCard(world, me);
  await beginEnd(world, me.subjectId);
  await world.work();
  expect(new Set(await left(me.subjectId))).toEqual(new Set(['person', 'ledger-entry']));
  const self = await itemAt(keys.person(me.subjectId));
  expect([...world.vault.keys()]).toContain(tombstoneOf(me.subjectId, String(self?.lifeStateAt)).name);
  expect(self).toMatchObject({ lifeState: 'erased' });
  expect(self?.wrappedKey).toBeUndefined();
  const three = toEpochSeconds(endOfPeriod({ months: 36 }, Date.parse(String(self?.lifeStateAt))));
  const ends = (await world.scan(keys.person(me.subjectId).pk)).map(
    ({ expiresAtSeconds }) => (expiresAtSeconds as { N: string } | undefined)?.N,
  );
  expect(new Set(ends)).toEqual(new Set([String(three)]));
});

it('what is noted of an ended account later has its end at once, as everything else of it (S2)', async () => {
  const me = await holder(world, 'noted later');
  const before = await itemAt(keys.person(me.subjectId));
  await beginEnd(world, me.subjectId);
  await world.work();
  const self = await itemAt(keys.person(me.subjectId));
  if (!before || !self) throw new Error('nobody is there');
  // By somebody who still takes the account for alive, and by somebody who knows.
  for (const known of [before, self]) {
    const released = { act: 'hold.released', actor: 'service', kinds: [], requestId: 'r' } as const;
    const entry = {
      ...released,
      at: toInstant(world.deps.clock.now()),
      by: 'operation:retention/runProcess',
    } as const;
    const { ledgerSeq } = await appendEntry(world.deps, readPerson(known), entry);
    const { pk, sk, expiresAtSeconds, dueShard } = (await itemAt(
      ledgerEntry.key(me.subjectId, ledgerSeq),
    )) as Item;
    expect({ pk, sk, expiresAtSeconds, dueShard }).toEqual({
      ...ledgerEntry.key(me.subjectId, ledgerSeq),
      expiresAtSeconds: self.expiresAtSeconds,
      dueShard: expect.stringMatching(/^ENDS#/),
    });
  }
});

it('no tombstone, no erasure (S7)', async () => {
  const me = await holder(world, 'unburied');
  await beginEnd(world, me.subjectId);
  const [self, row] = await world.deps.table.getMany([
    keys.person(me.subjectId),
    processKey(endOfAccount(me.subjectId)),
  ]);
  const process = readProcess(row);
  if (!process) throw new Error('it has begun');
  const vault = { ...world.deps.vault, put: () => Promise.reject(new Error('away')) };
  await expect(bury({ ...world.deps, vault }, { process, self, requestId: 'r' })).rejects.toThrow('away');
  expect(await itemAt(keys.person(me.subjectId))).toEqual(self);
  world.queued.splice(0, world.queued.length);
});

it('an account that was given up for one that ends goes with it (R3)', async () => {
  const [stays, leaves] = [await holder(world, 'stays'), await holder(world, 'leaves')];
  await join(world, stays, leaves, ['stays', 'leaves']);
  expect(await itemAt(keys.person(leaves.subjectId))).toMatchObject({ lifeState: 'left' });
  await beginEnd(world, stays.subjectId);
  await world.work();
  for (const { subjectId } of [stays, leaves]) {
    const self = await itemAt(keys.person(subjectId));
    expect(self).toMatchObject({ lifeState: 'erased', expiresAtSeconds: expect.any(Number) });
    expect(self?.wrappedKey).toBeUndefined();
  }
});

it('who was given data is reminded twice until they confirm, and is the officer’s after that; the answer is kept for its own three years (R3, S2)', async () => {
  const me = await holder(world, 'told', 'real-name', 'real-name-bank');
  await verifyBy(world, me, 'bank');
  await beginEnd(world, me.subjectId);
  await world.work();
  const key = recipientDutyKey(me.subjectId, { recipient: 'tencent-faceid' });
  const duty = async () => recipientDuty.read(await itemAt(key));
  expect(await duty()).toMatchObject({ kinds: ['identity-input'], reminders: 0 });
  const listed = async () => {
    type List = { waiting: { subjectId: string; level: string; reminders: number }[] };
    const { waiting } = await world.ok<List>('rights/ticketQueue', {}, support);
    return waiting.find(({ subjectId }) => subjectId === me.subjectId);
  };
  for (const [days, expected] of [
    [4, { reminders: 0, level: 'in-time' }],
    [2, { reminders: 1, level: 'in-time' }],
    [5, { reminders: 2, level: 'warned' }],
    [5, { reminders: 2, level: 'late' }],
  ] as const) {
    world.wait(days * DAY_MS);
    await sweep();
    expect(await listed()).toMatchObject(expected);
  }
  const outcomes = world.lines.flatMap((line) => /"outcome":"(RECIPIENTS_\w+)"/.exec(line)?.[1] ?? []);
  expect(outcomes).toEqual(['RECIPIENTS_REMINDED', 'RECIPIENTS_REMINDED', 'RECIPIENTS_OVERDUE']);
  const said = { subjectId: me.subjectId, recipient: 'tencent-faceid', document: 'T-9' };
  const first = await world.ok('retention/confirmRecipient', said, support);
  world.wait(1000);
  expect(await world.ok('retention/confirmRecipient', said, support)).toEqual(first);
  expect(await listed()).toBeUndefined();
  expect(await itemAt(key)).toMatchObject({ confirmedBy: 'one', expiresAtSeconds: expect.any(Number) });
  // Three years from the account for the rest, and from the confirmation for this.
  const endMs = Number((await itemAt(keys.person(me.subjectId)))?.expiresAtSeconds) * 1000;
  world.wait(endMs - world.deps.clock.now());
  await sweep();
  expect(new Set(await left(me.subjectId))).toEqual(new Set(['person', 'confirmed-recipient']));
  world.wait(2 * 31 * DAY_MS);
  await sweep();
  expect(await left(me.subjectId)).toEqual([]);
});

describe('the first write of an end', () => {
  /** Somebody with as much in their own item as most will ever have, and so many items. */
  async function owner(name: string, count: number) {
    const me = await holder(world, name);
    for (let session = 1; session < MAX_SESSIONS_PER_PERSON; session += 1) await world.signIn(name);
    const start = { epoch: 0, wayEpoch: 0, content: '', isOver: false };
    const nowMs = world.deps.clock.now();
    // Each is two items: it and what leads to it.
    for (let made = 0; made < count; made += 50) {
      const [first, ...others] = Array.from({ length: Math.min(50, count - made) }, (_, one) =>
        putFaceStart(me.subjectId, `s${made + one}`, { ...start, startedAt: toInstant(nowMs) }, nowMs),
      ).flat();
      if (first) await world.deps.table.write(first, ...others);
    }
    const { table, clock } = world.deps;
    await move(table, me.subjectId, 'closing');
    await table.write(startOfEnd(me.subjectId, toInstant(clock.now()), 1));
    return me.subjectId;
  }

  it('costs one trip behind the tombstone and at most 24 units, whatever there is (R3)', async () => {
    const costs = [];
    for (const count of [10, amount(10_000, 100)]) {
      const subjectId = await owner(`owner of ${count}`, count);
      const { table } = world.deps;
      const [self, row] = (await table.getMany([
        keys.person(subjectId),
        processKey(endOfAccount(subjectId)),
      ])) as [Item, Item];
      const process = readProcess(row);
      if (!process) throw new Error('it has begun');
      const order: string[] = [];
      const vault = { ...world.deps.vault, put: async () => void order.push('tombstone') };
      const cost = await world.costOf(async () => {
        const next = await bury({ ...world.deps, vault }, { process, self, requestId: 'r' });
        if (!('to' in next)) throw new Error('it does not wait');
        order.push('table');
        await table.write(moveProcess(process, next.to, process.state), ...(next.writes ?? []));
      });
      expect(order).toEqual(['tombstone', 'table']);
      expect(await itemAt(keys.person(subjectId))).toMatchObject({ lifeState: 'erased' });
      costs.push(cost);
    }
    const [few, many] = costs;
    expect(many).toEqual(few);
    expect(few?.trips).toBe(1);
    expect(few?.writeUnits).toBeLessThanOrEqual(24);
  });
});
