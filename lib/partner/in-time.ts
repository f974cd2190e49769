import { AppError } from '../errors';
import { type TimeLimit, TimeoutError, within } from '../time-limits';

/**
 * Everything one question to a partner takes, its repeats and pauses counted.
 * @throws AppError PARTNER_UNAVAILABLE when it takes longer than `totalMs`
 */
export function inTime<T>({ totalMs }: TimeLimit, ask: (signal: AbortSignal) => Promise<T>): Promise<T> {
  return within(totalMs, ask).catch((error) => {
    throw error instanceof TimeoutError ? new AppError('PARTNER_UNAVAILABLE') : error;
  });
}
