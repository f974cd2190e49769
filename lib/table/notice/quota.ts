import * as z from 'zod/mini';
import type { Closed } from '../../notice/next-action';
import { type Frontier, nothingGiven } from '../../notice/quota';
import { plain, type ValueOf } from '../attribute';
import { ConditionFailed, type Item, type Table } from '../client';
import { declareEntity } from '../entity';
import type { Key } from '../keys';
import { ofService } from '../place';

/**
 * How far the time of one channel has been given to senders, and whether the channel is closed for a fault of ours: shared
 * by all of them (promise B6). One item for each channel, and others for drills, which take no time from real notices.
 */
export const noticeQuota = declareEntity('notice-quota', {
  place: ofService('incident', (channel) => ({ pk: `QUOTA#${channel}`, sk: 'QUOTA' })),
  life: { rule: 'incident-life' },
  unguarded: 'how fast a channel is used',
  attributes: {
    frontier: plain('notice-record', z.record(z.string(), z.number())),
    /** Since when and until when nothing is handed over; both absent while it is open. */
    closedSinceMs: plain('notice-record', z.optional(z.int())),
    closedUntilMs: plain('notice-record', z.optional(z.int())),
    /** Counts every change. Of two at once one is refused, and looks again. */
    version: plain('notice-record', z.int()),
  },
});

export type Standing = { frontier: Frontier; closed?: Closed | undefined };

export const quotaKey = (channel: string): Key => noticeQuota.key(channel);

export function readStanding(item: Item | undefined): Standing {
  const value = noticeQuota.read(item);
  if (!value) return { frontier: nothingGiven };
  const { closedSinceMs: sinceMs, closedUntilMs: untilMs } = value;
  return {
    frontier: { ...nothingGiven, ...value.frontier },
    ...(sinceMs !== undefined && untilMs !== undefined && { closed: { sinceMs, untilMs } }),
  };
}

/** Senders that may change one channel's standing at the same moment, each having to look again. */
const MOST_RACES = 200;

/**
 * Changes how a channel stands. `change` answers what is to stand there, or undefined where nothing is to change, and what
 * the caller wants to know; it is asked anew after a lost race.
 * @throws Error when more were quicker than there are senders
 */
export async function changeStanding<T>(
  table: Table,
  channel: string,
  change: (before: Standing) => { after?: Standing | undefined; answer: T },
): Promise<T> {
  let [item] = await table.getMany([quotaKey(channel)]);
  for (let race = 0; race < MOST_RACES; race += 1) {
    const { after, answer } = change(readStanding(item));
    if (!after) return answer;
    try {
      await table.write({ Put: put(channel, after, item) });
      return answer;
    } catch (error) {
      if (!(error instanceof ConditionFailed)) throw error;
      item = error.found[0]?.item;
    }
  }
  throw new Error('the standing of a channel is changed without end');
}

function put(channel: string, { frontier, closed }: Standing, before: Item | undefined) {
  const seen = Number(before?.version ?? 0);
  const value: ValueOf<typeof noticeQuota> = {
    frontier,
    ...(closed && { closedSinceMs: closed.sinceMs, closedUntilMs: closed.untilMs }),
    version: seen + 1,
  };
  const Item = noticeQuota.make(channel, undefined, value, { before });
  if (!before) return { Item, ConditionExpression: 'attribute_not_exists(pk)' };
  return {
    Item,
    ConditionExpression: 'version = :seen',
    ExpressionAttributeValues: { ':seen': seen },
  };
}
