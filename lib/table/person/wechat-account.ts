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
  unguarded: 'sealed in its place; what leads in are the ways of the person',
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

/** The same in the place of exactly what was seen; nothing is left where no openid is. */
export function rewriteWechatAccount(
  subjectId: string,
  value: WechatAccount | undefined,
  sealer: Sealer,
  seen: Item,
): Write {
  const asSeen = {
    ConditionExpression: 'sealed = :seenSealed',
    ExpressionAttributeValues: { ':seenSealed': seen.sealed },
  };
  if (!value) return { Delete: { Key: wechatAccountKey(subjectId), ...asSeen }, seen };
  const Item = wechatAccount.make(subjectId, undefined, value, { sealer, before: seen });
  return { Put: { Item, ...asSeen }, seen };
}

export function removeWechatAccount(subjectId: string): Write {
  return { Delete: { Key: wechatAccountKey(subjectId) } };
}

/** @throws SealError */
export function readWechatAccount(item: Item | undefined, sealer: Sealer): WechatAccount | undefined {
  return wechatAccount.read(item, { sealer });
}

/** The openid by which WeChat knows the account as a whole: of the WeChat that it was opened with, while that leads in. @throws SealError */
export function readOpenid(item: Item | undefined, sealer: Sealer): string | undefined {
  return readWechatAccount(item, sealer)?.openid;
}

/** The openid of this very identity, such as the one that a session came from. @throws SealError */
export function openidOf(item: Item | undefined, sealer: Sealer, identity?: string): string | undefined {
  const account = readWechatAccount(item, sealer);
  return account && identity !== undefined ? openidsIn(account)[identity] : undefined;
}

/** Every openid, by the short name of its identity. */
export function openidsIn({ identity, openid, others }: WechatAccount): Record<string, string> {
  return { ...others, [identity]: openid };
}

/** The account with one more openid in it. */
export function withOpenids(account: WechatAccount, more: Record<string, string>): WechatAccount {
  return { ...account, others: { ...account.others, ...more } };
}

/** The account without some identities; undefined when none would be left. */
export function withoutOpenids(
  account: WechatAccount,
  ended: ReadonlySet<string>,
): WechatAccount | undefined {
  const kept = Object.entries(openidsIn(account)).filter(([name]) => !ended.has(name));
  const first = kept.find(([name]) => name === account.identity) ?? kept[0];
  if (!first) return undefined;
  const others = kept.filter(([name]) => name !== first[0]);
  return {
    identity: first[0],
    openid: first[1],
    ...(others.length > 0 && { others: Object.fromEntries(others) }),
  };
}
