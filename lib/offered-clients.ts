import type { Clock } from './clock';
import type { Config } from './config';
import { AppError } from './errors';
import type { Log } from './log';
import { createFaceId, type FaceId } from './partner/faceid';
import { createMail, type Mail } from './partner/mail';
import { createNetworkIdentity, type NetworkIdentity } from './partner/network-identity';
import { createSms, type Sms } from './partner/sms';
import { createWechat, type Wechat, type WechatIdentity } from './partner/wechat';
import { createWechatRisk, type WechatRisk } from './partner/wechat-risk';
import type { WechatServer } from './partner/wechat-server';
import type { EntryId } from './policy/sign-in-entries';
import type { TimeLimit } from './time-limits';

/** What every client is given. */
export type Asking = { clock: Clock; log: Log; limit: TimeLimit };

/** Clients of partners with whom the operator needs a contract: each is there when its settings are. */

export function createFaceIdFrom(config: Config, asking: Asking): FaceId | undefined {
  if (!config.FACEID_API_BASE || !config.FACEID_SECRET_ID || !config.FACEID_SECRET_KEY) return undefined;
  return createFaceId({
    baseUrl: config.FACEID_API_BASE,
    secretId: config.FACEID_SECRET_ID,
    secretKey: config.FACEID_SECRET_KEY,
    region: config.FACEID_REGION,
    ruleId: config.FACEID_RULE_ID,
    redirectUrl: config.FACEID_REDIRECT_URL,
    ...asking,
  });
}

export function createSmsFrom(config: Config, asking: Asking): Sms | undefined {
  if (!config.SMS_API_BASE || !config.SMS_SECRET_KEY || !config.SMS_APP_ID) return undefined;
  return createSms({
    baseUrl: config.SMS_API_BASE,
    secretId: config.SMS_SECRET_ID,
    secretKey: config.SMS_SECRET_KEY,
    region: config.SMS_REGION,
    appId: config.SMS_APP_ID,
    signName: config.SMS_SIGN_NAME,
    ...asking,
  });
}

export function createMailFrom(config: Config, asking: Asking): Mail | undefined {
  if (!config.SMTP_URL || !config.MAIL_FROM || !config.MAIL_BOUNCE_HOST) return undefined;
  return createMail({
    url: config.SMTP_URL,
    user: config.SMTP_USER,
    password: config.SMTP_PASSWORD,
    from: config.MAIL_FROM,
    bounceHost: config.MAIL_BOUNCE_HOST,
    ...asking,
  });
}

export function createNetworkIdentityFrom(config: Config, asking: Asking): NetworkIdentity | undefined {
  const baseUrl = config.NETWORK_IDENTITY_BASE;
  return baseUrl ? createNetworkIdentity({ baseUrl, ...asking }) : undefined;
}

/** The entries that people may link, each with its client. */
export type Entries = Partial<Record<EntryId, { appid: string; wechat: Wechat }>>;
export type Risk = { wechatRisk: WechatRisk; refusedFrom: number };

/** `LINK_ENTRIES` is a list of `<entry>=<appid>:<secret>`. */
export function createEntriesFrom(config: Config, asking: Asking): Entries {
  const offered = config.LINK_ENTRIES.split(',').filter(Boolean);
  return Object.fromEntries(
    offered.map((text) => {
      const [, entry = '', appid = '', secret = ''] = /^([^=]+)=([^:]+):(.+)$/.exec(text) ?? [];
      return [
        entry,
        { appid, wechat: createWechat({ baseUrl: config.WECHAT_API_BASE, appid, secret, ...asking }) },
      ];
    }),
  );
}

/** Of each entry what may be told. */
export function appidsOf(entries: Entries): Partial<Record<EntryId, { appid: string }>> {
  return Object.fromEntries(Object.entries(entries).map(([id, { appid }]) => [id, { appid }]));
}

/** @throws AppError PARTNER_UNAVAILABLE for an entry that the operator does not offer */
export async function exchangeAt(entries: Entries, entry: EntryId, code: string): Promise<WechatIdentity> {
  const offered = entries[entry];
  if (!offered) throw new AppError('PARTNER_UNAVAILABLE');
  return offered.wechat.exchangeCode(code);
}

/** Undefined where the operator has switched the rule off. */
export function createRiskFrom({ RISK_RANK_THRESHOLD }: Config, server: WechatServer): Risk | undefined {
  if (!RISK_RANK_THRESHOLD) return undefined;
  return { wechatRisk: createWechatRisk(server), refusedFrom: Number(RISK_RANK_THRESHOLD) };
}
