import type { Deps } from '../../lib/deps';
import { AppError } from '../../lib/errors';
import type { Run } from '../../lib/gate/operation';
import { deleteCard as deleteWrites, readCard, takenBy } from '../../lib/table/card';
import { ConditionFailed } from '../../lib/table/client';
import { epochOf, ownCard } from './card';

const deleted = { deleted: true } as const;

/** Deletes a card at the version seen. A repeat finds it deleted and says so again. */
export async function deleteCard(
  deps: Deps,
  { caller, input }: Run<'subject', { cardId: string; version: number }>,
) {
  if (takenBy(caller.alsoRead).deleted) return deleted;
  const card = ownCard(caller);
  if (card.version !== input.version) throw new AppError('VERSION_CONFLICT', { version: card.version });
  try {
    const { subjectId } = caller.person;
    await deps.table.write(...deleteWrites(subjectId, card, input.version, deps.clock.now()));
    return deleted;
  } catch (error) {
    if (!(error instanceof ConditionFailed)) throw error;
    const item = error.found[0]?.item;
    if (takenBy(item).deleted) return deleted;
    const now = readCard(item, epochOf(caller), caller.sealer);
    if (now) throw new AppError('VERSION_CONFLICT', { version: now.version });
    throw new AppError('NOT_FOUND');
  }
}
