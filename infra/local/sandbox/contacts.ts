import * as z from 'zod/mini';
import { type Clock, DAY_MS, toInstant } from '../../../lib/clock';
import { createQuotas, type Quotas } from './quota';

const channels = ['subscribe', 'sms', 'mail'] as const;
type Channel = (typeof channels)[number];

/** More than any run sends; then nothing is accepted any more, so that no arrival is ever forgotten. */
export const ARRIVALS_LIMIT = 500_000;

/** A message that has really reached somebody, which is for them to say and not for its sender. */
export type Arrival = { channel: Channel; to: string; at: string; messageId: string; content: object };

/**
 * What becomes of messages to a number, an openid or a mail address; `*` is everybody without a fate of their own. What is
 * not said goes as it should.
 */
export const fateInput = z.strictObject({
  channel: z.enum(channels),
  to: z.string().check(z.minLength(1), z.maxLength(320)),
  /** Refused with this and nothing else: `FailedOperation.PhoneNumberInBlacklist`, `43101`, `550 5.1.1`. */
  refuse: z.optional(z.string().check(z.regex(/^[\w.]+( \d\.\d{1,3}\.\d{1,3})?$/))),
  /** Accepted, and it never arrives: what the receipt says of it: `UNDELIV`, `user reject`, `5.1.1`. */
  fails: z.optional(z.string().check(z.regex(/^[\w.: ]{1,40}$/))),
  /** What is wrong with the answer to a message that was taken: for another number, given twice, or lost. */
  answers: z.optional(z.enum(['for-another', 'twice', 'lost'])),
  /** How often the receipt comes. */
  receipts: z.optional(z.int().check(z.minimum(0), z.maximum(5))),
  /** How much later than the message. */
  delayMs: z.optional(z.int().check(z.minimum(0), z.maximum(30 * DAY_MS))),
  /** How many mails its mailbox holds; it is full then. */
  holds: z.optional(z.int().check(z.minimum(0))),
});
export type Fate = z.output<typeof fateInput>;

/** What waits until its time has come, and is handed out once. */
export type Waiting<T> = {
  put(thing: T, delayMs: number): void;
  /** Those whose time has come. */
  due(): T[];
  /** The same, at most `limit`, which are gone then. */
  take(limit: number): T[];
  /** All of them, for looking at. */
  list(): T[];
};

/** The mail server, where quotas of paths are set. */
export const SMTP_PATH = 'smtp';

/** Everybody who can be written to, and what has reached them: one for the sandbox and its mail server together. */
export type Contacts = {
  arrivals: Arrival[];
  arrive(arrival: Omit<Arrival, 'at'>): void;
  arrivedAt(channel: Channel, to: string): number;
  isFull(): boolean;
  fateOf(channel: Channel, to: string): Fate;
  putFate(fate: Fate): void;
  /** How often a template may still be used for an openid, by both. */
  acceptances: Map<string, number>;
  /** Receipts of SMS, as they are pulled; what WeChat pushes of messages; mails that come back. */
  smsReceipts: Waiting<object>;
  messageEvents: Waiting<object>;
  bounces: Waiting<{ to: string; content: string }>;
  /** Of partner paths, and of the mail server under SMTP_PATH. */
  quotas: Quotas;
  clear(): void;
};

export function createContacts(clock: Clock): Contacts {
  const fates = new Map<string, Fate>();
  const counts = new Map<string, number>();
  const arrivals: Arrival[] = [];
  const waiting = { smsReceipts: hold(clock), messageEvents: hold(clock), bounces: hold(clock) };
  const acceptances = new Map<string, number>();
  const quotas = createQuotas();
  const name = (channel: Channel, to: string) => `${channel}:${to}`;
  return {
    arrivals,
    acceptances,
    quotas,
    ...(waiting as Pick<Contacts, keyof typeof waiting>),
    arrive(arrival) {
      const key = name(arrival.channel, arrival.to);
      counts.set(key, (counts.get(key) ?? 0) + 1);
      arrivals.push({ ...arrival, at: toInstant(clock.now()) });
    },
    arrivedAt: (channel, to) => counts.get(name(channel, to)) ?? 0,
    isFull: () => arrivals.length >= ARRIVALS_LIMIT,
    fateOf: (channel, to) => fates.get(name(channel, to)) ?? fates.get(name(channel, '*')) ?? { channel, to },
    putFate: (fate) => void fates.set(name(fate.channel, fate.to), fate),
    clear() {
      arrivals.length = 0;
      for (const one of [fates, counts, acceptances, quotas]) one.clear();
      for (const one of Object.values(waiting)) one.clear();
    },
  };
}

function hold<T>(clock: Clock): Waiting<T> & { clear(): void } {
  let held: { dueAtMs: number; thing: T }[] = [];
  const isDue = () => held.filter(({ dueAtMs }) => dueAtMs <= clock.now());
  return {
    put: (thing, delayMs) => void held.push({ thing, dueAtMs: clock.now() + delayMs }),
    due: () => isDue().map(({ thing }) => thing),
    take(limit) {
      const due = isDue().slice(0, limit);
      const taken = new Set(due);
      held = held.filter((one) => !taken.has(one));
      return due.map(({ thing }) => thing);
    },
    list: () => held.map(({ thing }) => thing),
    clear: () => {
      held = [];
    },
  };
}
