import type { Deps } from '../deps';
import { AppError } from '../errors';
import type { Channel, Sent } from '../notice/channel';
import { channelPartners } from '../notice/channel-partners';
import type { MailMessage } from '../partner/mail';
import type { Sms, SmsMessage } from '../partner/sms';
import type { SubscribeMessage } from '../partner/subscribe-message';
import type { PartnerId, PartnerOf } from '../partners';
import type { KindId } from '../policy/kinds';
import { recipients } from '../policy/recipients';
import { openFor } from './disclose';

/** The channels that lead to a partner, by what each is sent to: an openid, a number in E.164 form, a mail address. */
export type Channels = {
  subscribe: Channel<string, SubscribeMessage>;
  sms: Channel<string, SmsMessage> & Pick<Sms, 'pullReceipts'>;
  mail: Channel<string, MailMessage>;
};

/** The code of a technical failure of ours before anything was sent: not offered, no agreement, no policy that says so. */
export const NOT_OPEN = 'not-open';

/**
 * What a notice is sent by, in the order in which it is tried. Before each message stand the policy, the recipient's kinds
 * and its agreement (promises D1, D3); that this person is told by this partner is for the caller to register before it.
 */
export function makeChannels(deps: Deps): Channels {
  return {
    subscribe: { send: (...one) => lent(deps, channelPartners.subscribe, (to) => to.send(...one)) },
    sms: {
      send: (...one) => lent(deps, channelPartners.sms, (to) => to.send(...one)),
      pullReceipts: () => open(deps, 'tencent-sms', []).pullReceipts(),
    },
    mail: { send: (...one) => lent(deps, channelPartners.mail, (to) => to.send(...one)) },
  };
}

function open<R extends PartnerId>(deps: Deps, id: R, kinds: KindId[]): PartnerOf<R> {
  return openFor(deps, id, kinds, recipients[id].purpose);
}

/** Lends a partner for one message. */
async function lent<R extends PartnerId>(
  deps: Deps,
  { recipient: id, kind }: { recipient: R; kind: KindId },
  send: (partner: PartnerOf<R>) => Promise<Sent>,
): Promise<Sent> {
  try {
    return await send(open(deps, id, [kind]));
  } catch (error) {
    if (!(error instanceof AppError)) throw error; // a client never throws, so this is why none was lent
    deps.log({ event: 'alarm', partner: id, partnerCode: NOT_OPEN });
    return { status: 'technical-failure', code: NOT_OPEN };
  }
}
