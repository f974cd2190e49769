import { toInstant } from '../../lib/clock';
import { endOfAccount, startOfEnd } from '../../lib/table/person/end-of-account';
import { move } from './life';
import type { World } from './world';

/** Begins the end of an account, as closing it does when the cooling-off is over. */
export async function beginEnd({ deps }: World, subjectId: string): Promise<void> {
  const { table, clock, queue } = deps;
  await move(table, subjectId, 'closing');
  await table.write(startOfEnd(subjectId, toInstant(clock.now()), 1));
  await queue.send([endOfAccount(subjectId)]);
}
