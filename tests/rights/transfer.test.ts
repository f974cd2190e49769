import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { tell, verifyTransfer, verifyTransferProgram } from '../../infra/commands/verify-transfer';
import type { ErrorDetails } from '../../lib/errors';
import { inTransfer, SIGNED_FILE, transferable } from '../../lib/export/transfer';
import { purposeIds } from '../../lib/policy/purposes';
import { runProcess } from '../../lib/process/run';
import { consent, type Person } from '../../lib/table/person/person';
import type { Walked } from '../../lib/table/readers/export';
import { declaredEntities } from '../../lib/table/readers/partition';
import { cardGiver, exchange, type Giver, newCard } from '../cards/support';
import { actsOf, proofFor } from '../login/support';
import { amount } from '../proof/sample';
import { grant, withdraw } from '../support/consent';
import { fullCard } from '../support/full-card';
import { ran } from '../support/ran';
import { type Caller, createWorld, onceKey, type World } from '../support/world';
import { type Archive, askExport, exportOf, type Shown, takeArchive } from './export-support';
import { usageOf } from './register';
import { newcomer } from './support';

let world: World;
let folder: string;
/** Somebody who has used several services and knows somebody else, and the package that they have taken. */
let lin: Giver;
let taken: Archive;
beforeAll(async () => {
  world = await createWorld();
  folder = await mkdtemp(join(tmpdir(), 'transfer-'));
  lin = await cardGiver(world, 'lin', { ...fullCard, note: '自己的备注' });
  const { byA } = await exchange(world, lin, await cardGiver(world, 'chen', { ...fullCard, name: '陈生' }));
  const words = { contactId: byA, version: 1, note: '展会上认识的', groups: ['同行的人'], favourite: true };
  await world.ok('cards/updateContact', words, lin.caller);
  await grant(world, lin.caller, 'profile', 'viewer-name');
  await world.ok('profile/update', { version: 0, nickname: '晓' }, lin.caller);
  const question = { kind: 'question', words: '工单里的话', idempotencyKey: onceKey() };
  await world.ok('rights/askTicket', question, lin.caller);
  await ask(lin.caller, 'lin', { recipient: '  新名片服务 ' });
  await world.work();
  taken = await takeArchive(world, lin.caller);
});
afterAll(() => rm(folder, { recursive: true }));

/** By hand: what somebody has given, what a law has us keep, and what binds two people. */
const goes =
  'card deleted-card past-card card-order card-logo share card-views location ended-location history-day linked-entry person wechat-account phone avatar contact-mail mail-code delivery ended-delivery message-acceptance nickname preferences fund-attributes social-attributes transport-attributes tax-attributes household-attributes face-session face-session-mark face-start bank-result face-result network-name real-name real-name-try network-try';
const stays =
  'ended-real-name refused-claim ledger-entry frozen-item notice-recipient authorisation-event recipient-duty confirmed-recipient person-process appeal decided-appeal guardian ward minor card-report risk-pass self-proof ticket open-tickets';
const ofOthers =
  'contact given-card card-offer card-offer-sent named-viewer viewer-record block blocked-by reported-card';

/** Asks for a package as the mini-program does, with a proof of self. */
async function ask(me: Caller, openid: string, input: object = {}): Promise<Shown> {
  const proof = await proofFor(world, me, openid, 'rights/startTransfer', 'account');
  return (await world.ok<{ export: Shown }>('rights/startTransfer', input, { ...me, proof })).export;
}

/** What is said to somebody who asks for these purposes. */
async function refusal(me: Caller, openid: string, purposes: string[]): Promise<string> {
  const proof = await proofFor(world, me, openid, 'rights/startTransfer', 'account');
  const reply = await world.call('rights/startTransfer', { purposes }, { ...me, proof });
  const { fields = [] } = (reply.ok ? {} : reply.error.details) as ErrorDetails;
  const [field] = fields;
  return `${field?.field} ${field?.problem}`;
}

const keys = () => world.deps.ring.publicKeys();
const verdictOf = async (zip: Uint8Array) =>
  verifyTransfer(zip, await keys()).then(
    () => 'holds',
    (error: Error) => error.message,
  );

describe('a package for another service (R7)', () => {
  it('says for whom and how each condition of the law is met, and who has only our published keys finds it whole', async () => {
    const file = join(folder, 'package.zip');
    await writeFile(file, taken.zip);
    await writeFile(join(folder, 'keys.json'), JSON.stringify({ keys: await keys() }));
    const { code, out: said } = await ran(verifyTransferProgram, [file, '--keys', join(folder, 'keys.json')]);
    expect([code, said]).toEqual([0, expect.stringMatching(/^转移包有效/)]);
    for (const part of [
      '交给谁：新名片服务（',
      '第一项',
      '第二项',
      '第三项',
      '第四项',
      '电子名片：',
      '数据/记录-1.json',
    ])
      expect(said).toContain(part);
    const statement = await verifyTransfer(taken.zip, await keys());
    expect(statement.purposes.map(({ purpose }) => purpose)).toEqual([
      'account',
      'cards',
      'profile',
      'preferences',
    ]);
    expect(JSON.stringify(statement)).not.toContain(lin.caller.subjectId);
    const hashed = [...taken.files].filter(([name]) => name !== SIGNED_FILE);
    expect(statement.files.map(({ name, sha256 }) => [name, sha256])).toEqual(
      hashed.map(([name, bytes]) => [name, createHash('sha256').update(bytes).digest('hex')]),
    );
    const list = JSON.parse(taken.files.get('清单.json')?.toString() ?? '');
    expect(Object.keys(list)).toEqual('exportId askedAt service handler contact schema files'.split(' '));
  });

  it('has what the person has given, and nothing that a law has us keep or that is about somebody else', () => {
    const names = [...new Set(taken.records.map(({ entity }) => entity))];
    expect(names).toEqual(expect.arrayContaining(['card', 'nickname', 'person', 'share']));
    expect(names.filter((name) => !goes.split(' ').includes(name))).toEqual([]);
    const [self] = taken.records.filter(({ entity }) => entity === 'person');
    expect(Object.keys(self?.values ?? {}).sort()).toEqual(
      'cardCount contactCount createdAt defaultCard dueAt dueShard everyoneShard lifeState subjectId usedOn ways'.split(
        ' ',
      ),
    );
    const all = [...taken.files].map(([, bytes]) => bytes.toString()).join('');
    expect(
      ['自己的备注', '晓', '展会上认识的', '同行的人', '陈生', '工单里的话'].filter((word) =>
        all.includes(word),
      ),
    ).toEqual(['自己的备注', '晓']);
  });

  it('holds to the byte: nothing in it can be changed, cut, added or signed by somebody else', async () => {
    expect(await verdictOf(taken.zip)).toBe('holds');
    const at = fc.integer({ min: 0, max: taken.zip.length - 1 });
    const changed = fc.asyncProperty(at, fc.integer({ min: 1, max: 255 }), async (place, by) => {
      const zip = Buffer.from(taken.zip);
      zip[place] = (zip[place] ?? 0) ^ by;
      expect(await verdictOf(zip)).not.toBe('holds');
      expect(await verdictOf(taken.zip.subarray(0, place))).not.toBe('holds');
    });
    await fc.assert(changed, { numRuns: amount(3_000, 12) });
    const [front, back] = [
      Buffer.concat([Buffer.from('x'), taken.zip]),
      Buffer.concat([taken.zip, taken.zip]),
    ];
    for (const zip of [front, back, Buffer.alloc(0), Buffer.from('x')])
      expect(await verdictOf(zip)).not.toBe('holds');
    const statement = await verifyTransfer(taken.zip, await keys());
    await expect(verifyTransfer(taken.zip, [])).rejects.toThrow('The signature does not hold');
    expect(tell({ ...statement, recipient: '\u001b[2J' }).join('')).not.toContain('\u001b');
  });

  it('goes piece by piece like every export, is entered as what it is, and is a line of who used my data (D6)', async () => {
    expect((await actsOf(world, lin.caller)).filter((act) => act.startsWith('transfer'))).toEqual([
      'transfer.asked',
      'transfer.taken',
    ]);
    const [line] = (await usageOf(world, lin.caller)).filter(({ use }) => use === 'transfer');
    expect(line).toMatchObject({
      who: '您指定的其他服务',
      words: expect.stringMatching(/名片上的姓名.*昵称/),
    });
    expect(line?.words).not.toMatch(/工单|处理记录|备注、分组/);
    const { me, openid } = await newcomer(world);
    const first = await ask(me, openid);
    expect((await ask(me, openid)).exportId).toBe(first.exportId);
    const other = await ask(me, openid, { purposes: ['cards'] });
    expect(other).toMatchObject({ transfer: { purposes: ['cards'] } });
    const whole = await askExport(world, me, openid);
    expect(new Set([first.exportId, other.exportId, whole.exportId]).size).toBe(3);
    const take = { exportId: first.exportId, piece: 1, idempotencyKey: onceKey() };
    expect(await world.refused('rights/exportPiece', take, me)).toBe('NOT_FOUND');
    const more = [];
    for (let asked = 0; asked < 3; asked += 1) more.push(await world.refused('rights/startTransfer', {}, me));
    expect(more).toEqual(['PROOF_REQUIRED', 'PROOF_REQUIRED', 'TOO_MANY_ATTEMPTS']);
  });
});

describe('a transfer is refused with the condition that is not met (R7)', () => {
  it('the first without a proof of self for this very act (A6), the second of what a law has us keep or nobody has agreed to, the fourth of what is about others', async () => {
    const { me, openid } = await newcomer(world);
    const other = await proofFor(world, me, openid, 'rights/startExport', 'account');
    for (const proof of [{}, { proof: other }])
      expect(await world.call('rights/startTransfer', {}, { ...me, ...proof })).toMatchObject({
        error: {
          code: 'PROOF_REQUIRED',
          details: { why: expect.stringContaining('第二十五条第一款第一项') },
        },
      });
    expect(await refusal(me, openid, ['cards', 'review'])).toMatch(/^purposes\.1 .*依照法律保存.*第二项/);
    expect(await refusal(me, openid, ['profile'])).toMatch(/^purposes\.0 您没有同意“昵称和头像”.*第二项/);
    expect(await refusal(me, openid, ['viewer-name'])).toMatch(/^purposes\.0 .*都涉及他人.*第四项/);
  });

  it('the third, while a part could not be made; asked again it is made', async () => {
    const { me, openid } = await newcomer(world);
    await newCard(world, me);
    const { exportId } = await ask(me, openid);
    const ref = world.queued.splice(0).find(({ id }) => id === exportId);
    const broken = {
      ...world.deps,
      ring: { ...world.deps.ring, signingKey: () => Promise.reject(new Error('no key')) },
    };
    for (let tries = 0; tries < 12 && ref; tries += 1) {
      await runProcess(broken as never, ref, 'broken');
      world.wait(10 * 60_000);
    }
    expect(await exportOf(world, me)).toMatchObject({ state: 'errored' });
    const take = { exportId, piece: 1, idempotencyKey: onceKey() };
    expect(await world.call('rights/exportPiece', take, me)).toMatchObject({
      error: { code: 'NOT_NOW', details: { why: expect.stringContaining('第三项') } },
    });
    expect((await ask(me, openid)).exportId).toBe(exportId);
    world.queued.splice(0, world.queued.length - 1);
    await world.work();
    expect(await verdictOf((await takeArchive(world, me)).zip)).toBe('holds');
  });
});

it('what was given before a withdrawal is not given any more, though it is still there and the person agrees anew (K3, R7)', async () => {
  const { me, openid } = await newcomer(world);
  await newCard(world, me, { name: '旧名片' });
  await withdraw(world, me, 'cards');
  world.queued.splice(0); // what was asked to erase it has not come yet
  await grant(world, me, 'cards');
  await newCard(world, me, { name: '新名片' });
  const ended = await ask(me, openid);
  await world.work();
  expect(ended.exportId).toBe((await exportOf(world, me))?.exportId);
  const { records } = await takeArchive(world, me);
  expect(records.flatMap(({ entity, values }) => (entity === 'card' ? [values.name] : []))).toEqual([
    '新名片',
  ]);
});

it('of every entity it is decided by hand whether it may go to another service (R7)', () => {
  const owned = [...declaredEntities.values()].filter(
    ({ declaration: { place, copies } }) => place.owner === 'person' && !copies,
  );
  const given = { granted: true, entry: 1, policyVersion: 1, atSeconds: 1, epoch: 0, request: '' };
  const person = {
    consents: Object.fromEntries(purposeIds.map((id) => [id, consent.encode(given, id)])),
  } as unknown as Person;
  const went = owned.filter(({ name, attributes }) => {
    const values = Object.entries(attributes).map(([attribute, { kinds }]) => ({
      attribute,
      kinds,
      value: 0,
    }));
    const exported = { entity: name, createdAtSeconds: 0, values };
    const walked: Walked = { exported, opener: undefined, position: { accounts: [''], at: 0 } };
    return inTransfer(walked, transferable(person), person).exported !== undefined;
  });
  expect(went.map(({ name }) => name).sort()).toEqual(goes.split(' ').sort());
  expect(owned.map(({ name }) => name).sort()).toEqual(`${goes} ${stays} ${ofOthers}`.split(' ').sort());
});
