import type { Deps } from '../../../lib/deps';
import { AppError } from '../../../lib/errors';
import type { Run } from '../../../lib/gate/operation';
import { makeDefault } from '../../../lib/table/card/card';
import { putOrder } from '../../../lib/table/card/card-list';
import { ConditionFailed } from '../../../lib/table/client';
import { consentRequired } from '../../../lib/table/person/consents';
import { cardsEpoch, ownCard } from './own-card';

/** Makes one card the one that speaks for its owner. */
export async function chooseDefault(deps: Deps, { caller }: Run<'subject', { cardId: string }>) {
  const card = ownCard(deps, caller);
  const [isThere, choose] = makeDefault(caller.person.subjectId, card);
  if (!isThere || !choose) throw new Error('a choice is two writes');
  try {
    await deps.table.write(isThere, choose);
    return { defaultCardId: card.cardId };
  } catch (error) {
    if (!(error instanceof ConditionFailed)) throw error;
    throw error.found[0] ? new AppError('NOT_FOUND') : consentRequired(caller.person, 'cards');
  }
}

/**
 * Puts the owner's cards in order. Ids that are not cards of theirs do no harm: a list shows what is there, in this order
 * as far as it goes.
 */
export async function arrangeCards(deps: Deps, { caller, input }: Run<'subject', { cardIds: string[] }>) {
  const { subjectId } = caller.person;
  const epoch = cardsEpoch(caller);
  const order = [...new Set(input.cardIds)];
  await deps.table.write(putOrder(subjectId, { order, epoch }));
  return { cardIds: order };
}
