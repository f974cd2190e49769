import { beijingDay } from './working-days';

/** A period. One of calendar months is what statutes set; the others are of a fixed length. */
export type Period = { months: number } | { days: number } | { hours: number } | { minutes: number };

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** The length in milliseconds; undefined for calendar months, which have none. */
export function fixedMs(period: Period): number | undefined {
  if ('minutes' in period) return period.minutes * MINUTE_MS;
  if ('hours' in period) return period.hours * HOUR_MS;
  return 'days' in period ? period.days * DAY_MS : undefined;
}

/**
 * When a period that began at a moment is over, in epoch milliseconds. One of calendar months begins on the day after, ends
 * with the day of the same number, in Beijing, or with the last day of a month that has no such day, and that day counts to
 * its twenty-fourth hour (民法典 art. 201–203): from 31 August, six months end with 28 or 29 February.
 */
export function endOfPeriod(period: Period, fromMs: number): number {
  const length = fixedMs(period);
  if (length !== undefined) return fromMs + length;
  const { months } = period as { months: number };
  return startOfDay(addMonths(beijingDay(fromMs), months)) + DAY_MS;
}

/** The latest moment from which a period is over at `nowMs`. Of one in months, the last millisecond of a day in Beijing. */
export function lastStartOfEnded(period: Period, nowMs: number): number {
  const length = fixedMs(period);
  if (length !== undefined) return nowMs - length;
  const { months } = period as { months: number };
  let day = addMonths(beijingDay(nowMs), -months);
  // Ends of months: several days end together, and none is skipped.
  while (endOfPeriod(period, startOfDay(day)) > nowMs) day = beijingDay(startOfDay(day) - 1);
  while (endOfPeriod(period, startOfDay(day) + DAY_MS) <= nowMs) day = beijingDay(startOfDay(day) + DAY_MS);
  return startOfDay(day) + DAY_MS - 1;
}

/** The day so many calendar months after (or before) a day, YYYY-MM-DD: the same number, or the last of a shorter month. */
export function addMonths(day: string, months: number): string {
  const [year = 0, month = 0, date = 0] = day.split('-').map(Number);
  const lastOfMonth = new Date(Date.UTC(year, month + months, 0)).getUTCDate();
  const moved = Date.UTC(year, month - 1 + months, Math.min(date, lastOfMonth));
  return new Date(moved).toISOString().slice(0, 10);
}

/** When a day (YYYY-MM-DD) begins in Beijing, in epoch milliseconds. */
export function startOfDay(day: string): number {
  return Date.parse(`${day}T00:00:00+08:00`);
}

/** A day of every kind there is in four years, leap day and all. */
const DAYS_OF_FOUR_YEARS = 1461;
const FIRST_DAY_MS = Date.parse('2027-01-01T12:00:00+08:00');

/** The shortest and the longest that so many calendar months last, in milliseconds; reckoned once for each number. */
const lengths = new Map<number, { shortest: number; longest: number }>();

function lengthsOf(period: Period): { shortest: number; longest: number } {
  const fixed = fixedMs(period);
  if (fixed !== undefined) return { shortest: fixed, longest: fixed };
  const { months } = period as { months: number };
  const known = lengths.get(months);
  if (known) return known;
  const all = Array.from({ length: DAYS_OF_FOUR_YEARS }, (_, day) => {
    const fromMs = FIRST_DAY_MS + day * DAY_MS;
    return endOfPeriod(period, fromMs) - fromMs;
  });
  const made = { shortest: Math.min(...all), longest: Math.max(...all) };
  lengths.set(months, made);
  return made;
}

/** Whether there is a day from which on one period lasts longer than the other: months are of different lengths. */
export function mayOutlast(one: Period, other: Period): boolean {
  if ('months' in one && 'months' in other) return one.months > other.months;
  return lengthsOf(one).longest > lengthsOf(other).shortest;
}

/** A period as an ISO 8601 duration. */
export function isoOfPeriod(period: Period): string {
  if ('months' in period) return `P${period.months}M`;
  if ('days' in period) return `P${period.days}D`;
  return 'hours' in period ? `PT${period.hours}H` : `PT${period.minutes}M`;
}
