import { DAY_MS, HOUR_MS, MINUTE_MS } from '../clock';
import type { ChannelId, PartnerChannel } from './channel';

/** Messages at most in a second, a minute and a day of Beijing; absent where the partner names none. */
export type Quota = { perSecond: number; perMinute?: number; perDay?: number };

/** What the engine goes by for one channel. A change of these numbers changes no code. */
export type ChannelRule = {
  /** After this long without a receipt none is waited for any more, and the next channel takes over. */
  receiptWithinMs: number;
  /**
   * Whether the partner knows a message again by its reference and sends it once. Only then is it handed over again when
   * nobody knows what became of it.
   */
  tellsRepeats: boolean;
  /** Times that one person's message is handed over after temporary failures, the first one included. */
  attempts: number;
  /** Before the second time; each further one waits twice as long. */
  retryAfterMs: number;
  /** How long people wait for a channel that is closed because something of ours is wrong, before the next one is tried. */
  patienceMs: number;
};

/** Every channel that can be left behind; the announcement is where everything ends. */
export const channelRules: Record<Exclude<ChannelId, 'announcement'>, ChannelRule> = {
  /** WeChat says of every message what became of it, by an event (subscribe_msg_sent_event), usually at once. */
  subscribe: {
    receiptWithinMs: 30 * MINUTE_MS,
    tellsRepeats: false,
    attempts: 3,
    retryAfterMs: MINUTE_MS,
    patienceMs: 30 * MINUTE_MS,
  },
  /** Operators give up on a number after 72 hours, and answer for nearly all within minutes. */
  sms: {
    receiptWithinMs: 2 * HOUR_MS,
    tellsRepeats: false,
    attempts: 3,
    retryAfterMs: 5 * MINUTE_MS,
    patienceMs: 30 * MINUTE_MS,
  },
  /** Few mail servers tell of what has arrived; one that says nothing has proved nothing, so the inbox takes over. */
  mail: {
    receiptWithinMs: DAY_MS,
    tellsRepeats: false,
    attempts: 4,
    retryAfterMs: 10 * MINUTE_MS,
    patienceMs: HOUR_MS,
  },
  /** It lies there for whoever opens it, and only that is its receipt. */
  inbox: {
    receiptWithinMs: 3 * DAY_MS,
    tellsRepeats: true,
    attempts: 1,
    retryAfterMs: 0,
    patienceMs: 0,
  },
};

/**
 * How fast each partner may be given messages, by all workers together: SMS by Tencent Cloud's limit on SendSms, subscribe
 * messages by WeChat's cap of a day without payments (its limit of a second is not published; this is what is tried), mail by
 * what the operator's relay takes.
 */
export const channelQuotas: Record<PartnerChannel, Quota> = {
  subscribe: { perSecond: 500, perDay: 10_000_000 },
  sms: { perSecond: 1000 },
  mail: { perSecond: 50, perMinute: 2000, perDay: 1_000_000 },
};

/** A message that was about to be handed over is left alone for this long: whoever was at it may still be. */
export const CLAIM_MS = 2 * MINUTE_MS;
/** A partner that was given too much is left alone for this long. */
export const THROTTLED_MS = 2000;
/** The longer it has been too busy for a message, the later it is offered that one again: this share of the time so far, and at most so long. */
export const BUSY_SHARE = 1 / 4;
export const BUSY_MOST_MS = 15 * MINUTE_MS;
/** After a failure of ours a channel is tried again by itself after this long; every failure rings. */
export const CLOSED_MS = 5 * MINUTE_MS;
