import { AppError } from '../../lib/errors';
import type { Subject } from '../../lib/gate/operation';
import { type Card, readCard } from '../../lib/table/card';
import { consentOf } from '../../lib/table/person';

/** What a person writes on a card. */
export type CardContent = Pick<
  Card,
  'name' | 'organisation' | 'title' | 'phones' | 'mails' | 'address' | 'site' | 'note'
>;

/** The epoch of the caller's consent to cards; cards of an earlier one are dead. The gate has seen that it is granted. */
export function epochOf({ person }: Subject): number {
  return consentOf(person, 'cards')?.epoch ?? 0;
}

/** The caller's own card that the front door has read. @throws AppError NOT_FOUND for absent, deleted and ended cards */
export function ownCard(caller: Subject): Card {
  const card = readCard(caller.alsoRead, epochOf(caller), caller.sealer);
  if (!card) throw new AppError('NOT_FOUND');
  return card;
}
