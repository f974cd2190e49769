import type { Deps } from '../../../lib/deps';
import type { Run } from '../../../lib/gate/operation';
import { ownCard } from './own-card';

/** One of the caller's own cards, read in the same trip as the caller. */
export async function getCard(deps: Deps, { caller }: Run<'subject', { cardId: string }>) {
  return ownCard(deps, caller);
}
