import { toInstant } from '../../lib/clock';
import { invalidInput } from '../../lib/errors';
import type { Item } from '../../lib/table/client';

/** How often each of something was met, by name. */
export type Tally = Record<string, number>;

/** Counts `name` once more. */
export function count(tally: Tally, name: string, times = 1): void {
  tally[name] = (Object.hasOwn(tally, name) ? (tally[name] ?? 0) : 0) + times;
}

/** A stretch of time as it was asked for, its first moment in it and its last not. Without one: always. */
export type Window = { from?: string | undefined; to?: string | undefined };

/**
 * The same as entries are stamped.
 * @throws AppError INVALID_INPUT for one that ends before it begins
 */
export function windowOf({ from, to }: Window): Window {
  const [first, end] = [from, to].map((one) => one && toInstant(Date.parse(one)));
  if (first !== undefined && end !== undefined && end <= first) throw invalidInput('to', '须晚于 from');
  return { from: first, to: end };
}

/** Whether an entry was made within a window. */
export function isWithin({ at }: Item, { from, to }: Window): boolean {
  const made = String(at);
  return (from === undefined || made >= from) && (to === undefined || made < to);
}
