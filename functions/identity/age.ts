import { HOUR_MS } from '../../lib/clock';
import type { AgeBand } from '../../lib/policy/age';

const SHANGHAI_OFFSET_MS = 8 * HOUR_MS;

/** The calendar day in Asia/Shanghai as YYYYMMDD. China has had no summer time since 1991. */
export function shanghaiDay(nowMs: number): string {
  return new Date(nowMs + SHANGHAI_OFFSET_MS).toISOString().slice(0, 10).replaceAll('-', '');
}

/**
 * How old somebody born on `birthDate` (YYYYMMDD) is on `today`, as far as the law asks. A year of age is reached on the
 * day after the birthday, so on the 14th birthday itself a child is still under 14 (MIN-1); for those born on
 * 29 February the comparison of dates gives the same in years without that day.
 */
export function ageBandOf(birthDate: string, today: string): AgeBand {
  if (today <= birthday(birthDate, 14)) return 'under-14';
  return today <= birthday(birthDate, 18) ? 'under-18' : 'adult';
}

function birthday(birthDate: string, years: number): string {
  return `${Number(birthDate.slice(0, 4)) + years}${birthDate.slice(4)}`;
}
