import { grant } from '../support/consent';
import { onceKey, type World } from '../support/world';
import { accountNumber, entryCode, linker, phoneHolder, proofFor, tap, wechatCode } from './support';

/** How the operations on ways in are brought to their usual case, for the budgets. */
export function accountRows(
  world: () => World,
): Record<string, () => Promise<{ input?: unknown; by?: object }>> {
  const number = () =>
    `138${String(Math.floor(Number.parseInt(onceKey().slice(0, 8), 16) % 1e8)).padStart(8, '0')}`;
  const linked = async () => {
    const [openid, at] = [`linker-${onceKey()}`, `payer-${onceKey()}`];
    return { at, caller: await linker(world(), openid, at) };
  };
  /** Somebody with a second WeChat that came by their phone. */
  const withTwo = async () => {
    const [phone, openid, arrival] = [number(), `old-${onceKey()}`, `new-${onceKey()}`];
    const by = await phoneHolder(world(), openid, phone);
    const codes = { code: wechatCode(arrival), phoneCode: tap(phone, arrival) };
    await world().ok('login/signInByPhone', codes);
    type Listed = { wechats: { wayId: string; restsOnPhone: boolean }[] };
    const { wechats } = await world().ok<Listed>('login/ways', {}, by);
    const wayId = wechats.find(({ restsOnPhone }) => restsOnPhone)?.wayId ?? '';
    return { by, openid, wayId };
  };
  return {
    'login/signInByPhone': async () => {
      const [phone, arrival] = [number(), `new-${onceKey()}`];
      await phoneHolder(world(), `old-${onceKey()}`, phone);
      return { by: {}, input: { code: wechatCode(arrival), phoneCode: tap(phone, arrival) } };
    },
    'login/signInByEntry': async () => {
      const { at } = await linked();
      return { by: {}, input: { entry: 'wechat-pay', code: entryCode(at) } };
    },
    'login/account': async () => ({}),
    'login/linkAccount': async () => {
      const openid = `me-${onceKey()}`;
      const me = await world().signIn(openid);
      await grant(world(), me, 'account-link');
      const proof = await proofFor(world(), me, openid, 'login/linkAccount', 'wechat-pay');
      return { by: { ...me, proof }, input: { entry: 'wechat-pay', code: entryCode(openid) } };
    },
    'login/listLinks': async () => ({ by: (await linked()).caller }),
    'login/unlinkAccount': async () => {
      const { at, caller } = await linked();
      await world().ok('login/signInByEntry', { entry: 'wechat-pay', code: entryCode(at) });
      return { by: caller, input: { entry: 'wechat-pay' } };
    },
    'login/ways': async () => ({ by: (await linked()).caller }),
    'login/endWay': async () => {
      const { by, openid, wayId } = await withTwo();
      const proof = await proofFor(world(), by, openid, 'login/endWay', wayId);
      return { by: { ...by, proof }, input: { wayId } };
    },
    'login/keepWay': async () => {
      const { by, openid, wayId } = await withTwo();
      const proof = await proofFor(world(), by, openid, 'login/keepWay', wayId);
      return { by: { ...by, proof }, input: { wayId } };
    },
    'login/joinAccounts': async () => {
      const [one, two] = [`one-${onceKey()}`, `two-${onceKey()}`];
      const [stays, leaves] = [await world().cardHolder(one), await world().cardHolder(two)];
      const [a, b] = [await accountNumber(world(), stays), await accountNumber(world(), leaves)];
      const otherProof = await proofFor(world(), leaves, two, 'login/joinAccounts', a);
      const proof = await proofFor(world(), stays, one, 'login/joinAccounts', b);
      return { by: { ...stays, proof }, input: { keep: 'this', otherProof } };
    },
  };
}
