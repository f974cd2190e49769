import { grant } from '../support/consent';
import { type Caller, onceKey, type World } from '../support/world';

/** What the mini-program would send for a person of this openid. */
export const wechatCode = (who: string) => `code-of-${who}~${onceKey()}`;
export const entryCode = (who: string) => `pay-code-of-${who}~${onceKey()}`;
export const tap = (number: string, openid: string) => `${number}-for-${openid}~${onceKey()}`;

export async function proofFor(
  world: World,
  me: Caller,
  openid: string,
  operation: string,
  target: string,
): Promise<string> {
  const ask = { operation, target, by: 'wechat', code: wechatCode(openid) };
  return (await world.ok<{ proof: string }>('login/proveSelf', ask, me)).proof;
}

/** Somebody signed in with this phone bound. */
export async function phoneHolder(world: World, openid: string, number: string): Promise<Caller> {
  const me = await world.signIn(openid);
  await grant(world, me, 'phone');
  await world.ok('login/bindPhone', { code: tap(number, openid) }, me);
  return me;
}

/** Somebody who has linked WeChat Pay's entry to their account. */
export async function linker(world: World, openid: string, at: string): Promise<Caller> {
  const me = await world.signIn(openid);
  await grant(world, me, 'account-link');
  const proof = await proofFor(world, me, openid, 'login/linkAccount', 'wechat-pay');
  await world.ok('login/linkAccount', { entry: 'wechat-pay', code: entryCode(at) }, { ...me, proof });
  return me;
}

export async function accountNumber(world: World, me: Caller): Promise<string> {
  return (await world.ok<{ accountNumber: string }>('login/account', {}, me)).accountNumber;
}

export async function actsOf(world: World, me: Caller): Promise<string[]> {
  const { entries } = await world.ok<{ entries: { act: string }[] }>('consent/history', {}, me);
  return entries.map(({ act }) => act);
}
