import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { parseToken } from '../../lib/crypto/token';
import type { ProcessRef } from '../../lib/table/process/process';
import { cardGiver, exchange, linkTo, newCard, offerBy } from '../cards/support';
import { agreeingPartners } from '../identity/agreeing-partners';
import { newCitizen } from '../identity/support';
import { point, switchOn } from '../location/support';
import { entryCode, proofFor, tap } from '../login/support';
import { fields, png } from '../picture/samples';
import { announce, codeIn } from '../profile/budget-rows';
import { inProofAlone } from '../proof/sample';
import { consentAct, grant } from '../support/consent';
import { beginEnd } from '../support/end';
import { fullCard } from '../support/full-card';
import { guarded } from '../support/guardian';
import { shortClient } from '../support/short-way';
import { type Caller, createWorld, onceKey, type World } from '../support/world';
import { arrive, onWeb } from './journey';
import { createJudge, type Look, leftOf, ownerOf } from './judge';
import { createMarks } from './marks';

/**
 * Somebody uses every feature, each text that they give being one of a kind; then their account ends. Whatever says one of those
 * texts afterwards, anywhere and in any form, is told (promise R3).
 */
let world: World;

const citizen = newCitizen();
const openid = `openid-of-marked-${onceKey()}`;
const given = {
  openid,
  name: '欧阳标甲',
  organisation: '标乙数据局',
  note: '标丙的备注',
  cardPhone: '13711220033',
  cardMail: 'biaoding@marked.example.cn',
  address: '广州市标戊路 905 号',
  site: 'https://marked-site.example.cn/biao',
  wechatId: 'marked-wechat-id',
  kept: 'X-MARKED-KEPT:77120',
  label: '标己会议',
  nickname: '标庚昵称',
  phone: '13711220044',
  mail: 'biaoxin@box.marked.cn',
  recipient: '收件标辛',
  delivery: '深圳市标壬道 118 号',
  deliveryPhone: '13711220055',
  device: 'marked-device-9Z',
  network: '2001:db8:77',
  idName: citizen.name,
  idNumber: citizen.idNumber,
  bankCard: citizen.bankCard,
  contactNote: '标癸见过一面',
  // What the law keeps: how it was agreed, and what was asked to be reviewed.
  control: 'marked.control.agree',
  words: '标子请再复核',
};
const kept = { control: 'ledger-entry', network: 'ledger-entry', words: 'appeal' };
const marks = createMarks(given);

const client = { device: given.device, version: '1.0.0' };
const numberOf = ({ token }: Caller) => parseToken(token)?.subjectId ?? '';
const asked: ProcessRef[] = [];

/** Does what is asked for, and notes each message. */
async function work(): Promise<void> {
  for (let next = world.queued.shift(); next; next = world.queued.shift()) {
    asked.push(next);
    await world.ok('retention/runProcess', next, { trigger: 'queue' });
  }
}

/** A look at the table as it is, by every key that is in it now. */
function look(): Promise<Look> {
  const { SERVICE_REGION: region, TABLE_ENDPOINT: endpoint, ROOT_KEY: rootKey } = world.config;
  const tableNames = [world.config.TABLE_NAME, world.config.PLACES_TABLE_NAME];
  return createJudge({ client: shortClient({ region, endpoint }), tableNames, rootKey }).look();
}

/** Which marks are told where, as `mark entity`. */
const toldIn = ({ items }: Look) =>
  new Set(items.flatMap((item) => marks.in(item).map((mark) => `${mark} ${item.entity}`)));

async function useEverything(): Promise<{ me: Caller; others: Caller[] }> {
  const { ok } = world;
  const card = {
    ...fullCard,
    ...{ name: given.name, organisation: given.organisation, note: given.note, wechatId: given.wechatId },
    phones: [{ number: given.cardPhone, label: 'mobile' }],
    mails: [{ address: given.cardMail, label: 'work' }],
    addresses: [{ text: given.address, city: '广州' }],
    ...{ sites: [given.site], kept: [given.kept] },
  };
  const mine = await cardGiver(world, openid, card);
  const me = { ...mine.caller, client, address: `${given.network}:1::1` };
  const purposes = ['profile', 'phone', 'email', 'account-link', 'viewer-name', 'card-public', 'delivery'];
  const verified = ['real-name', 'real-name-bank', 'real-name-network', 'location', 'location-history'];
  await grant(world, me, ...purposes, ...verified, 'service-household', 'service-fund');
  const { seenEntry, ...act } = await consentAct(ok, {
    purpose: 'service-tax',
  });
  const evidence = { control: given.control, defaultState: 'unchecked', dwellMs: 5000 };
  await ok('consent/grant', { ...act, seenEntry, evidence }, me);

  const { token } = await ok<{ token: string }>(
    'cards/share',
    { cardId: mine.cardId, fields: ['name', 'phones'], label: given.label, idempotencyKey: onceKey() },
    me,
  );
  const [friend, asker] = [await cardGiver(world, 'friend'), await cardGiver(world, 'asker')];
  await ok('cards/open', { token }, friend.caller);
  const { byA } = await exchange(world, mine, friend);
  await ok('cards/open', { token: (await linkTo(world, friend)).token }, me);
  await ok('cards/updateContact', { contactId: byA, version: 1, note: given.contactNote }, me);
  await offerBy(world, asker, token);
  await offerBy(world, mine, (await linkTo(world, asker)).token);
  await newCard(world, mine.caller, card);

  await ok('profile/update', { version: 0, nickname: given.nickname }, me);
  const picture = png(fields(64, 64));
  const { uploadId, url } = await ok<{ uploadId: string; url: string }>(
    'profile/requestAvatarUpload',
    announce(picture),
    me,
  );
  world.files.set(url.slice('memory:'.length), picture);
  await ok('profile/confirmAvatar', { uploadId }, me);
  await ok('login/bindPhone', { code: tap(given.phone, openid) }, me);
  const proof = await proofFor(world, me, openid, 'login/linkAccount', 'wechat-pay');
  await ok('login/linkAccount', { entry: 'wechat-pay', code: entryCode(openid) }, { ...me, proof });
  await ok('profile/requestMailCode', { address: given.mail }, me);
  await ok('profile/confirmMail', { address: given.mail, code: codeIn(world, given.mail) }, me);
  const contact = { name: given.recipient, phone: given.deliveryPhone, address: given.delivery };
  await ok('profile/createDelivery', { ...contact, idempotencyKey: onceKey() }, me);
  await ok('profile/setHouseholdAttributes', { version: 0, attributes: { sex: 'female' } }, me);
  await switchOn(world, me, { keepHistory: true });
  await ok('location/update', point(world), me);
  await ok('location/update', point(world, { latitude: 23.13, longitude: 113.3 }), me);

  const typed = { name: given.idName, idNumber: given.idNumber };
  const bank = { phone: citizen.phone, bankCard: given.bankCard };
  await ok('identity/verify', { ...typed, ...bank, idempotencyKey: onceKey() }, me);
  await ok('identity/appeal', { about: 'other', words: given.words, idempotencyKey: onceKey() }, me);
  const child = await arrive(world, 'child', 'real-name');
  await guarded(world, child, me);
  await onWeb(world, me);
  world.wait(2 * 60 * 60_000); // where and by what a session is used is noted once an hour
  await ok('login/listSessions', {}, me);
  await work();
  return { me, others: [friend.caller, asker.caller, child] };
}

inProofAlone(() => {
  beforeAll(async () => {
    world = await createWorld({ partners: agreeingPartners });
  });

  it('of somebody who used everything nothing is found anywhere, in any form, by any key (R3)', async () => {
    const { me, others } = await useEverything();
    const subjectId = numberOf(me);
    const before = await look();
    const told = [...toldIn(before)].map((one) => one.split(' ')[0]);
    // Every mark is really there to be found, but what only goes through to a partner or lies as a digest.
    const passes = ['idName', 'idNumber', 'bankCard'];
    const unfound = Object.keys(given).filter((mark) => !told.includes(mark) && !passes.includes(mark));
    expect(unfound).toEqual([]);
    const used = before.items.filter(({ pk }) => ownerOf(pk) === subjectId).map(({ entity }) => entity);
    expect(new Set(used).size).toBeGreaterThanOrEqual(25);
    const mails = world.mails.length;

    await beginEnd(world, subjectId);
    await work();

    const after = await look();
    const stays = Object.entries(kept).map(([mark, entity]) => `${mark} ${entity}`);
    expect([...toldIn(after)].sort()).toEqual(stays.sort());
    expect(after.items.filter((item) => marks.in(item).length > 0 && !item.stays)).toEqual([]);
    expect(leftOf(after, subjectId)).toEqual([]);

    // Files, mails since, messages, the log of their whole life, and the locked bucket.
    expect(world.mails.slice(mails)).toEqual([]);
    const elsewhere = {
      files: [...world.files],
      'locked bucket': [...world.vault],
      messages: [asked, world.queued, world.queuedNotices],
      log: world.lines,
    };
    const found = Object.entries(elsewhere).map(([where, all]) => [where, marks.in(all)]);
    expect(Object.fromEntries(found)).toEqual({
      files: [],
      'locked bucket': [],
      messages: [],
      log: [],
    });
    expect([...world.files.keys()]).toEqual([]);

    // What other people see and hold, by their own sessions and by the raw table.
    const number = createMarks({ number: subjectId });
    for (const by of others)
      for (const path of ['cards/folder', 'cards/offers', 'cards/shares', 'cards/views', 'consent/history'])
        expect([path, marks.in(await world.call(path, {}, by))]).toEqual([path, []]);
    const naming = after.items.filter(({ pk }) => ownerOf(pk) !== subjectId);
    const byNumber = naming.filter((item) => number.in(item).length > 0).map(({ entity }) => entity);
    // Who is reminded about it, a code of minutes, and in the ledger of a child who answered for them.
    expect(new Set(byNumber)).toEqual(new Set(['service-process', 'web-sign-in', 'ledger-entry']));
  });
});

const mark = '标记甲乙 mark-7Q2K';
const finder = createMarks({ mine: mark, other: 'nothing-of-this' });
const within = `前${mark}后`;

it.each([
  ['plain', within],
  ['in a list of an object', { deep: [1, { deeper: within }] }],
  ['as a key', { [within]: 1 }],
  ['as bytes', Buffer.from(within)],
  ['in UTF-16', Buffer.from(within, 'utf16le')],
  ['in hex', Buffer.from(within).toString('hex')],
  ['in capital hex', Buffer.from(within).toString('hex').toUpperCase()],
  ['in base64', Buffer.from(within).toString('base64')],
  ['in base64, a byte later', Buffer.from(`x${within}`).toString('base64')],
  ['in base64, two bytes later', Buffer.from(`xy${within}`).toString('base64url')],
  ['in JSON', JSON.stringify({ text: within })],
  [
    'in JSON of ASCII',
    `前${[...mark].map((one) => (one < '\x80' ? one : `\\u${one.charCodeAt(0).toString(16)}`)).join('')}`,
  ],
  ['in an address', `https://x/?q=${encodeURIComponent(within)}`],
  ['gzipped', gzipSync(within)],
  ['gzipped, in base64', gzipSync(within).toString('base64')],
  ['deflated', deflateSync(within)],
  ['by brotli', brotliCompressSync(within)],
])('a marked value is found %s', (_, value) => {
  expect(finder.in(value)).toEqual(['mine']);
});

it('finds nothing where nothing is', () => {
  expect(finder.in({ a: ['标记', 'mark-7Q2', Buffer.alloc(64, 7)], b: 7, c: undefined, d: null })).toEqual(
    [],
  );
});
