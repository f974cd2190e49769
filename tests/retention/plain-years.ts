/**
 * What the policy promises of every sort of record, by hand from its text and from nothing that the service declares: after how
 * long it ends by the clock, and what becomes of it when the account ends.
 */
type Plain = {
  after?: { months: number } | { hours: number };
  /** Absent: it goes with the account. `own-end`: to its own end all the same. `with-remains`: three years after the account. */
  stays?: 'own-end' | 'with-remains';
};

const DAY_HOURS = 24;
const goes: Plain = {};
export const plainRecords: Record<string, Plain> = {
  ...Object.fromEntries(
    [
      'card past-card card-order card-logo linked-entry phone avatar contact-mail message-acceptance nickname preferences',
      'fund-attributes social-attributes transport-attributes tax-attributes household-attributes',
      'guardian minor ward bank-result face-result network-name real-name block blocked-by contact given-card',
    ].flatMap((names) => names.split(' ').map((name) => [name, goes])),
  ),
  'authorisation-event': { stays: 'with-remains' },
  'recipient-duty': { stays: 'with-remains' },
  appeal: { stays: 'with-remains' },
  'confirmed-recipient': { after: { months: 36 }, stays: 'own-end' },
  'decided-appeal': { after: { months: 36 }, stays: 'own-end' },
  'notice-recipient': { after: { months: 36 }, stays: 'own-end' },
  'risk-pass': { after: { hours: 180 * DAY_HOURS } },
  share: { after: { hours: 120 * DAY_HOURS } },
  'named-viewer': { after: { hours: 120 * DAY_HOURS } },
  'viewer-record': { after: { hours: 120 * DAY_HOURS } },
  'card-views': { after: { hours: 30 * DAY_HOURS } },
  'card-offer': { after: { hours: 30 * DAY_HOURS } },
  'card-offer-sent': { after: { hours: 30 * DAY_HOURS } },
  delivery: { after: { hours: 30 * DAY_HOURS } },
  'ended-delivery': { after: { hours: 30 * DAY_HOURS } },
  'deleted-card': { after: { hours: 24 } },
  'real-name-try': { after: { hours: 24 } },
  'network-try': { after: { hours: 24 } },
  'face-session': { after: { hours: 13 / 6 } },
  'face-session-mark': { after: { hours: 13 / 6 } },
  'face-start': { after: { hours: 13 / 6 } },
  'mail-code': { after: { hours: 1 / 6 } },
  'self-proof': { after: { hours: 1 / 12 } },
};

export const HOUR = 3_600_000;
const BEIJING = 8 * HOUR;
const SECOND = 1000;

/** When what begins at a moment is over; a month ends with the same day of Beijing’s calendar, or the last one there is. */
export function plainEnd(after: NonNullable<Plain['after']>, fromMs: number): number {
  if ('hours' in after) return Math.round(fromMs + after.hours * HOUR);
  const from = new Date(fromMs + BEIJING);
  const month = from.getUTCMonth() + after.months;
  const year = from.getUTCFullYear() + Math.floor(month / 12);
  const isLeap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
  const lengths = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
  const date = Math.min(from.getUTCDate(), lengths[month % 12] ?? 0);
  return Date.UTC(year, month % 12, date) + 24 * HOUR - BEIJING;
}

/** When what is left of an account that ended at a moment is over. */
export const remainsEnd = (erasedMs: number): number => plainEnd({ months: 36 }, erasedMs);

export type PlainRecord = { entity: string; cameMs: number };

/** When a record is over; undefined while nothing has ended it. */
export function overMs({ entity, cameMs }: PlainRecord, erasedMs: number | undefined): number | undefined {
  const { after, stays } = plainRecords[entity] ?? {};
  const own = after && plainEnd(after, cameMs);
  if (erasedMs === undefined || stays === 'own-end') return own;
  if (stays === 'with-remains') return remainsEnd(erasedMs);
  return Math.min(erasedMs, own ?? erasedMs);
}

/** What should be stored at a moment, once everything due has been done: what ends within the hour goes when that is over. */
export function shouldBe(endsMs: number | undefined, nowMs: number): 'there' | 'gone' | 'either' {
  if (endsMs === undefined || nowMs < endsMs - SECOND) return 'there';
  return nowMs >= Math.ceil(endsMs / HOUR) * HOUR + SECOND ? 'gone' : 'either';
}
