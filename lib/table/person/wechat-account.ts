import * as z from 'zod/mini';
import { digest, sealed, type ValueOf } from '../attribute';
import type { Item, Write } from '../client';
import { declareEntity } from '../entity';
import type { Key } from '../keys';
import { inPersonAt } from '../place';
import type { Sealer } from '../sealer';

/** The openids as WeChat wants them back, sealed: needed to ask WeChat about this very person. */
export const wechatAccount = declareEntity('wechat-account', {
  place: inPersonAt('account', 'WECHAT'),
  life: { rule: 'account-life' },
  attributes: {
    /** Short name of the identity that the account was opened with; see `shortName`. */
    identity: digest('wechat-identity', z.string()),
    openid: sealed('wechat-openid', z.string()),
    /** Openids that came later, by the short name of their identity. */
    others: sealed('wechat-openid', z.optional(z.record(z.string(), z.string()))),
  },
});
export type WechatAccount = ValueOf<typeof wechatAccount>;

const SHORT_NAME_CHARS = 10;

/** What a session keeps of the identity that opened it: enough to tell one person's few identities apart. */
export function shortName(identityDigest: string): string {
  return identityDigest.slice(0, SHORT_NAME_CHARS);
}

export const wechatAccountKey = (subjectId: string): Key => wechatAccount.key(subjectId);

export function putWechatAccount(
  subjectId: string,
  value: WechatAccount,
  sealer: Sealer,
  before?: Item,
): Write {
  return { Put: { Item: wechatAccount.make(subjectId, undefined, value, { sealer, before }) } };
}

export function removeWechatAccount(subjectId: string): Write {
  return { Delete: { Key: wechatAccountKey(subjectId) } };
}

/** @throws SealError */
export function readWechatAccount(item: Item | undefined, sealer: Sealer): WechatAccount | undefined {
  return wechatAccount.read(item, { sealer });
}

/** The openid of the WeChat that a session came from, or else the one that the account was opened with. @throws SealError */
export function readOpenid(item: Item | undefined, sealer: Sealer, identity?: string): string | undefined {
  const account = readWechatAccount(item, sealer);
  return (identity && account?.others?.[identity]) || account?.openid;
}

/** The account with one more openid in it. */
export function withOpenids(account: WechatAccount, more: Record<string, string>): WechatAccount {
  return { ...account, others: { ...account.others, ...more } };
}
