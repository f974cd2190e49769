import type { Deps } from '../../../lib/deps';
import { AppError } from '../../../lib/errors';
import type { Run } from '../../../lib/gate/operation';
import type { Card } from '../../../lib/table/card/card';
import { pickContent } from '../../../lib/table/card/card-content';
import { queryPast, readPast } from '../../../lib/table/card/card-history';
import { cardsEpoch, ownCard } from './own-card';
import { saveCard } from './save-card';

/** What a card said before, newest first. */
export async function listHistory(deps: Deps, { caller }: Run<'subject', { cardId: string }>) {
  const { cardId } = ownCard(deps, caller);
  const { subjectId } = caller.person;
  return { versions: await queryPast(deps.table, subjectId, cardId, cardsEpoch(caller), caller.sealer) };
}

type Restore = { cardId: string; version: number; to: number };

/**
 * Writes what a card said at an earlier version, as a change like any other: who may see what is not restored, and a
 * field that was empty meanwhile starts at nobody. @throws AppError NOT_FOUND when that version is not kept any more
 */
export async function restoreCard(deps: Deps, run: Run<'subject', Restore>): Promise<Card> {
  const { caller, input } = run;
  const { ownTags } = ownCard(deps, caller);
  const [item] = caller.furtherRead;
  const past = readPast(item, cardsEpoch(caller), caller.sealer);
  if (!past) throw new AppError('NOT_FOUND');
  return saveCard(deps, run, ['restore', input.to], () => ({ ...pickContent(past), ownTags }));
}
