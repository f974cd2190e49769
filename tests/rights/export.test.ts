import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { EXPORT_SCHEMA_FILE } from '../../infra/commands/export-schema';
import { readVCards } from '../../lib/card/vcard-read';
import { parseToken } from '../../lib/crypto/token';
import { publishedSchema } from '../../lib/export/schema';
import { entityWords } from '../../lib/export/words';
import { runProcess } from '../../lib/process/run';
import { keys } from '../../lib/table/keys';
import type { ProcessRef } from '../../lib/table/process/process';
import { declaredEntities } from '../../lib/table/readers/partition';
import { cardGiver, exchange, newCard } from '../cards/support';
import { createMarks } from '../judge/marks';
import { point, switchOn } from '../location/support';
import { actsOf, proofFor } from '../login/support';
import { fields, png } from '../picture/samples';
import { announce, contact } from '../profile/budget-rows';
import { grant, withdraw } from '../support/consent';
import { fullCard } from '../support/full-card';
import { type Caller, createWorld, onceKey, type World } from '../support/world';
import { type Archive, askExport, exportedBy, exportOf, schemaErrors, takeArchive } from './export-support';
import { closeBy, newcomer } from './support';

let world: World;
beforeAll(async () => {
  world = await createWorld();
});

type Overview = {
  purposes: {
    purpose: string;
    why: string;
    ground: string;
    records: number;
    kinds: string[];
    keeps: { records: number; latestEndsAt?: string }[];
    given: { recipient: string }[];
  }[];
  complete: boolean;
};

const hash = (bytes: Buffer | undefined) =>
  createHash('sha256')
    .update(bytes ?? '')
    .digest('hex');
const take = (me: Caller, exportId: string, piece = 1, idempotencyKey = onceKey()) =>
  world.refused('rights/exportPiece', { exportId, piece, idempotencyKey }, me);

/** The message that asks for an export to be made; it is lost, and so is whatever else was asked. */
function asked(): ProcessRef {
  const ref = world.queued.splice(0).find(({ kind }) => kind === 'export');
  if (!ref) throw new Error('no export is asked for');
  return ref;
}

/** The pieces that lie there, as they are sealed, in the order in which they were made. */
async function stored(me: Caller): Promise<string[]> {
  const items = (await world.scan(keys.person(parseToken(me.token)?.subjectId ?? '').pk)) as Record<
    string,
    { S?: string; B?: Uint8Array }
  >[];
  const pieces = items.filter(({ entity }) => entity?.S === 'export-piece');
  return pieces.map(({ sk, content }) => `${sk?.S} ${hash(Buffer.from(content?.B ?? ''))}`).sort();
}

/** Uploads an avatar as the mini-program does. */
async function hasAvatar(me: Caller): Promise<void> {
  await grant(world, me, 'profile');
  const bytes = png(fields(64, 64));
  type Upload = { uploadId: string; url: string };
  const { uploadId, url } = await world.ok<Upload>('profile/requestAvatarUpload', announce(bytes), me);
  world.files.set(url.replace('memory:', ''), bytes);
  await world.ok('profile/confirmAvatar', { uploadId }, me);
}

describe('an export (R1)', () => {
  it('is one ZIP of a page, records by the published schema, vCards and pictures, of oneself and of nobody else', async () => {
    const lin = await cardGiver(world, 'lin');
    const { name: _, ...other } = fullCard;
    const hidden = { phones: [{ number: '13955550199' }], title: '不相干的职务', note: '别人自己的备注' };
    const chen = await cardGiver(world, 'chen', { ...other, ...hidden, name: '陈生' });
    const { byA } = await exchange(world, lin, chen);
    const words = { contactId: byA, version: 1, note: '展会上认识的', groups: ['客户'], favourite: true };
    await world.ok('cards/updateContact', words, lin.caller);
    await hasAvatar(lin.caller);
    const { cardId, version } = await newCard(world, lin.caller, { name: '林<晓>' });
    const picture = png(fields(8, 8)).toString('base64');
    await world.ok('cards/setLogo', { cardId, version, picture }, lin.caller);

    const archive = await exportedBy(world, lin.caller, 'lin');
    const { files, records } = archive;
    const names = [...files.keys()];
    expect(names).toEqual([
      '我的信息.html',
      '数据/记录-1.json',
      '名片/名片-1.vcf',
      `图片/名片标识-${cardId}.jpg`,
      '图片/头像.jpg',
      '数据/export.schema.json',
      '清单.json',
    ]);
    expect(schemaErrors(files.get('数据/记录-1.json'))).toEqual([]);
    const list = JSON.parse(files.get('清单.json')?.toString() ?? '');
    expect(list.schema.sha256).toBe(hash(await readFile(EXPORT_SCHEMA_FILE)));
    expect(list.schema.sha256).toBe(hash(files.get('数据/export.schema.json')));
    for (const { name, sha256 } of list.files)
      expect({ name, sha256 }).toEqual({ name, sha256: hash(files.get(name)) });
    expect(records.map(({ entity }) => entity)).toEqual(
      expect.arrayContaining(['card', 'contact', 'avatar', 'person']),
    );

    const page = files.get('我的信息.html')?.toString() ?? '';
    for (const said of [
      '展会上认识的',
      '客户',
      '林&lt;晓&gt;',
      '要求导出个人信息',
      fullCard.phones[0]?.number ?? '',
    ])
      expect(page).toContain(said);
    expect(page).not.toContain('林<晓>');
    const labels = [...page.matchAll(/<th[^>]*>([^<]*)</g)].map(([, label = '']) => label);
    expect(labels.filter((label) => !/[\u4e00-\u9fff]|^OpenID$/.test(label))).toEqual([]);
    const cards = readVCards(files.get('名片/名片-1.vcf') ?? Buffer.alloc(0));
    expect(cards.map(({ content }) => content?.name).sort()).toEqual(['林<晓>', fullCard.name].sort());
    expect(files.get('图片/头像.jpg')?.subarray(0, 3).toString('hex')).toBe('ffd8ff');

    const theirs = await exportedBy(world, chen.caller, 'chen');
    const [hers, his] = [lin.caller.subjectId, chen.caller.subjectId];
    const strangers = createMarks({
      phone: '13955550199',
      title: '不相干的职务',
      note: '别人自己的备注',
      his,
    });
    const mine = createMarks({ words: '展会上认识的', hers });
    const said = (archive: Archive) =>
      [...archive.files].flatMap(([name, bytes]) => (/schema/.test(name) ? [] : [bytes]));
    expect([strangers.in(said(archive)), mine.in(said(archive))]).toEqual([[], ['words', 'hers']]);
    expect([strangers.in(said(theirs)), mine.in(said(theirs))]).toEqual([
      ['phone', 'title', 'note', 'his'],
      [],
    ]);
  });

  it('is asked for with a proof for this very act, entered when it is asked for and when it is first taken (A6)', async () => {
    const { me, openid } = await newcomer(world);
    expect(await world.refused('rights/startExport', {}, me)).toBe('PROOF_REQUIRED');
    const other = await proofFor(world, me, openid, 'rights/close', 'account');
    expect(await world.refused('rights/startExport', {}, { ...me, proof: other })).toBe('PROOF_REQUIRED');
    const proof = await proofFor(world, me, openid, 'rights/startExport', 'account');
    await world.ok('rights/startExport', {}, { ...me, proof });
    expect(await world.refused('rights/startExport', {}, { ...me, proof })).toBe('PROOF_REQUIRED');
    await askExport(world, me, openid); // while it is being made this is the one
    await world.work();
    await takeArchive(world, me);
    expect((await actsOf(world, me)).filter((act) => act.startsWith('export'))).toEqual([
      'export.asked',
      'export.taken',
    ]);
  });

  it('hands each piece out once, to the session that asked and to nobody else; a repeat after a lost answer gets it again', async () => {
    const { me, openid } = await newcomer(world);
    const { exportId } = await askExport(world, me, openid);
    expect(await take(me, exportId)).toBe('NOT_NOW'); // it is not made
    await world.work();
    const elsewhere = await world.signIn(openid);
    expect(await take(elsewhere, exportId)).toBe('NOT_NOW');
    expect(await exportOf(world, elsewhere)).toMatchObject({ isHere: false, state: 'complete' });
    const { me: stranger } = await newcomer(world);
    expect(await take(stranger, exportId)).toBe('NOT_FOUND');
    expect(await take(me, onceKey().slice(0, 22).padEnd(22, '0'))).toBe('NOT_FOUND');
    expect(await take(me, exportId, 99)).toBe('NOT_FOUND');
    const input = { exportId, piece: 1, idempotencyKey: onceKey() };
    const first = await world.ok('rights/exportPiece', input, me);
    expect(await world.ok('rights/exportPiece', input, me)).toEqual(first);
    expect(await take(me, exportId)).toBe('NOT_NOW');
    expect(await take(me, exportId, 2, input.idempotencyKey)).toBe('IDEMPOTENCY_CONFLICT');
    expect((await exportOf(world, me))?.pieces.map(({ isTaken }) => isTaken)).toEqual([true, false, false]);
    const twice = await Promise.all(
      [onceKey(), onceKey()].map((key) =>
        world.call('rights/exportPiece', { ...input, piece: 2, idempotencyKey: key }, me),
      ),
    );
    expect(twice.map(({ ok }) => ok).sort()).toEqual([false, true]);
  });

  it('asked for by another session is another one, and the first is over', async () => {
    const { me, openid } = await newcomer(world);
    const { exportId } = await askExport(world, me, openid);
    const elsewhere = await world.signIn(openid);
    const second = await askExport(world, elsewhere, openid);
    expect(second.exportId).not.toBe(exportId);
    await world.work();
    expect(await take(me, exportId)).toBe('NOT_FOUND');
    expect((await takeArchive(world, elsewhere)).records.length).toBeGreaterThan(0);
  });
});

describe('an export ends with what may be in it (K3, L1, S2)', () => {
  const ends: [string, (me: Caller, openid: string) => Promise<unknown>][] = [
    ['a consent that is withdrawn', (me) => withdraw(world, me, 'cards')],
    [
      'a part that is erased',
      (me) => world.ok('rights/erasePart', { purpose: 'cards', seenEntry: 2, idempotencyKey: onceKey() }, me),
    ],
    ['the account being closed', (me, openid) => closeBy(world, me, openid)],
    ['being cancelled', (me) => world.ok('rights/cancelExport', {}, me)],
    [
      'a place that is switched off',
      async (me) => {
        await grant(world, me, 'location');
        await switchOn(world, me);
        await world.ok('location/update', point(world), me);
        await world.ok('location/stop', {}, me);
      },
    ],
    ['its day', async () => world.wait(86_400_000)],
  ];

  it.each(ends)('with %s, made or on the way', async (_, end) => {
    const { me, openid } = await newcomer(world);
    const made = await askExport(world, me, openid);
    await world.work();
    await end(me, openid);
    expect(await exportOf(world, me)).toBeUndefined();
    expect(await take(me, made.exportId)).not.toBe('OK');
  });

  it('a step that has read before a withdrawal stores nothing after it', async () => {
    const { me, openid } = await newcomer(world);
    await askExport(world, me, openid);
    const ref = asked();
    const { table } = world.deps;
    let withdrawn = false;
    const late = {
      ...world.deps,
      table: {
        ...table,
        write: async (...writes: Parameters<typeof table.write>) => {
          if (!withdrawn) {
            withdrawn = true;
            await withdraw(world, me, 'cards');
          }
          return table.write(...writes);
        },
      },
    };
    expect(await runProcess(late, ref, 'late')).toMatchObject({ outcome: 'done' });
    expect(await exportOf(world, me)).toBeUndefined();
    expect(await stored(me)).toEqual([]);
  });
});

it('a part that cannot be made is errored and rings, the others are complete, and asking again makes that one alone', async () => {
  const { me, openid } = await newcomer(world);
  await hasAvatar(me);
  const { exportId } = await askExport(world, me, openid);
  const ref = asked();
  const without = { ...world.deps.objects, read: async () => undefined };
  for (let tries = 0; tries < 3; tries += 1) {
    await runProcess({ ...world.deps, objects: without }, ref, 'without');
    world.wait(10 * 60_000);
  }
  world.queued.splice(0);
  const errored = await exportOf(world, me);
  expect(errored).toMatchObject({ state: 'errored', pieces: [] });
  expect(errored?.parts.map(({ part, state }) => `${part} ${state}`)).toEqual([
    'page complete',
    'data complete',
    'cards complete',
    'pictures errored',
    'about pending',
  ]);
  expect(world.lines.join('\n')).toContain('EXPORT_PART_ERRORED:pictures');
  expect(await take(me, exportId)).toBe('NOT_NOW');
  expect((await askExport(world, me, openid)).exportId).toBe(exportId);
  const before = await stored(me);
  await world.work();
  expect((await stored(me)).slice(0, before.length)).toEqual(before);
  const { files } = await takeArchive(world, me);
  expect([...files.keys()]).toEqual(expect.arrayContaining(['图片/头像.jpg', '我的信息.html']));
});

it('the schema is published as the declarations are, and every record of a person has its words (R1)', async () => {
  expect(await readFile(EXPORT_SCHEMA_FILE, 'utf8')).toBe(publishedSchema().text);
  const owned = [...declaredEntities.values()].filter(
    ({ declaration: { place, copies } }) => place.owner === 'person' && !copies,
  );
  expect(owned.map(({ name }) => name).filter((name) => !entityWords[name])).toEqual([]);
});

describe('the overview (R1)', () => {
  it('says by purpose what is held, why, until when, and who got it, as far as two trips tell', async () => {
    const openid = `seer-${onceKey()}`;
    const { caller: me } = await cardGiver(world, openid);
    await grant(world, me, 'profile', 'delivery', 'location');
    await world.ok('profile/update', { version: 0, nickname: '晓' }, me);
    await world.ok('profile/createDelivery', { ...contact, idempotencyKey: onceKey() }, me);
    const inThirtyDays = new Date(world.deps.clock.now() + 30 * 24 * 3_600_000).toISOString();
    await switchOn(world, me);
    await world.ok('location/update', point(world), me);
    let seen: Overview | undefined;
    const cost = await world.costOf(async () => {
      seen = await world.ok<Overview>('rights/overview', {}, me);
    });
    expect(cost.trips).toBeLessThanOrEqual(2);
    expect(seen?.complete).toBe(true);
    const of = Object.fromEntries((seen?.purposes ?? []).map((one) => [one.purpose, one]));
    for (const { why, ground, keeps, records } of Object.values(of)) {
      expect(why && ground).toBeTruthy();
      expect(keeps.reduce((sum, one) => sum + one.records, 0)).toBe(records);
    }
    expect(of.cards?.kinds).toContain('名片姓名');
    expect(of.cards?.given.map(({ recipient }) => recipient)).toEqual(['wechat-text']);
    expect(of.delivery?.keeps[0]?.latestEndsAt).toBe(inThirtyDays);
    expect(of.location?.kinds.map((kind) => kind.slice(0, 6))).toEqual([
      '约 1 公里',
      '您当天最后所',
      '您最后所在的',
    ]);
    expect(of['location-history']).toBeUndefined();
    await world.ok('location/stop', {}, me);
    await withdraw(world, me, 'cards');
    await world.work();
    const after = await world.ok<Overview>('rights/overview', {}, me);
    expect(after.purposes.find(({ purpose }) => purpose === 'cards')).toMatchObject({
      records: 0,
      kinds: [],
    });
  });
});
