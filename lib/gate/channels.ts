import type { Deps } from '../deps';
import { AppError } from '../errors';
import type { Channel, KnownReceipt, Sent } from '../notice/channel';
import { readReference } from '../notice/reference';
import type { MailMessage } from '../partner/mail';
import type { SmsMessage } from '../partner/sms';
import type { SubscribeMessage } from '../partner/subscribe-message';
import type { PartnerId, PartnerOf } from '../partners';
import type { KindId } from '../policy/kinds';
import { recipients } from '../policy/recipients';
import { openFor } from './disclose';

/** The channels that lead to a partner, by what each is sent to: an openid, a number in E.164 form, a mail address. */
export type Channels = {
  subscribe: Channel<string, SubscribeMessage>;
  sms: Channel<string, SmsMessage>;
  mail: Channel<string, MailMessage>;
};

/** The code of a technical failure of ours before anything was sent: not offered, no agreement, no policy that says so. */
export const NOT_OPEN = 'not-open';

/**
 * What a notice is sent by. Before each message stand the policy, the recipient's kinds and its agreement (promises D1, D3);
 * that a person is told, and by whom, is for the caller to register before it. Nothing leaves by the channels of a drill:
 * each takes a message and keeps none (promise B9).
 */
export function makeChannels(deps: Deps, { drill }: { drill: boolean }): Channels {
  if (drill) return { subscribe: keepsNone, sms: keepsNone, mail: keepsNone };
  return {
    subscribe: { send: (...one) => lent(deps, 'wechat-message', 'wechat-openid', (to) => to.send(...one)) },
    sms: { send: (...one) => lent(deps, 'tencent-sms', 'phone-number', (to) => to.send(...one)) },
    mail: { send: (...one) => lent(deps, 'mail', 'contact-mail', (to) => to.send(...one)) },
  };
}

const keepsNone: Channel<unknown, unknown> = { send: async () => ({ status: 'accepted' }) };

/** Lends a partner for one message. */
async function lent<R extends PartnerId>(
  deps: Deps,
  id: R,
  kind: KindId,
  send: (partner: PartnerOf<R>) => Promise<Sent>,
): Promise<Sent> {
  try {
    return await send(openFor(deps, id, [kind], recipients[id].purpose));
  } catch (error) {
    if (!(error instanceof AppError)) throw error; // a client answers, so this is why there is none
    deps.log({ event: 'alarm', partner: id, partnerCode: NOT_OPEN });
    return { status: 'technical-failure', code: NOT_OPEN };
  }
}

/**
 * The next receipts of SMS that are about messages of ours; `more` while there may be others. Each is handed out once and
 * never again, so whoever pulls works on all of them before pulling again. What bears no reference of ours is dropped, and
 * rings.
 * @throws AppError PARTNER_UNAVAILABLE | POLICY_PENDING
 */
export async function pullReceipts(deps: Deps): Promise<{ receipts: KnownReceipt[]; more: boolean }> {
  const sms = openFor(deps, 'tencent-sms', [], recipients['tencent-sms'].purpose);
  const pulled = await sms.pullReceipts();
  const known = await Promise.all(
    pulled.map(async (receipt) => {
      const of = await readReference(deps.ring, receipt.reference);
      if (!of) deps.log({ event: 'alarm', partner: 'tencent-sms', partnerCode: 'foreign-reference' });
      return of ? [{ ...receipt, of }] : [];
    }),
  );
  return { receipts: known.flat(), more: pulled.length > 0 };
}
