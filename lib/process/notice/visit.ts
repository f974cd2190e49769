import type { ChannelId } from '../../notice/channel';
import type { ChannelSet, NoticeOf } from '../../notice/channel-set';
import type { Channels, Closed } from '../../notice/next-action';
import type { Listed } from './audience-of';

/** Somebody of a part, their row as it was last seen or written, and by what they can be reached. */
export type Told = Listed & { reach: ReadonlySet<ChannelId> };

/** One visit to one part of a notice: what is the same for everybody in it. */
export type Visit<Drill extends boolean> = {
  set: ChannelSet<Drill>;
  notice: NoticeOf<Drill>;
  part: number;
  closed: Partial<Record<ChannelId, Closed>>;
};

/** The channels of a visit's notice, as the rule of the next action asks for them. */
export function channelsOf<D extends boolean>({ notice, set, closed }: Visit<D>): Channels {
  return { order: notice.channels, rules: set.rules, closed };
}
