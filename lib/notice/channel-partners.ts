import type { KindId } from '../policy/kinds';
import type { RecipientId } from '../policy/recipients';
import type { PartnerChannel } from './channel';

/** Who gets a message of each channel, and what of the person goes there with it. */
export const channelPartners = {
  subscribe: { recipient: 'wechat-message', kind: 'wechat-openid' },
  sms: { recipient: 'tencent-sms', kind: 'phone-number' },
  mail: { recipient: 'mail', kind: 'contact-mail' },
} as const satisfies Record<PartnerChannel, { recipient: RecipientId; kind: KindId }>;
