import { toInstant } from '../../lib/clock';
import { invalidInput } from '../../lib/errors';

/** The service began on this day; nothing of an incident lies before it. */
const SERVICE_BEGAN_MS = Date.parse('2020-04-03T00:00:00.000+08:00');

export type Times = {
  happenedAt?: string | undefined;
  happenedUntil?: string | undefined;
  learnedAt?: string | undefined;
};

/**
 * The times of a line as instants in UTC: nothing in the future, nothing learned of before it happened, no window that ends
 * before it begins. What is left out stays out. `calledBy` is the name of the one field, where the input has another.
 * @throws AppError INVALID_INPUT naming the field
 */
export function validTimes(nowMs: number, times: Times, calledBy?: string): Times {
  const { happenedAt, happenedUntil, learnedAt } = times;
  const nameOf = (field: string) => calledBy ?? field;
  const instants = Object.entries({ happenedAt, happenedUntil, learnedAt }).flatMap(([field, value]) => {
    if (value === undefined) return [];
    const ms = Date.parse(value);
    if (ms > nowMs) throw invalidInput(nameOf(field), '晚于现在');
    if (ms < SERVICE_BEGAN_MS) throw invalidInput(nameOf(field), '早于本服务上线之日');
    return [[field, ms] as const];
  });
  const at = Object.fromEntries(instants) as Record<keyof Times, number | undefined>;
  if (at.happenedUntil !== undefined && at.happenedAt === undefined)
    throw invalidInput('happenedAt', '写明了结束时间，须同时写明开始时间');
  if (at.happenedUntil !== undefined && at.happenedUntil < Number(at.happenedAt))
    throw invalidInput('happenedUntil', '早于开始时间');
  if (at.happenedAt !== undefined && at.learnedAt !== undefined && at.learnedAt < at.happenedAt)
    throw invalidInput('learnedAt', '早于发生时间');
  return Object.fromEntries(instants.map(([field, ms]) => [field, toInstant(ms)]));
}
