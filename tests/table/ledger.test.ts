import { DynamoDBDocument } from '@aws-sdk/lib-dynamodb';
import { parseToken } from '../../lib/crypto/token';
import { keys } from '../../lib/table/keys';
import type { Verdict } from '../../lib/table/ledger/chain';
import { ledger, ledgerEntry } from '../../lib/table/ledger/ledger';
import { ledgerHead, readPerson } from '../../lib/table/person/person';
import { grant, withdraw } from '../support/consent';
import { shortClient } from '../support/short-way';
import { type Caller, createWorld, onceKey, type World } from '../support/world';

let world: World;
let raw: DynamoDBDocument;
let me: Caller;
let subjectId: string;

const TableName = () => world.config.TABLE_NAME;
const entryKey = (seq: number) => ledgerEntry.key(subjectId, seq);

beforeAll(async () => {
  world = await createWorld();
  raw = DynamoDBDocument.from(shortClient({ region: 'cn-north-1', endpoint: world.config.TABLE_ENDPOINT }));
});
beforeEach(async () => {
  me = await world.cardHolder(onceKey());
  subjectId = parseToken(me.token)?.subjectId ?? '';
  await withdraw(world, me);
  await grant(world, me, 'cards');
});

async function verdict(): Promise<Verdict> {
  const [item] = await world.deps.table.getMany([keys.person(subjectId)]);
  if (!item) throw new Error('no such person');
  return ledger.verify(world.deps.ring, world.deps.table, subjectId, ledgerHead(readPerson(item)));
}

async function read(seq: number) {
  const { Item } = await raw.get({ TableName: TableName(), Key: entryKey(seq) });
  if (!Item) throw new Error('no such entry');
  return Item;
}

describe("a person's ledger (S9)", () => {
  it('verifies as written, on any instance', async () => {
    expect(await verdict()).toEqual({ intact: true, entries: 4 });
  });

  it('shows every altered attribute of every entry, and where; what finds it in an index may change', async () => {
    for (const seq of [1, 2, 3, 4]) {
      const entry = await read(seq);
      for (const name of Object.keys(entry).filter((name) => [...ledger.covered, 'hash'].includes(name))) {
        await raw.put({ TableName: TableName(), Item: { ...entry, [name]: altered(entry[name]) } });
        expect({ name, verdict: await verdict() }).toEqual({
          name,
          verdict: { intact: false, brokenAt: seq },
        });
      }
      await raw.put({ TableName: TableName(), Item: { ...entry, touchedBy: 'session:x#0' } });
      expect(await verdict()).toEqual({ intact: true, entries: 4 });
      await raw.put({ TableName: TableName(), Item: entry });
    }
  });

  it('shows an entry taken out of the middle, off the end, or swapped with another', async () => {
    const [second, last] = [await read(2), await read(4)];
    await raw.delete({ TableName: TableName(), Key: entryKey(2) });
    expect(await verdict()).toEqual({ intact: false, brokenAt: 2 });
    await raw.put({ TableName: TableName(), Item: { ...last, ...entryKey(2) } });
    expect(await verdict()).toEqual({ intact: false, brokenAt: 2 });
    await raw.put({ TableName: TableName(), Item: second });
    await raw.delete({ TableName: TableName(), Key: entryKey(4) });
    expect(await verdict()).toEqual({ intact: false, brokenAt: 4 });
  });

  it("shows another person's entry put in its place", async () => {
    const other = await world.cardHolder('other');
    const theirs = await raw.get({
      TableName: TableName(),
      Key: ledgerEntry.key(parseToken(other.token)?.subjectId ?? '', 2),
    });
    await raw.put({ TableName: TableName(), Item: { ...theirs.Item, ...entryKey(2) } });
    expect(await verdict()).toEqual({ intact: false, brokenAt: 2 });
  });

  it('tells the person themselves, page by page', async () => {
    type Page = { entries: { seq: number }[]; intact: boolean; cursor?: string };
    const first = await world.ok<Page>('consent/history', { limit: 3 }, me);
    expect(first).toMatchObject({ intact: true, entries: [{ seq: 1 }, { seq: 2 }, { seq: 3 }] });
    const fourth = await read(4);
    await raw.put({ TableName: TableName(), Item: { ...fourth, at: '2020-01-01T00:00:00.000Z' } });
    expect(await world.ok<Page>('consent/history', { cursor: first.cursor }, me)).toMatchObject({
      intact: false,
    });
    await raw.delete({ TableName: TableName(), Key: entryKey(4) });
    expect(await world.ok<Page>('consent/history', {}, me)).toMatchObject({ intact: false });
  });

  it('verifies without the data key, as after an erasure', async () => {
    await raw.update({
      TableName: TableName(),
      Key: keys.person(subjectId),
      UpdateExpression: 'REMOVE wrappedKey',
    });
    const { Item } = await raw.get({ TableName: TableName(), Key: keys.person(subjectId) });
    const head = { seq: Item?.ledgerSeq, hash: Item?.ledgerHash };
    expect(await ledger.verify(world.deps.ring, world.deps.table, subjectId, head)).toEqual({
      intact: true,
      entries: 4,
    });
  });
});

function altered(value: unknown): unknown {
  if (Array.isArray(value)) return [...value, 'x'];
  if (typeof value === 'number') return value + 1;
  if (value instanceof Uint8Array)
    return Buffer.from(value).map((byte, index) => (index === 0 ? byte ^ 1 : byte));
  return `${value}x`;
}
