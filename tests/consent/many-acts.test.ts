import { MAX_ENTRIES_JUDGED } from '../../functions/consent/lawful-at';
import { toInstant } from '../../lib/clock';
import { firstVersion } from '../../lib/policy/version';
import { keys } from '../../lib/table/keys';
import type { ChainHead } from '../../lib/table/ledger/chain';
import { ledger, ledgerEntry, nextEntry } from '../../lib/table/ledger/ledger';
import { ledgerHead } from '../../lib/table/person/person';
import { subjectIdOf } from '../identity/support';
import { amount } from '../proof/sample';
import { act, consentAct } from '../support/consent';
import { type Caller, createWorld, type World } from '../support/world';
import { personOf, rawTable } from './support';

/** Several pages of whatever goes through a ledger. */
const ACTS = amount(100_000, 500);
const ALTERED = Math.floor(ACTS * 0.7);
const BATCH = 25;
const AT_ONCE = 16;

let world: World;
let me: Caller;
beforeAll(async () => {
  world = await createWorld();
  me = await world.cardHolder('me');
  await seed();
  await world.ok('consent/status', {}, me); // the hourly note of the session's use
});

/** So many acts as the service would have written them, chain and all, without asking it each time. */
async function seed(): Promise<void> {
  const raw = rawTable(world);
  const { version, textHash } = firstVersion();
  const subjectId = subjectIdOf(me);
  const TableName = world.config.TABLE_NAME;
  let head: ChainHead = ledgerHead(await personOf(world, me));
  let batches: Promise<unknown>[] = [];
  while (head.seq < ACTS) {
    const requests: { PutRequest: { Item: Record<string, unknown> } }[] = [];
    while (requests.length < BATCH && head.seq < ACTS) {
      const at = toInstant(world.deps.clock.now());
      const entry = {
        at,
        trueAt: at,
        act: head.seq % 2 === 0 ? 'consent.granted' : 'consent.refused',
        actor: 'self',
        purpose: 'phone',
        policyVersion: version,
        textHash,
        language: 'zh-CN',
        requestId: 'seeded',
      } as const;
      const next = await nextEntry(world.deps.ring, subjectId, head, entry);
      requests.push({ PutRequest: { Item: next.write.Put?.Item ?? {} } });
      head = next.head;
    }
    batches.push(raw.batchWrite({ RequestItems: { [TableName]: requests } }));
    if (batches.length === AT_ONCE) {
      await Promise.all(batches);
      batches = [];
    }
  }
  await Promise.all(batches);
  await raw.update({
    TableName,
    Key: keys.person(subjectId),
    UpdateExpression: 'SET ledgerSeq = :seq, ledgerHash = :hash',
    ExpressionAttributeValues: { ':seq': head.seq, ':hash': head.hash },
  });
}

async function costOf(call: () => Promise<unknown>) {
  const { trips, readUnits } = await world.costOf(call);
  return { trips, readUnits };
}

describe(`a person with ${ACTS} acts`, () => {
  it('is told where they stand, and what they are asked, in one trip of one unit', async () => {
    expect(await costOf(() => world.ok('consent/status', {}, me))).toEqual({ trips: 1, readUnits: 1 });
    expect(await costOf(() => world.ok('consent/prompts', {}, me))).toEqual({ trips: 1, readUnits: 1 });
    expect((await costOf(() => world.ok('consent/history', {}, me))).trips).toBe(2);
  });

  it('acts in two trips as anybody, and has a receipt of any act in two', async () => {
    const input = await consentAct(world.ok, { purpose: 'profile' });
    expect(await costOf(() => world.ok('consent/grant', input, me))).toEqual({ trips: 2, readUnits: 1 });
    const seq = Math.floor(ACTS / 2);
    expect((await costOf(() => world.ok('consent/receipt', { seq }, me))).trips).toBe(2);
  });

  it('has a ledger that verifies, and one altered act among them is found at its number', async () => {
    const verdict = async () => {
      const { ring, table } = world.deps;
      return ledger.verify(ring, table, subjectIdOf(me), ledgerHead(await personOf(world, me)));
    };
    const { seenEntry } = await act(world, me, 'refuse', 'delivery');
    expect(await verdict()).toEqual({ intact: true, entries: seenEntry });
    const Key = ledgerEntry.key(subjectIdOf(me), ALTERED);
    await rawTable(world).update({
      TableName: world.config.TABLE_NAME,
      Key,
      UpdateExpression: 'SET purpose = :other',
      ExpressionAttributeValues: { ':other': 'cards' },
    });
    expect(await verdict()).toEqual({ intact: false, brokenAt: ALTERED });
  });

  it('is told that a whole answer about the past needs an officer', async () => {
    // The count alone decides, so the acts that a sample lacks need not be there.
    await rawTable(world).update({
      TableName: world.config.TABLE_NAME,
      Key: keys.person(subjectIdOf(me)),
      UpdateExpression: 'SET ledgerSeq = :seq',
      ExpressionAttributeValues: { ':seq': MAX_ENTRIES_JUDGED + 1 },
    });
    expect(await world.refused('consent/lawfulAt', { purpose: 'phone' }, me)).toBe('LIMIT_REACHED');
  });
});

const PEOPLE = amount(256, 16);

it(`${PEOPLE} people refuse at once, each in the trips of one: nothing is shared between them`, async () => {
  const people = await Promise.all(
    Array.from({ length: PEOPLE }, (_, index) => world.signIn(`crowd-${index}`)),
  );
  const input = await consentAct(world.ok);
  const { trips } = await world.costOf(async () => {
    const replies = await Promise.all(people.map((by) => world.call('consent/refuse', input, by)));
    expect(replies.filter(({ ok }) => !ok)).toEqual([]);
  });
  // The read and the act; a lost race would be one more.
  expect(trips).toBe(PEOPLE * 2);
});
