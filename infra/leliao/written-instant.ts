const WRITTEN = /^(\d{4}-\d{2}-\d{2})[ T](\d{2}:\d{2}(?::\d{2}(?:\.\d{1,3})?)?)(Z|[+-]\d{2}:\d{2})?$/;

/**
 * A moment as people write it, as an instant in UTC: `2026-11-27 10:03` is Beijing time; RFC 3339 with its own zone is taken as
 * it is. Undefined for a time that does not exist or is written in another way.
 */
export function writtenInstant(text: string): string | undefined {
  const [, day = '', time, zone = '+08:00'] = WRITTEN.exec(text) ?? [];
  const milliseconds = existsInCalendar(day) ? Date.parse(`${day}T${time}${zone}`) : Number.NaN;
  return Number.isNaN(milliseconds) ? undefined : new Date(milliseconds).toISOString();
}

/** Date.parse takes 30 February for the second of March. */
function existsInCalendar(day: string): boolean {
  const start = Date.parse(day);
  return !Number.isNaN(start) && new Date(start).toISOString().startsWith(day);
}
