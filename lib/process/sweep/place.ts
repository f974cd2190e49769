import type { ProcessState } from '../../table/process/process';
import type { After } from '../../table/readers/sweep';

/** Where a look at what has ended goes on, as the row of a process keeps it. */
export const placeIn = ({ pk, sk, dueShard, dueAt }: After): ProcessState => ({ pk, sk, dueShard, dueAt });

/** Undefined at the beginning. */
export function afterIn({ pk, sk, dueShard, dueAt }: ProcessState): After | undefined {
  if (pk === undefined) return undefined;
  return { pk: String(pk), sk: String(sk), dueShard: String(dueShard), dueAt: String(dueAt) };
}
