/**
 * Working days by the State Council's yearly notices, days worked in exchange included. Days are YYYY-MM-DD in Beijing. The
 * calendar is loaded on first use: most calls only ask which day it is.
 */
const DAY_MS = 86_400_000;
const BEIJING_OFFSET_MS = 8 * 3_600_000;

/** The years whose notices the calendar has; every notice makes 1 January a holiday, by name. */
const KNOWN_YEARS = { first: 2004, last: 2026 };
/** A notice may move days of the December before its year: four did, none of them a day before the 29th. */
const OPEN_FROM = '12-20';

/**
 * A date; `mayChange` is the year whose notice is not known yet and may move late December. Or the year of that date, of which
 * nothing is known: that must be said and not guessed.
 */
export type Deadline = { on: string; mayChange?: number } | { unknownYear: number };

/** The calendar day in Beijing of an instant. */
export function beijingDay(nowMs: number): string {
  return new Date(nowMs + BEIJING_OFFSET_MS).toISOString().slice(0, 10);
}

/** Whether the notice for a year is known. */
export function knowsYear(year: number): boolean {
  return year >= KNOWN_YEARS.first && year <= KNOWN_YEARS.last;
}

/** The year whose notice is not known and decides whether a day is worked; undefined where that is certain. */
function openYear(day: string): number | undefined {
  const year = Number(day.slice(0, 4));
  if (!knowsYear(year)) return year;
  return day.slice(5) >= OPEN_FROM && !knowsYear(year + 1) ? year + 1 : undefined;
}

/** Counts on from a day. A day that is open yet counts as it looks today or, `atTheEarliest`, always. */
async function countOn(day: string, count: number, atTheEarliest: boolean) {
  const { isWorkday } = await import('chinese-days');
  let [at, on, open] = [Date.parse(`${day}T00:00:00Z`), day, undefined as number | undefined];
  for (let left = count; left > 0; ) {
    at += DAY_MS;
    on = new Date(at).toISOString().slice(0, 10);
    const decides = openYear(on);
    open ??= decides;
    if (isWorkday(on) || (atTheEarliest && decides !== undefined)) left -= 1;
  }
  return { on, open };
}

/** The day that lies `count` working days after `day`, which itself does not count. */
export async function addWorkingDays(day: string, count: number): Promise<Deadline> {
  const { on, open } = await countOn(day, count, false);
  if (open === undefined) return { on };
  return knowsYear(Number(on.slice(0, 4))) ? { on, mayChange: open } : { unknownYear: open };
}

/** The earliest day on which `count` working days after `day` can end, whatever the notices say that are to come. */
export const earliestEnd = async (day: string, count: number): Promise<string> =>
  (await countOn(day, count, true)).on;

/** The day that lies `count` calendar days after `day`: never later than as many working days. */
export function addCalendarDays(day: string, count: number): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + count * DAY_MS).toISOString().slice(0, 10);
}

const endOfDay = (day: string): number => Date.parse(`${day}T23:59:59.000+08:00`);

/** When whoever has `count` working days from now has to be done, in epoch milliseconds: no notice to come makes it sooner. */
export async function endOfWorkingDays(nowMs: number, count: number): Promise<number> {
  return endOfDay(await earliestEnd(beijingDay(nowMs), count));
}

/** The end of `count` working days from now as far as is known today, in epoch milliseconds: for warnings, not for dates that bind. */
export async function likelyEndOfWorkingDays(nowMs: number, count: number): Promise<number> {
  return endOfDay((await countOn(beijingDay(nowMs), count, false)).on);
}

/** What has to be said beside a date (ISO) of `endOfWorkingDays` while a notice to come bears on it; otherwise nothing. */
export function calendarNote(dueAt: string): { calendarNote?: string } {
  const year = openYear(beijingDay(Date.parse(dueAt)));
  if (year === undefined) return {};
  return {
    calendarNote: `国务院尚未公布或者本系统尚未收录 ${year} 年的放假安排，12 月 20 日以后哪天上班可能还有变动；这个日期按可能的最早一天计算，不会因此推后。`,
  };
}

/** An instant (ISO) as it is read out in Beijing: 2026-11-27 03:12:05. */
export function beijingTime(instant: string): string {
  const there = new Date(Date.parse(instant) + BEIJING_OFFSET_MS).toISOString();
  return there.slice(0, 19).replace('T', ' ');
}
