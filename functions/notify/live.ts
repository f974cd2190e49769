import type { Deps } from '../../lib/deps';
import { liveChannels } from '../../lib/notice/channel-set';
import { noticeKindOf } from '../../lib/notice/kinds';
import { mailFor, smsFor, subscribeFor } from '../../lib/notice/text/message-for';
import { liveWays } from '../../lib/process/notice/live-ways';

/**
 * The same dependencies with the ways to real people: only this function's own instances have them. By the partners that have
 * settings, in the words that were approved.
 */
export function withLiveWays(deps: Deps): Deps {
  const named = (name: string | undefined) => deps.templates.find((one) => one.name === name);
  const ways = liveWays(deps, {
    words: { subscribe: subscribeFor, sms: smsFor, mail: mailFor },
    templateFor: ({ kind, as }) => named(noticeKindOf(kind)?.templates[as]?.subscribe),
    offered: deps.offers.channels,
  });
  return { ...deps, channels: { ...deps.channels, live: liveChannels(ways) } };
}
