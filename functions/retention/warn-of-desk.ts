import type { Deps } from '../../lib/deps';
import { countDesk, marksAt } from '../../lib/table/ticket/desk';

/**
 * Says what the staff will be late with before it is late (promise R6): of everything that waits in the queue, how much is due
 * within 5 working days, within 2, and how much is late. What is late or due within 2 rings.
 */
export async function warnOfDesk({ table, clock, log }: Deps, requestId: string): Promise<void> {
  const operation = 'retention/sweep';
  const { late, soon, warned } = (await countDesk(table, await marksAt(clock.now()))).byLevel;
  log({ event: 'measure', requestId, operation, outcome: 'DESK_DUE_IN_5_DAYS', count: late + soon + warned });
  if (soon > 0) log({ event: 'alarm', requestId, operation, outcome: 'DESK_DUE_IN_2_DAYS', count: soon });
  if (late > 0) log({ event: 'alarm', requestId, operation, outcome: 'DESK_LATE', count: late });
}
