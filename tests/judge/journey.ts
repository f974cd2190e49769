import { parseToken } from '../../lib/crypto/token';
import { cardGiver, exchange, linkTo } from '../cards/support';
import { newCitizen } from '../identity/support';
import { point, switchOn } from '../location/support';
import { entryCode, proofFor, tap } from '../login/support';
import { contact } from '../profile/budget-rows';
import { giveBoundPhone } from '../support/bound-phone';
import { httpBrowser } from '../support/browser';
import { grant, withdraw } from '../support/consent';
import { guarded } from '../support/guardian';
import { type Caller, onceKey, type World } from '../support/world';

/** What people do with the service, step by step, each in a few calls through the gate. */

const once = () => ({ idempotencyKey: onceKey() });
const DAY_MS = 86_400_000;
const officer = { token: 'staff:olga:officer' };
const night = { trigger: 'schedule' } as const;

/** Signs in and agrees to these purposes. */
export async function arrive(world: World, openid: string, ...purposes: string[]): Promise<Caller> {
  const me = await world.signIn(openid);
  await grant(world, me, ...purposes);
  return me;
}

export type Way = 'id' | 'bank' | 'face' | 'network';

export async function verifyBy(world: World, me: Caller, way: Way, birth?: string): Promise<void> {
  const { name, idNumber, phone, bankCard } = newCitizen(birth);
  if (way === 'network')
    return void (await world.ok('identity/verifyByNetworkId', { token: onceKey(), ...once() }, me));
  if (way === 'face') {
    const begun = await world.ok<{ sessionId: string }>(
      'identity/startFace',
      { name, idNumber, ...once() },
      me,
    );
    return void (await world.ok('identity/finishFace', { sessionId: begun.sessionId }, me));
  }
  await world.ok(
    'identity/verify',
    { name, idNumber, ...(way === 'bank' && { phone, bankCard }), ...once() },
    me,
  );
}

export async function hasPlace(world: World, me: Caller): Promise<void> {
  await switchOn(world, me, { keepHistory: true });
  await world.ok('location/update', point(world), me);
  await world.ok('location/update', point(world, { latitude: 23.13, longitude: 113.3 }), me);
}

export async function hasProfile(world: World, me: Caller): Promise<void> {
  await world.ok('profile/update', { version: 0, nickname: '晓' }, me);
  await world.ok('profile/setHouseholdAttributes', { version: 0, attributes: { sex: 'female' } }, me);
  const { deliveryId } = await world.ok<{ deliveryId: string }>(
    'profile/createDelivery',
    { ...contact, ...once() },
    me,
  );
  await world.ok('profile/cancelDelivery', { deliveryId }, me);
  await world.ok('profile/createDelivery', { ...contact, ...once() }, me);
  await world.ok(
    'profile/setPreferences',
    { version: 0, language: 'zh-CN', personalisation: true, surveyInvitations: false },
    me,
  );
}

/** Two appeals, one of which is decided. */
export async function appeals(world: World, me: Caller): Promise<void> {
  await world.ok('identity/appeal', { about: 'other', words: '请再看看。', ...once() }, me);
  const asked = { about: 'risk-refused', words: '请复核。', ...once() };
  const { appealId } = await world.ok<{ appealId: string }>('identity/appeal', asked, me);
  const subjectId = parseToken(me.token)?.subjectId;
  const decided = { subjectId, appealId, decision: 'overturned', reason: '核对无误。' };
  await world.ok('identity/decideAppeal', decided, officer);
}

/** Signs in on a web page. */
export async function onWeb(world: World, me: Caller): Promise<void> {
  const browser = httpBrowser(world);
  const { code } = await browser.ok<{ code: string }>('login/webBegin');
  await world.ok('login/webShow', { code }, me);
  await world.ok('login/webApprove', { code }, me);
  for (const state of ['approved', 'signed-in']) {
    world.wait(2000);
    expect(await browser.ok('login/webPoll')).toMatchObject({ state });
  }
}

/** Settles two accounts of one person: the first one stays. */
export async function join(world: World, stays: Caller, leaves: Caller, openids: [string, string]) {
  const numberOf = (one: Caller) => parseToken(one.token)?.subjectId ?? '';
  const otherProof = await proofFor(world, leaves, openids[1], 'login/joinAccounts', numberOf(stays));
  const proof = await proofFor(world, stays, openids[0], 'login/joinAccounts', numberOf(leaves));
  await world.ok('login/joinAccounts', { keep: 'this', otherProof }, { ...stays, proof });
  await world.work();
}

/** Binds a phone and links another entry. */
export async function reachable(world: World, me: Caller, openid: string, number: string): Promise<void> {
  await world.ok('login/bindPhone', { code: tap(number, openid) }, me);
  const proof = await proofFor(world, me, openid, 'login/linkAccount', 'wechat-pay');
  await world.ok('login/linkAccount', { entry: 'wechat-pay', code: entryCode(openid) }, { ...me, proof });
}

/** A whole life of several people. Answers who of them is who. */
export async function wholeJourney(world: World) {
  const lin = await cardGiver(world, 'lin');
  const chen = await cardGiver(world, 'chen');
  await exchange(world, lin, chen);
  await world.ok('cards/open', { token: (await linkTo(world, lin)).token }, chen.caller);

  const all = ['real-name', 'real-name-bank', 'real-name-face', 'real-name-network'];
  const mine = ['location', 'location-history', 'profile', 'service-household', 'delivery', 'phone'];
  await grant(world, lin.caller, ...all, ...mine, 'account-link', 'card-public');
  await verifyBy(world, lin.caller, 'network');
  await verifyBy(world, lin.caller, 'bank');
  await hasPlace(world, lin.caller);
  await hasProfile(world, lin.caller);
  await reachable(world, lin.caller, 'lin', '13800138011');
  await appeals(world, lin.caller);

  await grant(world, chen.caller, ...all, 'location', 'location-history');
  await verifyBy(world, chen.caller, 'face');
  await switchOn(world, chen.caller);
  await world.ok('location/update', point(world), chen.caller);
  await world.ok('location/stop', {}, chen.caller);

  const child = await arrive(world, 'child', 'real-name');
  await giveBoundPhone(world, lin.caller);
  const wardId = await guarded(world, child, lin.caller);
  await verifyBy(world, child, 'id', '20150601');
  await world.ok('identity/guardianWithdraw', { wardId }, lin.caller);

  const face = await arrive(world, 'face', 'real-name', 'real-name-face');
  await withdraw(world, chen.caller, 'real-name-face');
  await world.work();
  await withdraw(world, lin.caller, 'real-name-bank');
  await world.work();
  await withdraw(world, lin.caller, 'location-history');
  await world.work();

  await hasPlace(world, chen.caller);
  await world.ok('location/stop', {}, chen.caller);
  await hasPlace(world, chen.caller);
  await world.ok('identity/startFace', { name: '张三', idNumber: newCitizen().idNumber, ...once() }, face);
  // What has reached its end is held until the night.
  world.wait(2 * DAY_MS);
  await world.ok('retention/sweep', {}, night);
  await world.work();

  const again = await arrive(world, 'lin again', 'location', 'real-name-network');
  await verifyBy(world, again, 'network');
  await switchOn(world, again);
  await world.ok('location/update', point(world), again);
  await onWeb(world, lin.caller);
  await join(world, lin.caller, again, ['lin', 'lin again']);
  await withdraw(world, lin.caller, 'location');
  await world.ok('location/stop', {}, lin.caller);
  await world.work();
  return { lin: lin.caller, chen: chen.caller, child, again };
}
