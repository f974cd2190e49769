import { DAY_MS, HOUR_MS, MINUTE_MS } from '../clock';
import type { Quota } from './rules';

/** Beijing has one time of day, eight hours before UTC, all year. */
const BEIJING_MS = 8 * HOUR_MS;
const SECOND_MS = 1000;
/** A block is given at most this long before its second begins: whoever takes it waits for it where they stand. */
export const AHEAD_MS = 5 * SECOND_MS;

/**
 * How far a channel's time has been given away: the second that is being given, and how much of it, of its minute and of its
 * day is. `lineMs` is until when those are spread who came when everything near was gone.
 */
export type Frontier = {
  second: number;
  ofSecond: number;
  minute: number;
  ofMinute: number;
  day: number;
  ofDay: number;
  lineMs: number;
};

export const nothingGiven: Frontier = {
  second: 0,
  ofSecond: 0,
  minute: 0,
  ofMinute: 0,
  day: 0,
  ofDay: 0,
  lineMs: 0,
};

/** A block of `count` messages that may go out from `startMs` on, or when to ask again. */
export type Lease = { count: number; startMs: number } | { count: 0; askAtMs: number };

/**
 * Gives away the next block of a channel's time: as much of what is wanted as one second still has. Seconds are given in their
 * order and none twice, so however many workers ask, the partner is never given more than it takes, and nothing is left
 * unused while somebody asks. Who finds nothing near gets a place in the line, at which there will be something, instead of
 * asking again and again. Pure: who keeps the frontier writes it under a condition (lib/table/notice/quota.ts).
 */
export function lease(
  quota: Quota,
  before: Frontier,
  wanted: number,
  nowMs: number,
): { lease: Lease; frontier: Frontier } {
  const at = firstFree(quota, before, nowMs);
  const startMs = at.second * SECOND_MS;
  if (startMs > nowMs + AHEAD_MS) {
    const lineMs = Math.max(before.lineMs, startMs - AHEAD_MS) + (wanted / quota.perSecond) * SECOND_MS;
    return {
      lease: { count: 0, askAtMs: Math.floor(Math.max(before.lineMs, startMs - AHEAD_MS)) },
      frontier: { ...before, lineMs: Math.ceil(lineMs) },
    };
  }
  const count = Math.min(wanted, room(quota, at));
  const frontier = {
    ...at,
    ofSecond: at.ofSecond + count,
    ofMinute: at.ofMinute + count,
    ofDay: at.ofDay + count,
  };
  return { lease: { count, startMs }, frontier };
}

/** Gives nothing of the time until `untilMs`: the partner has said that it was given too much. */
export function restUntil(before: Frontier, untilMs: number): Frontier {
  const second = Math.ceil(untilMs / SECOND_MS);
  return second > before.second ? movedTo(before, second) : before;
}

/** The frontier moved on to the first second, not before now, that has room left. */
function firstFree(quota: Quota, before: Frontier, nowMs: number): Frontier {
  let at = movedTo(before, Math.max(before.second, Math.floor(nowMs / SECOND_MS)));
  if (at.ofDay >= (quota.perDay ?? Number.POSITIVE_INFINITY))
    at = movedTo(at, ((at.day + 1) * DAY_MS - BEIJING_MS) / SECOND_MS);
  if (at.ofMinute >= (quota.perMinute ?? Number.POSITIVE_INFINITY))
    at = movedTo(at, ((at.minute + 1) * MINUTE_MS) / SECOND_MS);
  if (at.ofSecond >= quota.perSecond) at = movedTo(at, at.second + 1);
  return at;
}

function movedTo(before: Frontier, second: number): Frontier {
  const minute = Math.floor((second * SECOND_MS) / MINUTE_MS);
  const day = Math.floor((second * SECOND_MS + BEIJING_MS) / DAY_MS);
  return {
    ...before,
    second,
    ofSecond: second === before.second ? before.ofSecond : 0,
    minute,
    ofMinute: minute === before.minute ? before.ofMinute : 0,
    day,
    ofDay: day === before.day ? before.ofDay : 0,
  };
}

function room(quota: Quota, at: Frontier): number {
  const { perSecond, perMinute = Number.POSITIVE_INFINITY, perDay = Number.POSITIVE_INFINITY } = quota;
  return Math.min(perSecond - at.ofSecond, perMinute - at.ofMinute, perDay - at.ofDay);
}
