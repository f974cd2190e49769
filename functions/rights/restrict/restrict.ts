import { DAY_MS } from '../../../lib/clock';
import type { Deps } from '../../../lib/deps';
import { spendWrite, tooMany } from '../../../lib/gate/limit';
import type { Run } from '../../../lib/gate/operation';
import { ConditionFailed } from '../../../lib/table/client';
import { moveLife } from '../../../lib/table/person/move-life';

/** Each leaves two lines that stay for years. Lifting one is never refused for their number. */
export const RESTRICTIONS_PER_DAY = { name: 'RESTRICTIONS_PER_DAY', max: 20, windowMs: DAY_MS } as const;

type Nothing = Record<string, never>;

/**
 * Restricts what is done with the caller's data (PIPL art. 44; promise R7): from this write on it is stored, seen and ended, and
 * nobody else sees any of it. Consents stay as they are and act on nothing. Asked again it answers the same.
 * @throws AppError NOT_NOW while the account is being closed or kept by law: it is only stored then | TOO_MANY_ATTEMPTS
 */
export async function restrict(deps: Deps, { caller, requestId }: Run<'subject', Nothing>) {
  const count = await spendWrite(deps, RESTRICTIONS_PER_DAY, caller.person.subjectId);
  const { since } = await moveLife(
    deps,
    caller.person,
    { from: ['active'], to: 'restricted' },
    { act: 'restriction.began', actor: 'self', purpose: 'account', requestId },
    undefined,
    [count],
  ).catch((error: unknown) => {
    throw error instanceof ConditionFailed ? tooMany(deps, RESTRICTIONS_PER_DAY) : error;
  });
  return { restricted: true as const, since };
}

/** Lifts it: everything is again as it was. Of one who has restricted nothing it says so too. @throws AppError NOT_NOW as above */
export async function liftRestriction(deps: Deps, { caller, requestId }: Run<'subject', Nothing>) {
  await moveLife(
    deps,
    caller.person,
    { from: ['restricted'], to: 'active' },
    { act: 'restriction.lifted', actor: 'self', purpose: 'account', requestId },
  );
  return { restricted: false as const };
}
