/** The ways a notice can reach somebody, in the order in which they are tried when nothing else is said. */
export const channels = ['subscribe', 'sms', 'mail', 'inbox', 'announcement'] as const;
export type ChannelId = (typeof channels)[number];
/** The channels that lead out of the service, to a partner. */
export type PartnerChannel = Extract<ChannelId, 'subscribe' | 'sms' | 'mail'>;

/**
 * What a partner said to one message for one person. `code` is the partner's own, or one of ours for what the partner did
 * not say; it never holds an address.
 *
 * - accepted: the partner has it; whether it arrives is for a receipt to say.
 * - delivered: it has arrived, and no receipt comes. No partner knows that so soon: only what leads nowhere says so, in drills.
 * - temporary-failure: not this time, and later it may go: a full mailbox, somebody who got too many today.
 * - permanent-failure: never by this channel: a dead number, an acceptance that is used up.
 * - technical-failure: our fault or the partner's, not the person's; somebody has to look (an alarm has been logged).
 * - throttled: too fast just now. Nothing was sent, and the same message may be given again later.
 */
export type Sent =
  | { status: 'accepted'; messageId?: string }
  | { status: 'delivered' }
  | {
      status: 'temporary-failure' | 'permanent-failure' | 'technical-failure' | 'throttled';
      code: string;
    };

/**
 * The code of a technical failure after which nobody knows whether the message went out: no answer, half of one, or one that
 * answers something else. Only a receipt can tell, so whoever must not tell a person twice does not send again.
 */
export const OUTCOME_UNKNOWN = 'outcome-unknown';

/** The code of a claim that was given back because the notice was no longer sent: nothing was handed over. */
export const HELD = 'held';
/** The code where what allows a message was used up meanwhile: nothing was handed over. */
export const NONE_LEFT = 'none-left';

/**
 * What a partner says later of a message. `reference` is as it came back: nothing before `readReference` has read it
 * (./reference.ts). `at` is the moment of the partner's clock, ISO 8601 in UTC.
 */
export type Receipt = {
  reference: string;
  messageId?: string;
  status: 'delivered' | 'temporary-failure' | 'permanent-failure';
  code: string;
  at: string;
};

/** A channel's client. `reference` comes back with the receipt. Never throws: trouble is a technical failure. */
export type Channel<To, Message> = {
  send(to: To, message: Message, reference: string): Promise<Sent>;
};
