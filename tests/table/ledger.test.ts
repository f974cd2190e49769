import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocument } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod/mini';
import { toInstant } from '../../lib/clock';
import { parseToken } from '../../lib/crypto/token';
import { keys } from '../../lib/table/keys';
import {
  emptyHead,
  followChain,
  ledgerEntry,
  type NewEntry,
  nextEntry,
  type Verdict,
  verifyLedger,
} from '../../lib/table/ledger/ledger';
import { ledgerHead, readPerson } from '../../lib/table/person/person';
import { grant, withdraw } from '../support/consent';
import { type Caller, createWorld, onceKey, START, type World } from '../support/world';

let world: World;
let raw: DynamoDBDocument;
let me: Caller;
let subjectId: string;

const TableName = () => world.config.TABLE_NAME;
const entryKey = (seq: number) => ledgerEntry.key(subjectId, seq);

beforeAll(async () => {
  world = await createWorld();
  raw = DynamoDBDocument.from(
    new DynamoDBClient({ region: 'cn-north-1', endpoint: world.config.TABLE_ENDPOINT }),
  );
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
  return verifyLedger(world.deps.ring, world.deps.table, subjectId, ledgerHead(readPerson(item)));
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

  it('shows every altered attribute of every entry, and where', async () => {
    for (const seq of [1, 2, 3, 4]) {
      const entry = await read(seq);
      for (const [name, value] of Object.entries(entry)) {
        if (['pk', 'sk'].includes(name)) continue;
        await raw.put({ TableName: TableName(), Item: { ...entry, [name]: altered(value) } });
        expect({ name, verdict: await verdict() }).toEqual({
          name,
          verdict: { intact: false, brokenAt: seq },
        });
        const { [name]: _, ...without } = entry;
        await raw.put({ TableName: TableName(), Item: without });
        expect({ name, verdict: await verdict() }).toEqual({
          name,
          verdict: { intact: false, brokenAt: seq },
        });
      }
      await raw.put({ TableName: TableName(), Item: { ...entry, added: 'afterwards' } });
      expect(await verdict()).toEqual({ intact: false, brokenAt: seq });
      await raw.put({ TableName: TableName(), Item: entry });
    }
    expect(await verdict()).toEqual({ intact: true, entries: 4 });
  });

  it('shows every attribute that an entry can have, altered, taken away or moved to another name', async () => {
    const names = Object.keys(ledgerEntry.attributes);
    const samples = Object.entries(ledgerEntry.attributes).map(([name, { schema }]) => [
      name,
      sampleOf(schema),
    ]);
    const full = { ...Object.fromEntries(samples), at: toInstant(START) } as NewEntry;
    const sealer = { seal: (plain: Buffer) => plain, decrypt: (blob: Uint8Array) => Buffer.from(blob) };
    const { ring } = world.deps;
    const { write, head } = await nextEntry(ring, subjectId, emptyHead, full, sealer);
    const given = Object.entries(write.Put?.Item ?? {}).filter(([, value]) => value !== undefined);
    const entry = Object.fromEntries(given) as Awaited<ReturnType<typeof read>>;
    const follow = (item: object) => followChain(ring, subjectId, emptyHead, [item as never]);
    const stored = names.filter(
      (name) => ledgerEntry.attributes[name as 'at']?.storage !== ('sealed' as string),
    );
    expect(Object.keys(entry).sort()).toEqual(
      [...stored, 'sealed', 'entity', 'form', 'createdAtSeconds', 'pk', 'sk'].sort(),
    );
    expect(await follow(entry)).toEqual(head);
    for (const name of [...stored, 'sealed', 'entity', 'form']) {
      const { [name]: value, ...without } = entry;
      for (const item of [{ ...entry, [name]: altered(value) }, without, { ...without, [`${name}2`]: value }])
        expect({ name, found: await follow(item) }).toEqual({ name, found: { brokenAt: 1 } });
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
    expect(await verifyLedger(world.deps.ring, world.deps.table, subjectId, head)).toEqual({
      intact: true,
      entries: 4,
    });
  });
});

/** A value that an attribute declares, present also where it may be absent. */
function sampleOf(schema: z.ZodMiniType): unknown {
  const inner = schema instanceof z.ZodMiniOptional ? (schema.def.innerType as z.ZodMiniType) : schema;
  const choices = inner instanceof z.ZodMiniEnum ? inner.options : [];
  const samples = [7, 'words', ['some', 'words'], { some: 'words' }, Buffer.alloc(32, 7), ...choices];
  const sample = samples.find((one) => z.safeParse(inner, one).success);
  if (sample === undefined) throw new Error('no sample of this form: add one');
  return sample;
}

function altered(value: unknown): unknown {
  if (Array.isArray(value)) return [...value, 'x'];
  if (typeof value === 'number') return value + 1;
  if (value instanceof Uint8Array)
    return Buffer.from(value).map((byte, index) => (index === 0 ? byte ^ 1 : byte));
  return `${value}x`;
}
