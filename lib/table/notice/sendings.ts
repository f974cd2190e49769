import { channelPartners } from '../../notice/channel-partners';
import type { Recipient } from './recipient';

/** Messages of one notice that one partner was handed for one person. */
export type Sending = {
  recipient: (typeof channelPartners)[keyof typeof channelPartners]['recipient'];
  kinds: string[];
  /** When the latest of them was about to be handed over. */
  at: string;
  times: number;
};

/** What went to partners for one notice, each message counted that was handed over or about to be. Of a drill nothing did. */
export function sendingsOf({ drill, tries }: Recipient): Sending[] {
  return tries.flatMap(({ channel, state, attempt, at }) => {
    const partner = channel === 'inbox' || channel === 'announcement' ? undefined : channelPartners[channel];
    const times = state === 'created' ? attempt - 1 : attempt; // the last was given back
    return partner && !drill && times > 0
      ? [{ recipient: partner.recipient, kinds: [partner.kind], at, times }]
      : [];
  });
}
