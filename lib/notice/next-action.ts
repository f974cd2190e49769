import { toInstant } from '../clock';
import type { Recipient, Try } from '../table/notice/recipient';
import { type ChannelId, OUTCOME_UNKNOWN, type PartnerChannel } from './channel';
import { BUSY_MOST_MS, BUSY_SHARE, type ChannelRule, CLAIM_MS, THROTTLED_MS } from './rules';

/** Since when and until when a channel is closed because something of ours is wrong with it. */
export type Closed = { sinceMs: number; untilMs: number };

/** The channels of one notice: their order, their rules, and which are closed now. */
export type Channels = {
  order: readonly ChannelId[];
  rules: Readonly<Record<Exclude<ChannelId, 'announcement'>, ChannelRule>>;
  closed: Partial<Record<ChannelId, Closed>>;
};

/** One person as far as the next action asks: what was tried so far, and by which channels they can be reached now. */
export type Told = { row: Pick<Recipient, 'tries' | 'openedAt'> | undefined; reach: ReadonlySet<ChannelId> };

/**
 * What is to be done for one person now. `tries` is what the row says afterwards.
 *
 * - nothing: the person is told, or there is no way left but the announcement, where the notice is announced at all.
 * - wait: until a moment at which the answer may be another one.
 * - send: claim this turn of a channel, then hand the message to the partner.
 * - note: no message goes out; the row says something else.
 */
export type Action =
  | { do: 'nothing' }
  | { do: 'wait'; untilMs: number }
  | { do: 'send'; channel: PartnerChannel; tries: Try[] }
  | { do: 'note'; tries: Try[] };

/**
 * The one rule by which a notice goes on for a person (promise B5): the channels in their order, each left behind when it
 * cannot reach them, has failed for good, or owes a receipt for too long. Nothing is handed over twice unless the partner
 * has said that it did not go out, or can tell a repeat. Pure: the same row and moment, the same answer.
 */
export function nextAction({ row, reach }: Told, channels: Channels, nowMs: number): Action {
  const tries = row?.tries ?? [];
  const last = tries.at(-1);
  if (row && isOver(row)) return { do: 'nothing' };
  const verdict = last ? verdictOn(last, channels, nowMs) : 'next';
  if (typeof verdict === 'object') return { do: 'wait', ...verdict };
  if (last && verdict !== 'next' && reach.has(last.channel) && !isClosed(channels, last.channel, nowMs)) {
    const attempt = last.state === 'created' ? last.attempt : last.attempt + 1;
    return turn([...tries.slice(0, -1)], last.channel, attempt, nowMs);
  }
  const at = last ? channels.order.indexOf(last.channel) : -1;
  const left = channels.order.slice(verdict === 'again' ? at : at + 1);
  return nextChannel(
    left,
    verdict === 'again' ? tries.slice(0, -1) : tries,
    last,
    { reach },
    channels,
    nowMs,
  );
}

/** Told, or left to the announcement: nothing more is done. */
export function isOver(row: Pick<Recipient, 'tries' | 'openedAt'>): boolean {
  return isDelivered(row) || row.tries.at(-1)?.channel === 'announcement';
}

/** Told, by whichever channel: a receipt that comes when the next one has been tried already counts as well. */
export function isDelivered({ tries, openedAt }: Pick<Recipient, 'tries' | 'openedAt'>): boolean {
  return openedAt !== undefined || tries.some(({ state }) => state === 'delivered');
}

function nextChannel(
  left: readonly ChannelId[],
  before: readonly Try[],
  present: Try | undefined,
  { reach }: Pick<Told, 'reach'>,
  channels: Channels,
  nowMs: number,
): Action {
  const tries = [...before];
  for (const channel of left) {
    if (channel === 'announcement') break;
    const known = present?.channel === channel ? present : undefined;
    const passed = (state: Try['state'], code: string) =>
      tries.push({ attempt: 0, at: toInstant(nowMs), ...known, channel, state, code });
    if (!reach.has(channel)) {
      passed('skipped', 'not-reachable');
      continue;
    }
    const closed = channels.closed[channel];
    if (closed && nowMs < closed.untilMs) {
      if (nowMs - closed.sinceMs < channels.rules[channel].patienceMs)
        return { do: 'wait', untilMs: closed.untilMs };
      passed('technical-failure', 'closed');
      continue;
    }
    return turn(tries, channel, 1, nowMs);
  }
  if (channels.order.includes('announcement'))
    return { do: 'note', tries: [...tries, lies('announcement', nowMs)] };
  return tries.length > before.length ? { do: 'note', tries } : { do: 'nothing' };
}

function turn(before: Try[], channel: ChannelId, attempt: number, nowMs: number): Action {
  if (channel === 'inbox' || channel === 'announcement')
    return { do: 'note', tries: [...before, lies(channel, nowMs)] };
  const claim: Try = { channel, state: 'sending', attempt, at: toInstant(nowMs) };
  return { do: 'send', channel, tries: [...before, claim] };
}

/** What needs no partner is there the moment the row says so. */
export function lies(channel: 'inbox' | 'announcement', nowMs: number): Try {
  const at = toInstant(nowMs);
  return { channel, state: 'sent', attempt: 1, at, answeredAt: at };
}

function isClosed({ closed }: Channels, channel: ChannelId, nowMs: number): boolean {
  return nowMs < (closed[channel]?.untilMs ?? 0);
}

/** What the latest turn of somebody who is not told yet leads to: the same channel again, the next one, or a wait. */
function verdictOn(last: Try, { rules }: Channels, nowMs: number): 'again' | 'next' | { untilMs: number } {
  if (last.channel === 'announcement') return 'next';
  const rule = rules[last.channel];
  const [beganMs, answeredMs] = [Date.parse(last.at), Date.parse(last.answeredAt ?? last.at)];
  const from = <V extends 'again' | 'next'>(moment: number, verdict: V) =>
    nowMs >= moment ? verdict : { untilMs: moment };
  switch (last.state) {
    case 'created':
      return isOut(last.since, rule.receiptWithinMs) ? 'next' : from(offeredAgainMs(), 'again');
    case 'sent':
      return from(answeredMs + rule.receiptWithinMs, 'next');
    case 'sending':
      return unknown();
    case 'temporary-failure':
      return afterFailure();
    case 'technical-failure':
      return last.code === OUTCOME_UNKNOWN ? unknown() : afterFailure();
    default:
      return 'next';
  }

  /** A partner that is too busy for somebody for as long as it may owe a receipt does not keep them from the other channels. */
  function isOut(since: string | undefined, limitMs: number): boolean {
    return since !== undefined && nowMs >= Date.parse(since) + limitMs;
  }
  /** The later the longer the partner has been too busy: one that stays so is not asked thousands of times. */
  function offeredAgainMs(): number {
    const sinceMs = last.since === undefined ? answeredMs : Date.parse(last.since);
    const waitMs = Math.min(Math.max(THROTTLED_MS, (answeredMs - sinceMs) * BUSY_SHARE), BUSY_MOST_MS);
    return Math.min(answeredMs + waitMs, sinceMs + rule.receiptWithinMs);
  }
  /** Nobody knows whether it went out. */
  function unknown() {
    const mayRepeat = rule.tellsRepeats && last.attempt < rule.attempts;
    return mayRepeat ? from(beganMs + CLAIM_MS, 'again') : from(beganMs + rule.receiptWithinMs, 'next');
  }
  function afterFailure() {
    if (last.attempt >= rule.attempts) return 'next';
    return from(answeredMs + rule.retryAfterMs * 2 ** (last.attempt - 1), 'again');
  }
}
