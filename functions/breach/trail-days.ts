import { DAY_MS } from '../../lib/clock';
import { invalidInput } from '../../lib/errors';
import { beijingDay } from '../../lib/policy/working-days';
import { firstTrailDay } from '../../lib/trail/days';

/** Demands a day in Beijing that lies in the period of the logs. @throws AppError INVALID_INPUT naming the field */
export function demandTrailDay(nowMs: number, field: string, day: string): void {
  if (day < firstTrailDay(nowMs)) throw invalidInput(field, '早于日志的保存期限，代号已经不能还原');
  if (day > beijingDay(nowMs)) throw invalidInput(field, '晚于今天');
}

/** The days from the first to the last, both in the period of the logs. @throws AppError INVALID_INPUT naming the field */
export function trailDays(nowMs: number, { from, to }: { from: string; to: string }): string[] {
  demandTrailDay(nowMs, 'from', from);
  demandTrailDay(nowMs, 'to', to);
  if (to < from) throw invalidInput('to', '早于开始的日期');
  const count = (Date.parse(to) - Date.parse(from)) / DAY_MS + 1;
  return Array.from({ length: count }, (_, index) =>
    new Date(Date.parse(from) + index * DAY_MS).toISOString().slice(0, 10),
  );
}
