import type { Deps } from '../../deps';
import type { PartnerChannel } from '../../notice/channel';
import type { Closed } from '../../notice/next-action';
import { type Lease, lease, restUntil } from '../../notice/quota';
import { CLOSED_MS, type Quota, THROTTLED_MS } from '../../notice/rules';
import { changeStanding } from '../../table/notice/quota';

/** A channel as its quota is kept: drills have quotas of their own and take nothing from anybody. */
export const quotaName = (channel: PartnerChannel, drill: boolean) => (drill ? `drill-${channel}` : channel);

/** The next block of a channel's time. One read and one write, shared by everybody in the block. */
export function takeBlock(
  { table, clock }: Deps,
  name: string,
  quota: Quota,
  wanted: number,
): Promise<Lease> {
  return changeStanding(table, name, ({ frontier, closed }) => {
    const given = lease(quota, frontier, wanted, clock.now());
    return { after: { frontier: given.frontier, closed }, answer: given.lease };
  });
}

/** Answers to some messages, counted by what they say about the channel itself. */
export type Heard = { throttled: number; failed: number; accepted: number };

/** So many failures of ours among some messages, and none that was taken, are the channel's and no message's. */
export const CLOSES_FROM = 5;

/**
 * Leaves a partner alone for a moment that was given too much, closes a channel of which nothing but failures of ours is
 * heard, and opens it with the first message that is taken. Answers since when it is closed. No trip where nothing changes.
 */
export async function hear(
  { table, clock }: Deps,
  name: string,
  { throttled, failed, accepted }: Heard,
  known: Closed | undefined,
): Promise<Closed | undefined> {
  const closes = failed >= CLOSES_FROM && accepted === 0;
  const opens = accepted > 0 && known !== undefined;
  if (throttled === 0 && !closes && !opens) return known;
  return changeStanding(table, name, (before) => {
    const nowMs = clock.now();
    const frontier = throttled > 0 ? restUntil(before.frontier, nowMs + THROTTLED_MS) : before.frontier;
    const again = before.closed && nowMs < before.closed.untilMs + CLOSED_MS ? before.closed : undefined;
    const shut = { sinceMs: again?.sinceMs ?? nowMs, untilMs: nowMs + CLOSED_MS };
    const closed = closes ? shut : opens ? undefined : before.closed;
    return { after: { frontier, closed }, answer: closed };
  });
}
