import type { Deps, Replacements } from '../../lib/deps';
import { AppError } from '../../lib/errors';
import type { MailMessage } from '../../lib/partner/mail';
import type { Objects } from '../../lib/partner/objects';
import type { StaffRole } from '../../lib/partner/staff-identity';
import type { Vault } from '../../lib/partner/vault';
import type { Wechat } from '../../lib/partner/wechat';
import { type Clients, holdPartners, type PartnerId, type PartnerOf, partnerOf } from '../../lib/partners';
import { type RecipientId, recipients } from '../../lib/policy/recipients';

/** Partners of a test's own. Without some that verify identities, no way to do so is offered. */
export type Partners = Omit<Replacements, 'observeTable' | 'registry'>;

/** A mail that a world has sent. */
export type SentMail = MailMessage & { to: string };

/** Every recipient that is called. */
export const partnerIds = (Object.keys(recipients) as RecipientId[]).filter(
  (id): id is PartnerId => id !== 'cloud',
);

/** A partner as the service holds it. */
export function partnerIn<R extends PartnerId>({ partners }: Deps, id: R): PartnerOf<R> {
  const found = partnerOf(partners, id);
  if (!found) throw new Error(`no ${id} here`);
  return found;
}

/** The same service with another partner in the place of one. */
export function withPartner<R extends PartnerId>(deps: Deps, id: R, partner: PartnerOf<R>): Deps {
  const clients = Object.fromEntries(partnerIds.map((one) => [one, partnerOf(deps.partners, one)]));
  return { ...deps, partners: holdPartners({ ...(clients as Clients), [id]: partner }) };
}

/**
 * Everybody whom the service calls, except for queues and identities: they say what the test writes into the code, the
 * token or the text. `rankOf` is how risky WeChat ranks an openid.
 */
export function partnerDoubles(
  rankOf: (openid: string) => number | undefined,
  mails: SentMail[] = [],
): Replacements {
  const usedCodes = new Set<string>();
  return {
    wechat: wechatOf(usedCodes, 'code-of-'),
    entries: { 'wechat-pay': { appid: 'wxpay', wechat: wechatOf(usedCodes, 'pay-code-of-') } },
    risk: { wechatRisk: { rankOf: async (openid) => rankOf(openid) }, refusedFrom: 3 },
    // A phone code here is `<number>-for-<openid>~<anything>`, good once; WeChat binds it to the openid.
    wechatPhone: {
      async exchangePhoneCode(code, openid) {
        const [number = '', owner] = code.replace(/~.*$/, '').split('-for-');
        if (owner !== openid || usedCodes.has(code)) throw new AppError('LOGIN_CODE_INVALID');
        usedCodes.add(code);
        return `+86${number}`;
      },
    },
    // WeChat's judgement of a text here lies in the text: 标记违规, 标记存疑 or 标记故障.
    wechatText: {
      async judge(words) {
        const text = words.join('\n');
        if (text.includes('标记违规')) return 'risky';
        if (text.includes('标记存疑')) return 'review';
        return text.includes('标记故障') ? 'unavailable' : 'pass';
      },
    },
    wechatCode: {
      draw: async (scene) => ({ image: Buffer.from(`code of ${scene}`), contentType: 'image/png' }),
    },
    // What is sent by a channel arrives nowhere; the clients have tests of their own (tests/partner).
    wechatMessage: { send: async () => ({ status: 'accepted' }) },
    sms: { send: async () => ({ status: 'accepted' }), pullReceipts: async () => [] },
    mail: {
      async send(to, message) {
        mails.push({ to, ...message });
        return { status: 'accepted' };
      },
    },
    // A staff token here is `staff:<id>:<role>,<role>[:<when it was issued, in ms>]`; the real verification has tests of its own.
    staff: {
      async verify(token) {
        const [kind, staffId = '', roles = '', issuedAtMs = '0'] = token.split(':');
        if (kind !== 'staff') throw new AppError('SIGN_IN_REQUIRED');
        return { staffId, roles: roles.split(',') as StaffRole[], issuedAtMs: Number(issuedAtMs) };
      },
    },
  };
}

/** A WeChat that says of the code `<prefix>X~…` that it is X's, once; of `<prefix>X@U~…`, that X's unionid is U as well. */
function wechatOf(usedCodes: Set<string>, prefix: string): Wechat {
  return {
    async exchangeCode(code) {
      if (!code.startsWith(prefix) || usedCodes.has(code)) throw new AppError('LOGIN_CODE_INVALID');
      usedCodes.add(code);
      const [openid = '', unionid] = code.slice(prefix.length).replace(/~.*$/, '').split('@');
      return { openid, unionid };
    },
  };
}

/** An objects partner that keeps files in memory; an upload's address is the name of the file. */
export function memoryObjects(files: Map<string, Buffer>): Objects {
  return {
    uploadAddress: async ({ key }) => ({ url: `memory:${key}`, headers: {} }),
    read: async (key) => files.get(key),
    write: async (key, content) => void files.set(key, content),
    remove: async (names) => {
      for (const name of names) files.delete(name);
    },
    has: async (names) => names.filter((name) => files.has(name)),
  };
}

/** A locked bucket in memory: what is in it stays. */
export function memoryVault(ends: Map<string, Buffer>): Vault {
  const PAGE = 1000;
  return {
    put: async (name, content) => void (ends.has(name) || ends.set(name, content)),
    async names(prefix, after = '') {
      const found = [...ends.keys()].filter((name) => name.startsWith(prefix) && name > after).sort();
      const names = found.slice(0, PAGE);
      return { names, ...(found.length > PAGE && { last: names.at(-1) as string }) };
    },
    read: async (name) => ends.get(name),
  };
}

/** A table that writes no changes down, as in a test that is not about them. */
export const noChanges: Deps['changes'] = { parts: async () => [], page: async () => ({ changes: [] }) };
