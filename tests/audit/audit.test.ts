import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocument } from '@aws-sdk/lib-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import { tableRights } from '../../infra/capabilities/rights';
import { parseToken } from '../../lib/crypto/token';
import { ledgerEntry } from '../../lib/table/ledger/ledger';
import { appendRetention } from '../../lib/table/retention/append';
import { retentionEntry } from '../../lib/table/retention/retention-entry';
import { declare } from '../breach/support';
import { createIdentityWorld, type IdentityWorld, newCitizen } from '../identity/support';
import { ticketOf } from '../support/ticket';
import { onceKey } from '../support/world';

type Tally = Record<string, number>;
type Band = { people: number; guardianConsents: number; purposes: Tally; acts: Tally };
type Everybody = {
  people: number;
  entries: number;
  broken: { subjectId: string; brokenAt: number }[];
  acts: Tally;
  staff: Record<string, Tally>;
  minors: Record<'under-14' | 'under-18', Band>;
  cursor?: string;
};
type Verdict = { entries: number; acts: Tally; staff: Tally; brokenAt?: number; cursor?: string };
type Line = { at: string; operation?: string; ticket?: string; unaltered: boolean };

const auditor = { token: 'staff:he:auditor' };
const always = { from: '2026-01-01T00:00:00Z', to: '2028-01-01T00:00:00Z' };

let world: IdentityWorld;
let raw: DynamoDBDocument;
let adult: string;
let ticket: string;
beforeAll(async () => {
  world = await createIdentityWorld();
  raw = DynamoDBDocument.from(
    new DynamoDBClient({ region: 'cn-north-1', endpoint: world.config.TABLE_ENDPOINT }),
  );
  const caller = await world.person('adult', 'real-name');
  adult = parseToken(caller.token)?.subjectId ?? '';
  const child = await world.person('child', 'real-name');
  expect(await world.verifyBy(child, await world.citizen(newCitizen('20101201')))).toBe('OK');
  ticket = await ticketOf(world, adult, 'wu');
  for (let look = 0; look < 2; look += 1) {
    world.wait(1000);
    await world.ok(
      'consent/inspect',
      { subjectId: adult, reason: 'rights-request', ticket },
      { token: 'staff:wu:officer' },
    );
  }
});
afterAll(() => world.stop());

/** Every page of the walk, added up. */
async function walk(window: object = {}): Promise<Everybody> {
  let sum: Everybody | undefined;
  let cursor: string | undefined;
  do {
    const page = await world.ok<Everybody>(
      'audit/everybody',
      { ...window, ...(cursor && { cursor }) },
      auditor,
    );
    cursor = page.cursor;
    sum = sum ? added(sum, page) : page;
  } while (cursor);
  return sum;
}

function added<T>(one: T, other: T): T {
  if (typeof one === 'number') return ((one as number) + (other as number)) as T;
  if (Array.isArray(one)) return [...one, ...(other as unknown[])] as T;
  const names = [...new Set([...Object.keys(one as object), ...Object.keys(other as object)])];
  const both = names
    .filter((name) => name !== 'cursor')
    .map((name) => {
      const [a, b] = [one, other].map((each) => (each as Record<string, unknown>)[name]);
      return [name, a === undefined ? b : b === undefined ? a : added(a, b)];
    });
  return Object.fromEntries(both) as T;
}

const everything = async () => (await world.scan()).map((item) => unmarshall(item as never));

/** Counted from the raw table: nothing of what is judged is used. */
async function recount(of: (item: Record<string, unknown>) => unknown): Promise<Tally> {
  const tally: Tally = {};
  for (const item of await everything()) {
    if (item.entity !== 'ledger-entry') continue;
    const name = of(item);
    if (name !== undefined) tally[String(name)] = (tally[String(name)] ?? 0) + 1;
  }
  return tally;
}

async function altered<T>(
  key: { pk: string; sk: string },
  change: object,
  look: () => Promise<T>,
): Promise<T> {
  const TableName = world.config.TABLE_NAME;
  const { Item } = await raw.get({ TableName, Key: key });
  if (!Item) throw new Error('nothing to alter');
  await raw.put({ TableName, Item: { ...Item, ...change } });
  try {
    return await look();
  } finally {
    await raw.put({ TableName, Item });
  }
}

describe('what an auditor sees of everybody (S6, S9, N4)', () => {
  it('is what a recount of the raw table comes to, by act and by member of the staff', async () => {
    const seen = await walk();
    expect(seen.acts).toEqual(await recount(({ act }) => act));
    expect(seen.acts['staff.accessed']).toBeGreaterThanOrEqual(2);
    expect(seen.staff).toEqual({
      wu: await recount(({ act, staff, way }) =>
        act === 'staff.accessed' && staff === 'wu' ? way : undefined,
      ),
    });
    expect(seen.broken).toEqual([]);
  });

  it('counts a window alone, and the chains whole', async () => {
    const before = await walk({ to: '2026-12-01T00:00:00Z' });
    expect(before.acts).toEqual({});
    expect(before.entries).toBe((await walk()).entries);
    expect((await walk({ from: '2027-01-01T00:00:00Z' })).acts).toEqual({});
  });

  it('says of minors how many there are and what was done with their data, and of adults nothing', async () => {
    const { minors } = await walk();
    expect(minors['under-18']).toMatchObject({ people: 1, purposes: { 'real-name': 1 } });
    expect(minors['under-18'].acts['disclosure.made']).toBe(1);
    expect(minors['under-14'].people).toBe(0);
  });

  it('names whose ledger was altered and where, and counts of it what stands before', async () => {
    const whole = await walk();
    const seen = await altered(ledgerEntry.key(adult, 2), { act: 'consent.granted', staff: 'x' }, () =>
      walk(),
    );
    expect(seen.broken).toEqual([{ subjectId: adult, brokenAt: 2 }]);
    expect(seen.entries).toBeLessThan(whole.entries);
    expect(seen.people).toBe(whole.people);
  });
});

describe('the chains of the service (S9)', () => {
  const verdictOn = (chain: string, owner: string, more: object = {}) =>
    world.ok<Verdict>('audit/chain', { chain, owner, ...more }, auditor);

  it('are all listed, those of incidents too, and each verifies', async () => {
    const { incidentId } = await declare(world);
    const { chains } = await world.ok<{ chains: { chain: string; owner: string }[] }>(
      'audit/chains',
      {},
      auditor,
    );
    expect(chains).toEqual(
      expect.arrayContaining([
        { chain: 'policy', owner: 'POLICY' },
        { chain: 'retention', owner: 'service' },
        { chain: 'incident', owner: incidentId },
      ]),
    );
    const verdicts = await Promise.all(chains.map(({ chain, owner }) => verdictOn(chain, owner)));
    expect(verdicts.filter(({ brokenAt }) => brokenAt !== undefined)).toEqual([]);
    const incident = verdicts[chains.findIndex(({ owner }) => owner === incidentId)];
    expect(incident?.entries).toBeGreaterThan(0);
    expect(Object.keys(incident?.staff ?? {})).toHaveLength(1);
    expect((await verdictOn('policy', 'POLICY')).acts).toEqual({ published: 1 });
  });

  it('are read on from where a call has ended, and an entry that was altered is found at its number', async () => {
    const { deps } = world;
    for (let made = 0; made < 25; made += 1)
      await appendRetention(deps, { act: 'hold.placed' }, [], 'sweep-3').then((seq) =>
        expect(seq).toBe(made + 1),
      );
    const inPages = async (cursor?: string): Promise<Verdict[]> => {
      const verdict = await verdictOn('retention', 'sweep-3', { limit: 20, ...(cursor && { cursor }) });
      return verdict.cursor ? [verdict, ...(await inPages(verdict.cursor))] : [verdict];
    };
    const pages = await inPages();
    expect(pages.map(({ entries }) => entries)).toEqual([20, 5]);
    expect(pages.map(({ acts }) => acts)).toEqual([{ 'hold.placed': 20 }, { 'hold.placed': 5 }]);
    await altered(retentionEntry.key('sweep-3', 22), { act: 'hold.released' }, async () => {
      expect((await inPages()).at(-1)).toMatchObject({ entries: 1, brokenAt: 22 });
      expect(await verdictOn('retention', 'sweep-3')).toMatchObject({
        entries: 21,
        acts: { 'hold.placed': 21 },
        brokenAt: 22,
      });
    });
  });

  it('are refused by a name that is no chain', async () => {
    for (const [chain, owner] of [
      ['incident', '20991231-NONE'],
      ['retention', 'sweep-99'],
    ])
      expect(await world.refused('audit/chain', { chain, owner }, auditor)).toBe('NOT_FOUND');
    expect(await world.refused('audit/chain', { chain: 'persons', owner: 'x' }, auditor)).toBe(
      'INVALID_INPUT',
    );
  });
});

describe('what one member of the staff has looked at (S6)', () => {
  const linesOf = async (window: object = always) =>
    (await world.ok<{ lines: Line[] }>('audit/member', { staffId: 'wu', ...always, ...window }, auditor))
      .lines;

  it('is listed with operation and ticket, and nobody is named', async () => {
    const lines = await linesOf();
    expect(lines.map(({ operation, ticket, unaltered }) => ({ operation, ticket, unaltered }))).toEqual([
      { operation: 'consent/inspect', ticket, unaltered: true },
      { operation: 'consent/inspect', ticket, unaltered: true },
    ]);
    expect(JSON.stringify(lines)).not.toContain(adult);
  });

  it('shows a line that was altered without believing it, and nothing outside of the window', async () => {
    const item = (await everything()).findLast(
      ({ act, staff }) => act === 'staff.accessed' && staff === 'wu',
    );
    const key = { pk: String(item?.pk), sk: String(item?.sk) };
    const lines = await altered(key, { ticket: 'T-9' }, () => linesOf());
    expect(lines.map(({ ticket, unaltered }) => ({ ticket, unaltered }))).toEqual([
      { ticket, unaltered: true },
      { ticket: undefined, unaltered: false },
    ]);
    expect(await linesOf({ to: '2026-12-01T02:00:00Z' })).toEqual([]);
  });

  it('is refused for a window that ends before it begins', async () => {
    const reply = await world.call(
      'audit/member',
      { staffId: 'wu', from: always.to, to: always.from },
      auditor,
    );
    expect(reply).toMatchObject({ error: { code: 'INVALID_INPUT', details: { fields: [{ field: 'to' }] } } });
  });
});

it('is for auditors and officers alone, in a function that can change nothing', async () => {
  for (const role of ['support', 'responder'])
    expect(await world.refused('audit/everybody', {}, { token: `staff:${onceKey()}:${role}` })).toBe(
      'CALLER_NOT_ALLOWED',
    );
  expect(await world.refused('audit/everybody', {}, { token: 'staff:wu:officer' })).toBe('OK');
  const granted = Object.values(tableRights.audit.items).flatMap((acts) => acts.split(' '));
  expect([...new Set(granted)].sort()).toEqual(['get', 'query']);
});
