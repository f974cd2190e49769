import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import jsonld from 'jsonld';
import { NotProved } from '../../infra/commands/signed-file';
import { inBeijing } from '../../infra/commands/verifier';
import { findReceipt, tell, verifyReceipt, verifyReceiptProgram } from '../../infra/commands/verify-receipt';
import { sign } from '../../lib/crypto/signature';
import { buildRegistry } from '../../lib/policy/registry';
import { firstVersion } from '../../lib/policy/version';
import { ledger, ledgerEntry } from '../../lib/table/ledger/ledger';
import { agreeingPartners } from '../identity/agreeing-partners';
import { subjectIdOf } from '../identity/support';
import { act, consentAct } from '../support/consent';
import { guarded, makeGuardian } from '../support/guardian';
import { ran } from '../support/ran';
import { newRootKey } from '../support/root-key';
import { startOn } from '../support/rotation';
import { type Caller, createWorld, onceKey, type World } from '../support/world';
import { missingIn } from './musts';
import { officer, paper, rawTable } from './support';

let world: World;
let me: Caller;
beforeAll(async () => {
  world = await createWorld({ partners: agreeingPartners });
});
beforeEach(async () => {
  me = await world.signIn(onceKey());
});

const [DPV, DCT] = ['https://w3id.org/dpv#', 'http://purl.org/dc/terms/'];
const purposesByConsent = Object.entries(buildRegistry.purposes).flatMap(([id, { basis }]) =>
  basis === 'CONSENT' ? [id] : [],
);

type Given = { receipt: string; record: Record<string, unknown> };
const receipt = (seq: number, by: Caller = me) => world.ok<Given>('consent/receipt', { seq }, by);
const publicKeys = async () => (await world.ok<{ keys: Record<string, string>[] }>('consent/jwks')).keys;
const contentOf = (jws: string) =>
  JSON.parse(Buffer.from(jws.split('.')[1] ?? '', 'base64url').toString('utf8'));

describe('a receipt (K6)', () => {
  it('asked for later says exactly what the one given with the act says, on every kind of act', async () => {
    const given = [
      await act(world, me, 'refuse'),
      await act(world, me, 'grant'),
      await act(world, me, 'withdraw'),
      await act(world, me, 'grant', 'real-name-face'),
    ];
    world.wait(86_400_000);
    for (const { receipt: first, seenEntry } of given) {
      const later = await receipt(seenEntry);
      expect(contentOf(later.receipt)).toEqual(contentOf(first));
      expect(later.record).toEqual(contentOf(first));
      await expect(verifyReceipt(later.receipt, await publicKeys())).resolves.toBeDefined();
    }
  });

  it('of a repeated message is the same again', async () => {
    const input = await consentAct(world.ok);
    const [first, again] = [
      await world.ok<Given>('consent/grant', input, me),
      await world.ok<Given>('consent/grant', input, me),
    ];
    expect(contentOf(again.receipt)).toEqual(contentOf(first.receipt));
  });

  it('has every field that the guide of the DPV to ISO/IEC TS 27560 says MUST be there, whatever is agreed to', async () => {
    for (const purpose of purposesByConsent) {
      const { receipt: jws } = await act(world, await world.signIn(onceKey()), 'grant', purpose);
      expect({ [purpose]: missingIn(contentOf(jws)) }).toEqual({ [purpose]: [] });
    }
  });

  it('means IRIs where the guide has IRIs, as a reader of JSON-LD expands it', async () => {
    const { receipt: jws } = await act(world, me, 'grant', 'real-name');
    const triples = (await jsonld.toRDF(contentOf(jws), { format: 'application/n-quads' })) as string;
    for (const [property, object] of [
      [`${DCT}conformsTo`, 'https://w3id.org/dpv/schema/dpv-27560#receipt'],
      [`${DCT}conformsTo`, 'https://w3id.org/dpv/schema/dpv-27560#record'],
      [`${DPV}hasJurisdiction`, 'https://w3id.org/dpv/loc#CN'],
      [`${DPV}hasLocation`, 'https://w3id.org/dpv/loc#CN'],
      [`${DPV}hasIdentifier`, 'urn:leliao-card:operator'],
      ['http://spdx.org/rdf/terms#algorithm', 'http://spdx.org/rdf/terms#checksumAlgorithm_sha256'],
    ])
      expect(triples).toContain(` <${property}> <${object}> .`);
  });

  it('holds nothing personal but the internal number', async () => {
    const client = { device: 'MarkedPhone', version: '7.7.7' };
    const by = { ...me, client, address: '203.0.113.99' };
    const { receipt: jws } = await world.ok<Given>('consent/grant', await consentAct(world.ok), by);
    expect(JSON.stringify(contentOf(jws))).not.toMatch(/MarkedPhone|7\.7\.7|203\.0\.113|4200|request-/);
  });

  it('still verifies after the signing key has been replaced', async () => {
    const { receipt: before } = await act(world, me, 'grant');
    await startOn(world);
    world.wait(600_000);
    await expect(verifyReceipt(before, await publicKeys())).resolves.toBeDefined();
    const now = await act(world, me, 'withdraw');
    await expect(verifyReceipt(now.receipt, await publicKeys())).resolves.toBeDefined();
  });

  it("is given for one's own acts only, and for nothing that is no act of consent", async () => {
    await act(world, me, 'grant');
    expect(await world.refused('consent/receipt', { seq: 1 }, me)).toBe('NOT_FOUND');
    expect(await world.refused('consent/receipt', { seq: 99 }, me)).toBe('NOT_FOUND');
    const stranger = await world.signIn(onceKey());
    expect(await world.refused('consent/receipt', { seq: 2 }, stranger)).toBe('NOT_FOUND');
    expect(await world.refused('consent/receipt', { seq: 2 })).toBe('SIGN_IN_REQUIRED');
  });

  it('is not given for an entry that was altered, whatever was altered in it', async () => {
    await act(world, me, 'grant');
    const raw = rawTable(world);
    const TableName = world.config.TABLE_NAME;
    const { Item = {} } = await raw.get({ TableName, Key: ledgerEntry.key(subjectIdOf(me), 2) });
    const names = Object.keys(Item).filter((name) => [...ledger.covered, 'hash'].includes(name));
    expect(names).toEqual(expect.arrayContaining(['at', 'trueAt', 'act', 'textHash', 'sealed', 'hash']));
    for (const name of names) {
      await raw.put({ TableName, Item: { ...Item, [name]: 'altered' } });
      expect({ name, code: await world.refused('consent/receipt', { seq: 2 }, me) }).toEqual({
        name,
        code: 'RECORD_ALTERED',
      });
    }
    await raw.put({ TableName, Item });
    expect(await world.refused('consent/receipt', { seq: 2 }, me)).toBe('OK');
  });

  it('tells a late record from one made at the time, and names the paper', async () => {
    const { seenEntry } = await act(world, me, 'grant');
    world.wait(3_600_000);
    const trueAt = new Date(world.deps.clock.now() - 60_000).toISOString();
    const late = await paper(world, me, { seenEntry, decision: 'withdrawn', trueAt, document: 'PAPER-77' });
    const corrected = await world.ok<{ seenEntry: number; at: string }>('consent/correct', late, officer);
    const lines = tell(await verifyReceipt((await receipt(corrected.seenEntry)).receipt, await publicKeys()));
    expect(lines.join('\n')).toContain('撤回同意（电子名片）');
    expect(lines.join('\n')).toContain('PAPER-77');
    expect(lines).toContain(`何时：${inBeijing(trueAt)}，补记于 ${inBeijing(corrected.at)}（北京时间）`);
  });
});

describe("a guardian's act names the guardian (PIPL art. 31)", () => {
  const notice = async () => (await world.ok<{ textHash: string }>('identity/guardianNotice')).textHash;
  const adult = async () => makeGuardian(world, await world.signIn(onceKey()));
  const answered = async (parent: Caller) => ({ wardId: await guarded(world, me, parent) });
  type Entry = { seq: number; act: string; guardian?: string };
  const entries = async (by: Caller) =>
    (await world.ok<{ entries: Entry[] }>('consent/history', { limit: 50 }, by)).entries;

  it("in the child's ledger and receipt, for consent and withdrawal; the guardian's own names no child", async () => {
    const parent = await adult();
    const { wardId } = await answered(parent);
    await world.ok('identity/guardianWithdraw', { wardId }, parent);
    for (const name of ['guardian.consented', 'guardian.withdrawn']) {
      const entry = (await entries(me)).find((one) => one.act === name);
      expect(entry).toMatchObject({ actor: 'guardian', guardian: subjectIdOf(parent) });
      const { record } = await receipt(entry?.seq ?? 0);
      expect(record).toMatchObject({
        'dpv:hasRecordOfActivity': {
          'dpv:hasDataSubject': { 'dct:identifier': subjectIdOf(me) },
          'dpv:hasConsentStatus': [
            {
              'dpv:isIndicatedBy': {
                '@id': `leliao:subject/${subjectIdOf(parent)}`,
                '@type': 'dpv:GuardianOfDataSubject',
              },
            },
          ],
        },
      });
      const own = (await entries(parent)).find((one) => one.act === name);
      const theirs = await receipt(own?.seq ?? 0, parent);
      expect(JSON.stringify([own, theirs.record])).not.toContain(subjectIdOf(me));
      await expect(verifyReceipt(theirs.receipt, await publicKeys())).resolves.toBeDefined();
    }
  });

  it("another child's guardian can neither withdraw nor answer for this one", async () => {
    const { wardId } = await answered(await adult());
    const another = await adult();
    expect(await world.refused('identity/guardianWithdraw', { wardId }, another)).toBe('NOT_FOUND');
    const mine = (await entries(me)).map((one) => one.act);
    expect(mine).not.toContain('guardian.withdrawn');
    const evidence = { control: 'guardian.agree', defaultState: 'unchecked', dwellMs: 9000 };
    const guess = { code: 'ABCDEFGH', decision: 'consent', textHash: await notice(), evidence };
    expect(await world.refused('identity/guardianRespond', guess, another)).toBe('NOT_FOUND');
    const forMe = await consentAct(world.ok, { purpose: 'cards', guardian: subjectIdOf(another) });
    expect(await world.refused('consent/grant', forMe, another)).toBe('INVALID_INPUT');
  });
});

describe('npm run verify-receipt (K6)', () => {
  it('refuses every receipt of which any character was changed, cut off or added', async () => {
    const { receipt: jws } = await act(world, me, 'grant');
    const published = await publicKeys();
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.';
    const change = fc.record({
      at: fc.nat(jws.length - 1),
      to: fc.constantFrom(...alphabet),
      how: fc.constantFrom('replace', 'insert', 'cut'),
    });
    await fc.assert(
      fc.asyncProperty(change, async ({ at, to, how }) => {
        const rest = how === 'replace' ? jws.slice(at + 1) : how === 'insert' ? jws.slice(at) : '';
        const changed = jws.slice(0, at) + to + rest;
        fc.pre(changed !== jws);
        await expect(verifyReceipt(changed, published)).rejects.toThrow(NotProved);
      }),
      { numRuns: 400 },
    );
    const last = alphabet
      .slice(0, 64)
      .split('')
      .map((to) => jws.slice(0, -1) + to);
    for (const changed of last.filter((one) => one !== jws))
      await expect(verifyReceipt(changed, published)).rejects.toThrow(NotProved);
  });

  it('refuses what another key signed, what is signed for something else, and what is signed and no receipt', async () => {
    const stranger = await createWorld({ rootKey: newRootKey() });
    const { receipt: theirs } = await act(stranger, await stranger.signIn('x'), 'grant');
    await expect(verifyReceipt(theirs, await publicKeys())).rejects.toThrow('The signature does not hold');
    const content = contentOf((await act(world, me, 'grant')).receipt);
    const { ring } = world.deps;
    const published = await publicKeys();
    await expect(verifyReceipt(await sign(ring, 'other', content), published)).rejects.toThrow(
      'The signature does not hold',
    );
    const odd = await sign(ring, 'consent-receipt', { hello: 1 });
    await expect(verifyReceipt(odd, published)).rejects.toThrow('not the form of');
  });

  it('finds the receipt in the answer it came in, and says so where there is none', () => {
    for (const text of ['a.b.c', ' a.b.c\n', '{"receipt":"a.b.c"}', '{"ok":true,"data":{"receipt":"a.b.c"}}'])
      expect(findReceipt(text)).toBe('a.b.c');
    for (const text of ['{"receipt":1}', '{}', '{"receipt":"a.b'])
      expect(() => findReceipt(text)).toThrow(NotProved);
  });

  it('as a command: plain words and 0, or one sentence and 1', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'receipt-'));
    try {
      const { receipt: jws, at } = await act(world, me, 'grant');
      const jwks = join(folder, 'jwks.json');
      writeFileSync(jwks, JSON.stringify({ keys: await publicKeys() }));
      const run = (text: string) => {
        const file = join(folder, 'receipt.txt');
        writeFileSync(file, text);
        return ran(verifyReceiptProgram, [file, '--keys', jwks]);
      };
      const good = await run(JSON.stringify({ ok: true, data: { receipt: jws } }));
      expect(good.code).toBe(0);
      for (const part of [
        '回执有效',
        '同意（电子名片）',
        '本人',
        inBeijing(at),
        firstVersion().textHash,
        '名片上的电话',
        subjectIdOf(me),
      ])
        expect(good.out).toContain(part);
      const bad = await run(jws.replace(/.$/, ''));
      expect(bad).toMatchObject({ code: 1, out: '' });
      expect(bad.err.trim().split('\n')).toHaveLength(1);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
