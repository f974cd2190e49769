/** The only source of time. Tests pass one that they move by hand. */
export type Clock = {
  /** Milliseconds since the Unix epoch. */
  now(): number;
};

export const systemClock: Clock = { now: () => Date.now() };

/** An instant as it is stored and shown: ISO 8601 in UTC with milliseconds. */
export function toInstant(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}

/** Seconds since the epoch, rounded up, as DynamoDB's time to live wants it. */
export function toEpochSeconds(milliseconds: number): number {
  return Math.ceil(milliseconds / 1000);
}

/** The second that a moment lies in: what came within it had not come before it. */
export function secondOf(milliseconds: number): number {
  return Math.floor(milliseconds / 1000);
}

export const MINUTE_MS = 60_000;
export const HOUR_MS = 60 * MINUTE_MS;
export const DAY_MS = 24 * HOUR_MS;
