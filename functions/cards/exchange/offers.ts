import { toInstant } from '../../../lib/clock';
import type { Deps } from '../../../lib/deps';
import type { Run } from '../../../lib/gate/operation';
import { cardKey } from '../../../lib/table/card/card';
import { readCursor, sealCursor } from '../../../lib/table/cursor';
import { keys } from '../../../lib/table/keys';
import { blockKeys } from '../../../lib/table/sharing/block';
import { loadOwner, mayShow } from '../../../lib/table/sharing/may-show';
import { offeredCard, queryOffers, readOffer, readSentOffer } from '../../../lib/table/sharing/offer';
import { cardsEpoch } from '../own/own-card';

/** So many that a page with four items each is one batch. */
export const MAX_OFFERS_PAGE = 25;
const LISTS = { received: 'cards.offers', sent: 'cards.sent' } as const;

type Page = { cursor?: string | undefined };
type Which = keyof typeof LISTS;

async function pageOf(deps: Deps, { caller, input }: Run<'subject', Page>, which: Which) {
  const { subjectId } = caller.person;
  const { cursor } = input;
  const after =
    cursor === undefined ? undefined : await readCursor(deps.ring, LISTS[which], subjectId, cursor);
  const { items, lastId } = await queryOffers(deps.table, subjectId, which, MAX_OFFERS_PAGE, after);
  const next = lastId && { cursor: await sealCursor(deps.ring, LISTS[which], subjectId, lastId) };
  return { items, next };
}

/**
 * Offers that wait for the caller, each with the card as it is now. One whose card is gone or was recalled, whose
 * asker has withdrawn, or where either has blocked the other, is not there.
 */
export async function listOffers(deps: Deps, run: Run<'subject', Page>) {
  const { items, next } = await pageOf(deps, run, 'received');
  const epoch = cardsEpoch(run.caller);
  const { subjectId } = run.caller.person;
  const waiting = items.flatMap((item) => {
    const offer = readOffer(item, epoch);
    return offer?.state === 'waiting' ? [offer] : [];
  });
  const found = await deps.table.getMany(
    waiting.flatMap(({ fromId, cardId }) => [
      keys.person(fromId),
      cardKey(fromId, cardId),
      ...blockKeys(fromId, subjectId),
    ]),
  );
  const offers = await Promise.all(
    waiting.map(async (offer, index) => {
      const [self, cardItem, ...blocks] = found.slice(index * 4, index * 4 + 4);
      const asker = await loadOwner(deps, self);
      const grant = { by: 'hand', given: offeredCard(offer) } as const;
      const showing = mayShow(asker, { subjectId, blocks }, cardItem, grant);
      if (!showing) return [];
      const { offerId, at, expiresAtSeconds } = offer;
      return [{ offerId, at, expiresAt: toInstant(expiresAtSeconds * 1000), card: showing.shown }];
    }),
  );
  return { offers: offers.flat(), ...next };
}

/** Offers that the caller has made and that are neither accepted nor over. */
export async function listSent(deps: Deps, run: Run<'subject', Page>) {
  const { items, next } = await pageOf(deps, run, 'sent');
  const epoch = cardsEpoch(run.caller);
  const offers = items.flatMap((item) => {
    const sent = readSentOffer(item, epoch);
    if (!sent) return [];
    const { offerId, cardId, at, expiresAtSeconds } = sent;
    return [{ offerId, cardId, at, expiresAt: toInstant(expiresAtSeconds * 1000) }];
  });
  return { offers, ...next };
}
