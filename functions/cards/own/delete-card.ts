import type { Deps } from '../../../lib/deps';
import { AppError } from '../../../lib/errors';
import type { Run } from '../../../lib/gate/operation';
import { deleteCard as deleteWrites, existingItem, readCard } from '../../../lib/table/card/card';
import { forgetPast } from '../../../lib/table/card/card-history';
import { dropLogo } from '../../../lib/table/card/card-logo';
import { ConditionFailed } from '../../../lib/table/client';
import { type Person, readPerson } from '../../../lib/table/person/person';
import { cardsEpoch, ownCard } from './own-card';

const deleted = { deleted: true } as const;

/** Deletes a card at the version seen, with its history. A repeat finds it deleted and says so again. */
export async function deleteCard(
  deps: Deps,
  { caller, input }: Run<'subject', { cardId: string; version: number }>,
) {
  if (existingItem(caller.alsoRead).deleted) return deleted;
  const card = ownCard(deps, caller);
  if (card.version !== input.version) throw new AppError('VERSION_CONFLICT', { version: card.version });
  const { subjectId } = caller.person;
  const attempt = (owner: Person) => {
    const isDefault = owner.defaultCard === card.cardId;
    const [marker, less] = deleteWrites(subjectId, card, input.version, isDefault, deps.clock.now());
    const logo = card.logo ? [dropLogo(subjectId, card.cardId)] : [];
    return deps.table.write(marker, less, ...forgetPast(subjectId, card), ...logo);
  };
  try {
    await attempt(caller.person).catch(async (error: unknown) => {
      const now = error instanceof ConditionFailed && !error.found[0] ? error.found[1]?.item : undefined;
      if (!now) throw error;
      await attempt(readPerson(now)); // became or ceased to be the default at this moment
    });
    return deleted;
  } catch (error) {
    if (!(error instanceof ConditionFailed)) throw error;
    const item = error.found[0]?.item;
    if (existingItem(item).deleted) return deleted;
    const now = readCard(item, cardsEpoch(caller), caller.sealer);
    if (now) throw new AppError('VERSION_CONFLICT', { version: now.version });
    throw new AppError('NOT_FOUND');
  }
}
