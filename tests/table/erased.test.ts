import { unmarshall } from '@aws-sdk/util-dynamodb';
import { parseToken } from '../../lib/crypto/token';
import { consentPurposeIds } from '../../lib/policy/purposes';
import type { Item } from '../../lib/table/client';
import type { Key } from '../../lib/table/keys';
import { cardGiver, exchange, linkTo, offerBy } from '../cards/support';
import { agreeingPartners } from '../identity/agreeing-partners';
import { newCitizen } from '../identity/support';
import { point, switchOn } from '../location/support';
import { entryCode, proofFor, tap } from '../login/support';
import { codeIn, contact } from '../profile/budget-rows';
import { some } from '../proof/sample';
import { grant, withdraw } from '../support/consent';
import { createWorld, onceKey, type World } from '../support/world';

type Resting = Item & { points?: Key[] };

let world: World;
const everything = async () => (await world.scan()).map((item) => unmarshall(item as never) as Resting);

/** Somebody who has used all that rests on consent, the ways to be verified as far as one excludes another. */
async function doEverything(openid: string, way: 'bank' | 'face' | 'network') {
  const { ok } = world;
  const mine = await cardGiver(world, openid);
  const me = mine.caller;
  for (const purpose of consentPurposeIds) if (purpose !== 'cards') await grant(world, me, purpose);
  const once = { idempotencyKey: onceKey() };

  const open = { cardId: mine.cardId, version: 2, visibility: { name: 'everyone', title: 'link' } };
  await ok('cards/setVisibility', open, me);
  const { token } = await linkTo(world, mine);
  const viewer = await cardGiver(world, `viewer of ${openid}`);
  for (const purpose of ['viewer-name', 'profile']) await grant(world, viewer.caller, purpose);
  await ok('profile/update', { version: 0, nickname: '小陈' }, viewer.caller);
  await ok('profile/update', { version: 0, nickname: '晓' }, me);
  await ok('cards/open', { token }, viewer.caller);
  await ok('cards/open', { token: (await linkTo(world, viewer)).token }, me);
  await exchange(world, mine, await cardGiver(world, `friend of ${openid}`));
  await offerBy(world, await cardGiver(world, `asker of ${openid}`), token);
  const asked = await cardGiver(world, `asked by ${openid}`);
  await ok(
    'cards/offer',
    { token: (await linkTo(world, asked)).token, cardId: mine.cardId, fields: ['name'] },
    me,
  );

  const number = { bank: 13800138001, face: 13800138002, network: 13800138003 }[way];
  await ok('login/bindPhone', { code: tap(`${number}`, openid) }, me);
  const proof = await proofFor(world, me, openid, 'login/linkAccount', 'wechat-pay');
  await ok('login/linkAccount', { entry: 'wechat-pay', code: entryCode(openid) }, { ...me, proof });
  const address = `${way}@example.cn`;
  await ok('profile/requestMailCode', { address }, me);
  await ok('profile/confirmMail', { address, code: codeIn(world, address) }, me);
  await ok('profile/createDelivery', { ...contact, ...once }, me);
  await switchOn(world, me, { keepHistory: true });
  await ok('location/update', point(world), me);
  for (const name of ['Fund', 'Social', 'Transport', 'Household'])
    await ok(`profile/set${name}Attributes`, { version: 0, attributes: { sex: 'female' } }, me);
  await ok('profile/setTaxAttributes', { version: 0, attributes: { householdPlace: '广州' } }, me);

  const { name, idNumber, phone, bankCard } = newCitizen();
  if (way === 'bank') await ok('identity/verify', { name, idNumber, phone, bankCard, ...once }, me);
  if (way === 'face') await ok('identity/startFace', { name, idNumber, ...once }, me);
  if (way === 'network') await ok('identity/verifyByNetworkId', { token: onceKey(), ...once }, me);
  return me;
}

/** The random numbers and digests that name what these items are, or what they point to. */
function namesOf(items: Resting[]): Set<string> {
  const keys = items.flatMap(({ pk, sk, points = [] }) => [{ pk, sk }, ...points]);
  const parts = keys.flatMap(({ pk, sk }) => (pk.startsWith('P#') ? sk : `${pk}#${sk}`).split('#'));
  return new Set(parts.flatMap((part) => part.match(/(?<![\w-])(?:face-)?([\w-]{22,})$/)?.[1] ?? []));
}

beforeAll(async () => {
  world = await createWorld({ partners: agreeingPartners });
});

describe('after a withdrawal (K3)', () => {
  it.each(some(['bank', 'face', 'network'] as const, 1))(
    'nothing in the table names what was erased, wherever it pointed; verified by %s',
    async (way) => {
      const me = await doEverything(`somebody by ${way}`, way);
      const subjectId = parseToken(me.token)?.subjectId ?? '';
      const isMine = ({ pk, sk }: Key) => pk === `P#${subjectId}` && sk.startsWith('DATA#');
      const all = await everything();
      const before = all.filter(isMine);
      const used = new Set(before.map(({ sk }) => sk.split('#')[1]));
      const pointed = before.flatMap(({ points = [] }) => points);
      const isPointed = ({ pk, sk }: Key) => pointed.some((one) => one.pk === pk && one.sk === sk);
      // What others have of their own, such as the link through which a card was opened, is not this person's.
      const people = new Set(all.map(({ pk }) => pk));
      const others = namesOf(
        all.filter((item) => !isMine(item) && !isPointed(item)).map(({ points: _, ...item }) => item),
      );
      const names = [...namesOf(before)].filter((name) => !others.has(name) && !people.has(`P#${name}`));
      expect(pointed.length).toBeGreaterThan(5);
      expect(names.length).toBeGreaterThan(5);

      for (const purpose of consentPurposeIds) await withdraw(world, me, purpose);
      await world.work();

      const after = await everything();
      expect(after.filter(isMine).map(({ sk }) => sk)).toEqual([]);
      // A holder keeps their own words about a card that was taken back, and nothing that says whose it was.
      const stays = after.filter(isPointed);
      expect(new Set(stays.map(({ entity }) => entity))).toEqual(new Set(['contact']));
      expect(stays.filter((item) => JSON.stringify(item).includes(subjectId))).toEqual([]);
      const leading = after.filter(({ pk, subjectId: to }) => pk.startsWith('ID#') && to === subjectId);
      expect(leading.map(({ pk }) => pk.split('#')[1])).toEqual(['openid']);
      // Who was given a card keeps the note that it was taken back.
      const left = after.filter(
        (item) => item.entity !== 'contact' && names.some((name) => JSON.stringify(item).includes(name)),
      );
      expect(left.map(({ entity, pk, sk }) => ({ entity, pk, sk }))).toEqual([]);
      const nothingToKeep = [
        'card-public',
        'viewer-name',
        'real-name',
        'real-name-bank',
        'real-name-face',
        'real-name-network',
      ];
      expect(consentPurposeIds.filter((id) => !used.has(id) && !nothingToKeep.includes(id))).toEqual([]);
    },
  );
});
