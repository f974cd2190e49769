import { toInstant } from '../../lib/clock';
import type { Deps } from '../../lib/deps';
import type { Run } from '../../lib/gate/operation';
import { firstAskAtMs } from '../../lib/policy/dormancy';
import { beijingDay } from '../../lib/policy/working-days';
import { keepWatch } from '../../lib/table/person/dormancy';

/**
 * Says that the account is wanted, as by any use of it: whoever was asked whether to keep it is not closed. Answers until when
 * nobody asks again. An account that is being closed is kept by taking that back.
 */
export async function keep({ table, clock }: Deps, { caller }: Run<'subject', Record<string, never>>) {
  const today = beijingDay(clock.now());
  await table.update(keepWatch(caller.person.subjectId, today));
  return { askedNotBefore: toInstant(firstAskAtMs(today)) };
}
