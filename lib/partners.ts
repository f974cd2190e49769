import type { FaceId } from './partner/faceid';
import type { Mail } from './partner/mail';
import type { NetworkIdentity } from './partner/network-identity';
import type { Sms } from './partner/sms';
import type { WechatMessage } from './partner/subscribe-message';
import type { Wechat, WechatIdentity } from './partner/wechat';
import type { WechatCode } from './partner/wechat-code';
import type { WechatPhone } from './partner/wechat-phone';
import type { WechatRisk } from './partner/wechat-risk';
import type { WechatText } from './partner/wechat-text';
import type { EntryId } from './policy/sign-in-entries';

/** Who answers for each recipient of the registry that personal data is sent to; absent ones are not offered. */
export type Clients = {
  wechat: Wechat;
  'wechat-phone': WechatPhone;
  'wechat-link': { exchangeCode(entry: EntryId, code: string): Promise<WechatIdentity> };
  'wechat-risk': WechatRisk | undefined;
  'wechat-text': WechatText;
  'wechat-nickname': WechatText;
  'wechat-code': WechatCode;
  'wechat-message': WechatMessage;
  'tencent-sms': Sms | undefined;
  mail: Mail | undefined;
  /** The face check is there whenever it is offered (`Deps.offers`). */
  'tencent-faceid': Required<FaceId> | undefined;
  'network-identity': NetworkIdentity | undefined;
};
export type PartnerId = keyof Clients;
export type PartnerOf<R extends PartnerId> = NonNullable<Clients[R]>;

declare const sealed: unique symbol;
/** All partners, closed: nothing in it can be called. Whoever holds it can hand it to `disclose` and do no more. */
export type Partners = { readonly [sealed]: true };

const held = new WeakMap<Partners, Clients>();

export function holdPartners(clients: Clients): Partners {
  const closed = Object.freeze({}) as Partners;
  held.set(closed, clients);
  return closed;
}

/** For whoever closes them again, with some replaced. */
export function partnersIn(partners: Partners): Clients {
  return held.get(partners) as Clients;
}

/** The one way to a partner. For lib/gate/disclose.ts alone, which a test sees to. Undefined where it is not offered. */
export function partnerOf<R extends PartnerId>(partners: Partners, id: R): PartnerOf<R> | undefined {
  return held.get(partners)?.[id] as PartnerOf<R> | undefined;
}
