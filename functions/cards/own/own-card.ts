import type { CardContent } from '../../../lib/card/content';
import type { Deps } from '../../../lib/deps';
import { AppError, invalidInput } from '../../../lib/errors';
import type { Subject } from '../../../lib/gate/operation';
import { type Card, readCard } from '../../../lib/table/card/card';
import { withCurrentVisibility } from '../../../lib/table/card/current-visibility';
import { epochOf } from '../../../lib/table/person/consents';

/** What a person writes on a card, and the words they sort it by. */
export type CardInput = CardContent & { ownTags: string[] };

/** The whole content of a card, in bytes: so that a list of all cards stays one page. */
export const MAX_CARD_BYTES = 16 * 1024;

/** The epoch of the caller's consent to cards; cards of an earlier one are dead. The gate has seen that it is granted. */
export function cardsEpoch({ person }: Pick<Subject, 'person'>): number {
  return epochOf(person, 'cards');
}

/** The caller's own card that the front door has read. @throws AppError NOT_FOUND for absent, deleted and ended cards */
export function ownCard({ policy }: Pick<Deps, 'policy'>, caller: Subject): Card {
  const card = readCard(caller.alsoRead, cardsEpoch(caller), caller.sealer);
  if (!card) throw new AppError('NOT_FOUND');
  return withCurrentVisibility(policy.inForce().reachVersions, caller.person, card);
}

/** Whether a card is small enough to be kept. */
export function fits(written: object): boolean {
  return Buffer.byteLength(JSON.stringify(written)) <= MAX_CARD_BYTES;
}

/** @throws AppError INVALID_INPUT when the parts, each short enough, are too much together */
export function demandSize(written: CardInput): void {
  if (!fits(written)) throw invalidInput('(输入)', `名片内容过多，总共最多 ${MAX_CARD_BYTES / 1024} KB`);
}
