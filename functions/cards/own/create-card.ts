import { toInstant } from '../../../lib/clock';
import { idOfRequest } from '../../../lib/crypto/request-id';
import type { Deps } from '../../../lib/deps';
import { AppError } from '../../../lib/errors';
import type { Run, Subject } from '../../../lib/gate/operation';
import { type Card, existingItem, putCard, readCard } from '../../../lib/table/card/card';
import { ConditionFailed } from '../../../lib/table/client';
import { MAX_CARDS_PER_PERSON } from '../../../lib/table/person/person';
import { type CardInput, cardsEpoch, demandSize } from './own-card';

type Create = CardInput & { idempotencyKey: string };

/**
 * Makes a card that nobody but its owner can see. Its id comes from the idempotency key, so a repeat meets the card it
 * made before and answers with it; no record of keys is needed. `asked` is what was asked, by which a repeat is known: the
 * whole file, where the card is one of many.
 */
export async function createCard(
  deps: Deps,
  { caller, input }: Run<'subject', Create>,
  asked?: string,
): Promise<Card> {
  const { idempotencyKey, ...written } = input;
  demandSize(written);
  const { subjectId } = caller.person;
  const cardId = cardIdFor(subjectId, cardsEpoch(caller), idempotencyKey);
  const request = await deps.ring.digest('request', `card|${subjectId}|${asked ?? JSON.stringify(written)}`);
  const now = toInstant(deps.clock.now());
  const card: Card = {
    ...written,
    cardId,
    version: 1,
    createdAt: now,
    updatedAt: now,
    epoch: cardsEpoch(caller),
    request,
    visibility: {},
    verdicts: {},
  };
  try {
    await deps.table.write(...putCard(subjectId, card, caller.sealer));
    return card;
  } catch (error) {
    if (error instanceof ConditionFailed) return explain(error, caller, request);
    throw error;
  }
}
/** 128 bits of a digest: the same key gives the same card, and somebody else's key never does. */
const cardIdFor = (subjectId: string, epoch: number, idempotencyKey: string): string =>
  idOfRequest('card', subjectId, epoch, idempotencyKey);

/** Why nothing was written: a repeat (answered as the first time), a misused key, or too many cards. */
function explain({ found: [atCard] }: ConditionFailed, caller: Subject, request: string): Card {
  if (atCard) {
    const taken = existingItem(atCard.item);
    if (taken.request !== request) throw new AppError('IDEMPOTENCY_CONFLICT');
    const card = readCard(atCard.item, cardsEpoch(caller), caller.sealer);
    if (!card) throw new AppError('NOT_FOUND');
    return card;
  }
  throw new AppError('LIMIT_REACHED', { limit: 'MAX_CARDS_PER_PERSON', max: MAX_CARDS_PER_PERSON });
}
