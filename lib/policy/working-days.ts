/**
 * Working days by the State Council's yearly notices, days worked in exchange included. Days are YYYY-MM-DD in Beijing. The
 * calendar is loaded on first use: most calls only ask which day it is.
 */
const DAY_MS = 86_400_000;
const BEIJING_OFFSET_MS = 8 * 3_600_000;

/** A date, or the year whose notice is not known yet: that must be said and not guessed. */
export type Deadline = { on: string } | { unknownYear: number };

/** The calendar day in Beijing of an instant. */
export function beijingDay(nowMs: number): string {
  return new Date(nowMs + BEIJING_OFFSET_MS).toISOString().slice(0, 10);
}

/** Whether the notice for a year is known: every one makes 1 January a holiday, by name. */
export async function knowsYear(year: number): Promise<boolean> {
  const { getDayDetail } = await import('chinese-days');
  return getDayDetail(`${year}-01-01`).name.includes('元旦');
}

/** The day that lies `count` working days after `day`, which itself does not count. */
export async function addWorkingDays(day: string, count: number): Promise<Deadline> {
  const { isWorkday } = await import('chinese-days');
  let at = Date.parse(`${day}T00:00:00Z`);
  for (let left = count; left > 0; ) {
    at += DAY_MS;
    const on = new Date(at).toISOString().slice(0, 10);
    const year = Number(on.slice(0, 4));
    if (!(await knowsYear(year))) return { unknownYear: year };
    if (isWorkday(on)) left -= 1;
  }
  return { on: new Date(at).toISOString().slice(0, 10) };
}

/** The day that lies `count` calendar days after `day`: never later than as many working days. */
export function addCalendarDays(day: string, count: number): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + count * DAY_MS).toISOString().slice(0, 10);
}

/**
 * The end of the day that lies `count` working days after today, in epoch milliseconds. Where the calendar of a year is not
 * known yet, as many calendar days, which end sooner.
 */
export async function endOfWorkingDays(nowMs: number, count: number): Promise<number> {
  const today = beijingDay(nowMs);
  const deadline = await addWorkingDays(today, count);
  const day = 'on' in deadline ? deadline.on : addCalendarDays(today, count);
  return Date.parse(`${day}T23:59:59.000+08:00`);
}

/** An instant (ISO) as it is read out in Beijing: 2026-11-27 03:12:05. */
export function beijingTime(instant: string): string {
  const there = new Date(Date.parse(instant) + BEIJING_OFFSET_MS).toISOString();
  return there.slice(0, 19).replace('T', ' ');
}
