/**
 * Compiled by `npm run check` and by tests/types/types.test.ts: each marked line must fail to compile, so that no drill is
 * ever sent by a real channel (promise B9).
 */
import {
  type ChannelSets,
  drillChannels,
  liveChannels,
  type NoticeOf,
  type Way,
} from '../../lib/notice/channel-set';
import { channelQuotas } from '../../lib/notice/rules';
import type { Visit } from '../../lib/process/notice/visit';

declare const sms: Way;
declare const drillNotice: NoticeOf<true>;
declare const until: ChannelSets['until'];
const live = liveChannels({ sms });
const drill = drillChannels(channelQuotas);
const visit = { part: 0, closed: {} };

export const sets: ChannelSets[] = [
  { live, drill, until },
  // @ts-expect-error real channels for drills
  { live, drill: live, until },
  // @ts-expect-error channels that lead nowhere for real notices
  { live: drill, drill, until },
];
export const visits: Visit<true>[] = [
  { ...visit, set: drill, notice: drillNotice },
  // @ts-expect-error a drill by real channels
  { ...visit, set: live, notice: drillNotice },
];
// @ts-expect-error the same, said to be none
export const disguised: Visit<false> = { ...visit, set: live, notice: drillNotice };
// @ts-expect-error a drill's channels made of a real one
export const mixed = drillChannels({ ...channelQuotas, sms });
