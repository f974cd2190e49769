import type { Clock } from '../clock';
import type { KeyRing } from '../crypto/key-ring';
import type { Random } from '../crypto/random';
import type { Item, Table } from '../table/client';
import type { Key } from '../table/keys';
import type { Notice } from '../table/notice/notice';
import type { Recipient } from '../table/notice/recipient';
import type { Person } from '../table/person/person';
import type { Trail } from '../trail/trail';
import type { Channel, PartnerChannel, Receipt, Sent } from './channel';
import { type ChannelRule, channelRules, type Quota } from './rules';

/** What a way needs to find somebody. */
export type WayParts = { table: Table; ring: KeyRing; trail: Trail; random: Random; clock: Clock };

/** As whom somebody is told, and of which kind of notice: the template that they have accepted hangs on both. */
export type Whom = { kind: string; as: Recipient['as'] };

/** One message: whose notice, in which words, and whom it is about. */
export type Message = Whom & {
  noticeId: string;
  /** What the notice has for this channel (`Notice.texts`). */
  text: string;
  kinds: readonly string[];
  certain: boolean;
};

/** How the engine reaches people by one partner. */
export type Way = Channel<string, Message> & {
  quota: Quota;
  /** The person's items that say whether and where they can be reached: two at most, so that one trip reads a round's. */
  itemsOf(subjectId: string, whom: Whom): Key[];
  /**
   * Whether they can be reached, by these items and their consents, without opening anything. `isFirst`: nothing has been
   * handed over for them yet, so that what allows one message has not been used up for it.
   */
  reaches(person: Person, items: readonly (Item | undefined)[], whom: Whom, isFirst: boolean): boolean;
  /** Their address; undefined when it does not open, as after an erasure. */
  address(parts: WayParts, person: Person, items: readonly (Item | undefined)[]): Promise<string | undefined>;
  /**
   * Uses up what allows one message, where the channel has such a thing; not again for one that the partner has not taken.
   * False: there is none, and nothing is sent.
   */
  spend?(parts: WayParts, person: Person, whom: Whom): Promise<boolean>;
  /** Told what the partner said, where something of the person's follows from it (WeChat: nothing is accepted any more). */
  answered?(
    parts: WayParts,
    person: Person,
    whom: Whom,
    answer: { sent: Sent; sentAtMs: number },
  ): Promise<void>;
  /** Receipts that have to be fetched; those of other channels are brought (functions/events). */
  pullReceipts?(): Promise<Receipt[]>;
};

declare const ofDrills: unique symbol;

/**
 * The ways of real notices, or those of drills. One kind cannot stand in for the other: a drill's set is made without any
 * client (promise B9).
 */
export type ChannelSet<Drill extends boolean> = {
  readonly [ofDrills]: Drill;
  readonly ways: Readonly<Partial<Record<PartnerChannel, Way>>>;
  readonly rules: Readonly<Record<Exclude<Notice['channels'][number], 'announcement'>, ChannelRule>>;
};

/** A notice of drills, or a real one. */
export type NoticeOf<Drill extends boolean> = Notice & { drill: Drill };

/** Both sets, and how a sender waits for the second that it was given. */
export type ChannelSets = {
  live: ChannelSet<false>;
  drill: ChannelSet<true>;
  until(atMs: number): Promise<void>;
};

/** The channels by which real people are reached: those that the operator has a contract for. */
export function liveChannels(ways: ChannelSet<false>['ways'], rules = channelRules): ChannelSet<false> {
  return { ways, rules } as ChannelSet<false>;
}

/**
 * What drills get: every channel, at its own pace, that leads nowhere. Nothing of anybody's is read or opened, and
 * everything arrives.
 */
export function drillChannels(quotas: Record<PartnerChannel, Quota>): ChannelSet<true> {
  const nowhere = (quota: Quota): Way => ({
    quota,
    itemsOf: () => [],
    reaches: () => true,
    address: async () => 'nowhere',
    send: async () => ({ status: 'delivered' }),
  });
  return {
    ways: { subscribe: nowhere(quotas.subscribe), sms: nowhere(quotas.sms), mail: nowhere(quotas.mail) },
    rules: channelRules,
  } as unknown as ChannelSet<true>;
}

export function isDrill(notice: Notice): notice is NoticeOf<true> {
  return notice.drill;
}
