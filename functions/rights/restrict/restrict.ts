import type { Deps } from '../../../lib/deps';
import type { Run } from '../../../lib/gate/operation';
import { moveLife } from '../../../lib/table/person/move-life';

type Nothing = Record<string, never>;

/**
 * Restricts what is done with the caller's data (PIPL art. 44; promise R7): from this write on it is stored, seen and ended, and
 * nobody else sees any of it. Consents stay as they are and act on nothing. Asked again it answers the same.
 * @throws AppError NOT_NOW while the account is being closed or kept by law: it is only stored then
 */
export async function restrict(deps: Deps, { caller, requestId }: Run<'subject', Nothing>) {
  const { since } = await moveLife(
    deps,
    caller.person,
    { from: ['active'], to: 'restricted' },
    { act: 'restriction.began', actor: 'self', purpose: 'account', requestId },
  );
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
