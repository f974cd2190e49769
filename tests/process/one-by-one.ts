import { unmarshall } from '@aws-sdk/util-dynamodb';
import { MINUTE_MS, toInstant } from '../../lib/clock';
import type { Item } from '../../lib/table/client';
import { nameOfInstant } from '../../lib/table/ends/end';
import { ITEM_ENDS, itemEndsBy, noteOfItemEnds } from '../../lib/table/ends/item-end';
import { textOf } from '../../lib/table/keys';
import { cardGiver, exchange, type Giver, linkTo, newCard, offerBy } from '../cards/support';
import { proofFor } from '../login/support';
import { png, fields as shades } from '../picture/samples';
import { announce, codeIn, contact } from '../profile/budget-rows';
import type { backUp } from '../support/backup';
import { grant } from '../support/consent';
import { guarded, makeGuardian } from '../support/guardian';
import { onceKey, type World } from '../support/world';

type Backup = Awaited<ReturnType<typeof backUp>>;

/** The addresses of uploads are over after this long. */
const UPLOADS_END_MS = 30 * MINUTE_MS;
const once = () => ({ idempotencyKey: onceKey() });

/** Notes what has ended between two moments, as the look at changes does page by page. */
export async function noteBetween(world: World, earlier: Backup, later: Backup): Promise<void> {
  const itemsOf = (all: Backup) =>
    new Map(all.map((raw) => unmarshall(raw as never) as Item).map((item) => [textOf(item), item]));
  const [before, after] = [itemsOf(earlier), itemsOf(later)];
  const changes = [...new Set([...before.keys(), ...after.keys()])].flatMap((key) => {
    const one = { before: before.get(key), after: after.get(key) };
    return JSON.stringify(one.before) === JSON.stringify(one.after) ? [] : [one];
  });
  const nowMs = world.deps.clock.now();
  const name = `${ITEM_ENDS}${nameOfInstant(toInstant(nowMs))}/part-${world.vault.size}-0`;
  await world.deps.vault.put(name, noteOfItemEnds(itemEndsBy(changes, nowMs)));
}

type Acts = Record<string, { ends(): Promise<unknown>; isThere(): Promise<boolean> }>;

/**
 * What people end one by one, whatever it rests on still stands: how each is done, and whether what it ends is met by anybody; and what
 * they have not ended. Whoever looks signs in anew.
 */
export async function oneByOne(world: World) {
  const { ok, refused } = world;
  const by = (openid: string) => world.signIn(openid);
  const giver = async (openid: string) => ({ openid, ...(await cardGiver(world, openid)) });
  const [lin, mei, an, bo] = [await giver('lin'), await giver('mei'), await giver('an'), await giver('bo')];
  const ofLin = { an: await exchange(world, lin, an), bo: await exchange(world, lin, bo) };
  const ofMei = { an: await exchange(world, mei, an), bo: await exchange(world, mei, bo) };
  const second = await newCard(world, lin.caller);
  await grant(world, mei.caller, 'profile', 'email', 'delivery', 'service-household');
  const profile = await keepProfile(world, mei);
  const { offerId } = await offerBy(world, mei, (await linkTo(world, lin)).token);
  const proof = await proofFor(world, mei.caller, 'mei', 'rights/startExport', 'account');
  await ok('rights/startExport', {}, { ...mei.caller, proof });
  const parent = await makeGuardian(world, await by('parent'));
  const child = await by('child');
  await grant(world, child, 'real-name');
  const wardId = await guarded(world, child, parent);
  await ok('cards/block', { by: 'holder', id: ofMei.an.byB }, mei.caller);

  /** What somebody sees of a card in their folder. */
  const held = async (openid: string, contactId: string) => {
    type Contact = { recalled: boolean; card?: { phones?: string[]; name?: string } };
    const input = { contactId };
    const by_ = await by(openid);
    return (await refused('cards/contact', input, by_)) === 'OK'
      ? ok<Contact>('cards/contact', input, by_)
      : undefined;
  };
  const isHeld = async (openid: string, contactId: string) =>
    (await held(openid, contactId))?.recalled === false;
  const blocked = async (openid: string) =>
    (await ok<{ blocked: { blockId: string }[] }>('cards/blocked', {}, await by(openid))).blocked;
  const version = async ({ cardId, openid }: { cardId: string; openid: string }) =>
    (await ok<{ version: number }>('cards/get', { cardId }, await by(openid))).version;

  const acts: Acts = {
    'a card': {
      ends: () => ok('cards/delete', { cardId: second.cardId, version: 1 }, lin.caller),
      isThere: async () => (await refused('cards/get', { cardId: second.cardId }, await by('lin'))) === 'OK',
    },
    'a card in the hands of one': {
      ends: () => ok('cards/recall', { holderId: ofLin.an.byB }, lin.caller),
      isThere: () => isHeld('an', ofLin.an.byB),
    },
    'a card in the hands of all': {
      ends: () => ok('cards/recallAll', { cardId: bo.cardId }, bo.caller),
      isThere: () => isHeld('mei', ofMei.bo.byA),
    },
    'somebody in the folder': {
      ends: () => ok('cards/removeContact', { contactId: ofLin.bo.byB }, bo.caller),
      isThere: () => isHeld('bo', ofLin.bo.byB),
    },
    'a field that others see': {
      ends: async () => {
        const of = { cardId: mei.cardId, version: await version(mei) };
        await ok('cards/setVisibility', { ...of, visibility: { name: 'nobody' } }, mei.caller);
      },
      isThere: async () => (await held('bo', ofMei.bo.byB))?.card?.name !== undefined,
    },
    'being met by somebody': {
      ends: () => ok('cards/block', { by: 'contact', id: ofLin.an.byA }, lin.caller),
      isThere: async () => (await blocked('lin')).length === 0,
    },
    'a block': {
      ends: async () => {
        const [one] = await blocked('mei');
        await ok('cards/unblock', { blockId: one?.blockId }, mei.caller);
      },
      isThere: async () => (await blocked('mei')).length > 0,
    },
    'an offer': {
      ends: () => ok('cards/takeBack', { offerId }, mei.caller),
      isThere: async () => (await ok<{ offers: [] }>('cards/offers', {}, await by('lin'))).offers.length > 0,
    },
    'an export': {
      ends: () => ok('rights/cancelExport', {}, mei.caller),
      isThere: async () => 'export' in (await ok<object>('rights/export', {}, await by('mei'))),
    },
    "a guardian's consent": {
      ends: () => ok('identity/guardianWithdraw', { wardId }, parent),
      isThere: async () =>
        (await ok<{ guardian: string }>('identity/status', {}, await by('child'))).guardian === 'consented',
    },
    ...profile,
  };
  const stays = {
    'a first card': async () =>
      (await refused('cards/get', { cardId: lin.cardId }, await by('lin'))) === 'OK',
    'a card that nobody recalled': () => isHeld('bo', ofMei.bo.byB),
  };
  const people = Object.entries({ lin, mei, an, bo }).map(([name, { caller }]) => [name, caller.subjectId]);
  return { acts, stays, numbers: Object.fromEntries(people) as Record<string, string> };
}

/** A profile in which everything stands, and how each of it ends. */
async function keepProfile(world: World, me: Giver): Promise<Acts> {
  const { ok, refused } = world;
  const { caller, cardId } = me;
  const is = async (path: string, input: object = {}) =>
    (await refused(path, input, await world.signIn('mei'))) === 'OK';
  const said = async <T extends object>(path: string) => ok<T>(path, {}, await world.signIn('mei'));
  const picture = png(shades(64, 64));
  const { uploadId, url } = await ok<{ uploadId: string; url: string }>(
    'profile/requestAvatarUpload',
    announce(picture),
    caller,
  );
  world.files.set(url.slice('memory:'.length), picture);
  await ok('profile/confirmAvatar', { uploadId }, caller);
  await ok('cards/setLogo', { cardId, version: 2, picture: picture.toString('base64') }, caller);
  await ok('profile/update', { version: 0, nickname: '晓' }, caller);
  const address = 'mei@example.cn';
  await ok('profile/requestMailCode', { address }, caller);
  await ok('profile/confirmMail', { address, code: codeIn(world, address) }, caller);
  const wishes = { language: 'zh-CN', personalisation: true, surveyInvitations: true };
  await ok('profile/setPreferences', { version: 0, ...wishes }, caller);
  await ok('profile/setHouseholdAttributes', { version: 0, attributes: { sex: 'female' } }, caller);
  const { deliveryId } = await ok<{ deliveryId: string }>(
    'profile/createDelivery',
    { ...contact, ...once() },
    caller,
  );
  world.wait(UPLOADS_END_MS);
  return {
    'an avatar': {
      ends: () => ok('profile/removeAvatar', {}, caller),
      isThere: () => is('profile/getAvatar'),
    },
    'a picture on a card': {
      ends: async () => {
        const { version } = await ok<{ version: number }>('cards/get', { cardId }, caller);
        await ok('cards/removeLogo', { cardId, version }, caller);
      },
      isThere: () => is('cards/logo', { cardId }),
    },
    'a nickname': {
      ends: () => ok('profile/update', { version: 1 }, caller),
      isThere: async () => 'nickname' in (await said('profile/get')),
    },
    'a mailbox': {
      ends: () => ok('profile/removeMail', {}, caller),
      isThere: () => is('profile/mail'),
    },
    'an invitation to surveys': {
      ends: () => ok('profile/setPreferences', { version: 1, ...wishes, surveyInvitations: false }, caller),
      isThere: async () =>
        (await said<{ surveyInvitations: boolean }>('profile/getPreferences')).surveyInvitations,
    },
    'what a service was told': {
      ends: () => ok('profile/setHouseholdAttributes', { version: 1, attributes: {} }, caller),
      isThere: async () =>
        'sex' in (await said<{ attributes: object }>('profile/getHouseholdAttributes')).attributes,
    },
    'an address for a delivery': {
      ends: () => ok('profile/cancelDelivery', { deliveryId }, caller),
      isThere: async () => {
        const { deliveries } = await said<{ deliveries: object[] }>('profile/listDeliveries');
        return deliveries.some((one) => 'address' in one);
      },
    },
  };
}
