import type { Deps } from '../../lib/deps';
import type { Run } from '../../lib/gate/operation';
import { nextAvatar, ownAvatar, tidy } from './avatar';

/** Removes the avatar and ends an upload. Repeating it changes nothing and finishes what was interrupted. */
export async function removeAvatar(deps: Deps, { caller }: Run<'subject', unknown>) {
  const before = ownAvatar(caller);
  const isThere = before.current !== undefined || before.pending !== undefined;
  const after = isThere
    ? await nextAvatar(deps, caller, before, { current: undefined, pending: undefined })
    : before;
  await tidy(deps, after);
  return { removed: true as const };
}
