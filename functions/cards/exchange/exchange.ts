import type { Field } from '../../../lib/card/content';
import { fieldsFor } from '../../../lib/card/content';
import { toEpochSeconds, toInstant } from '../../../lib/clock';
import { hiddenId } from '../../../lib/crypto/request-id';
import type { Deps } from '../../../lib/deps';
import { AppError, invalidInput } from '../../../lib/errors';
import type { Run, Subject } from '../../../lib/gate/operation';
import { retentionMs } from '../../../lib/policy/retention';
import { type Card, cardIsThere, cardKey, readCard } from '../../../lib/table/card/card';
import { withCurrentVisibility } from '../../../lib/table/card/current-visibility';
import { ConditionFailed, type Item } from '../../../lib/table/client';
import { keys } from '../../../lib/table/keys';
import { consentHolds } from '../../../lib/table/person/consents';
import { blockKeys, notBlocked } from '../../../lib/table/sharing/block';
import { contactKey, countContacts, giveCard, MAX_CONTACTS } from '../../../lib/table/sharing/contact';
import { loadOwner, mayShow } from '../../../lib/table/sharing/may-show';
import {
  answerOffer,
  cancelOffer,
  closeSentOffer,
  type Offer,
  offeredCard,
  putOffer,
  putSent,
  readOffer,
  readSentOffer,
  SERIAL_CHARS,
  type SentOffer,
  sentOfferKey,
} from '../../../lib/table/sharing/offer';
import { cardsEpoch } from '../own/own-card';
import { findOpen, type Open } from '../sharing/open-share';

type Give = { cardId: string; fields: Field[] };

/** @throws AppError NOT_FOUND for a card that is not the caller's @throws AppError INVALID_INPUT for a closed field */
function cardToGive(deps: Deps, caller: Subject, item: Item | undefined, { fields }: Give): Card {
  const found = readCard(item, cardsEpoch(caller), caller.sealer);
  if (!found) throw new AppError('NOT_FOUND');
  const card = withCurrentVisibility(deps.policy.inForce().reachVersions, caller.person, found);
  const open = fieldsFor(card.visibility, 'link');
  if (fields.some((field) => !open.includes(field)))
    throw invalidInput('fields', '有的项目还没有设为给持有链接的人看');
  return card;
}

/** Tells an offer from an earlier one between the same two. */
function serial({ random }: Deps): string {
  return random((SERIAL_CHARS * 6) / 8).toString('base64url');
}

/**
 * Offers one of the caller's cards to the owner of a link, for one of theirs. There is one offer at a time from one
 * person to another; one that was declined looks like one that waits, until it is over.
 */
export async function makeOffer(deps: Deps, run: Run<'subject', Open & Give>) {
  const { caller, input } = run;
  const fromId = caller.person.subjectId;
  const { owner, also } = await findOpen(deps, run, () => [cardKey(fromId, input.cardId)]);
  const card = cardToGive(deps, caller, also[0], input);
  const toId = owner.person.subjectId;
  if (toId === fromId) throw new AppError('NOT_NOW', { why: '这个链接是您自己的，不能与自己交换。' });
  const nowMs = deps.clock.now();
  const fromEpoch = cardsEpoch(caller);
  const fields = [...new Set(input.fields)];
  const value: Offer = {
    offerId: `${await hiddenId(deps.ring, 'offer', fromId, fromEpoch, toId, owner.epoch)}${serial(deps)}`,
    fromId,
    fromEpoch,
    cardId: card.cardId,
    fields,
    grantEpoch: card.grantEpoch ?? 0,
    at: toInstant(nowMs),
    state: 'waiting',
    request: await deps.ring.digest('request', JSON.stringify(['offer', fromId, card.cardId, fields])),
    epoch: owner.epoch,
    expiresAtSeconds: toEpochSeconds(nowMs + retentionMs('offer-life')),
  };
  try {
    await deps.table.write(
      ...putOffer(toId, value, toEpochSeconds(nowMs)),
      consentHolds(toId, 'cards', owner.epoch),
      ...notBlocked(fromId, toId),
    );
    return shownSent(value);
  } catch (error) {
    if (!(error instanceof ConditionFailed)) throw error;
    const [atOffer] = error.found;
    if (!atOffer) throw new AppError('NOT_FOUND');
    return sentBefore(deps, toId, value);
  }
}

/**
 * An offer that meets one which waits or was declined. The asker's own half alone decides what they are told, so that a
 * declined offer can be repeated, refused and taken back just like one that waits.
 */
async function sentBefore({ table }: Deps, toId: string, value: Offer) {
  const [item] = await table.getMany([sentOfferKey(value.fromId, value.offerId)]);
  const sent = readSentOffer(item, value.fromEpoch);
  if (!sent) {
    await table.write(putSent(toId, value));
    return shownSent(value);
  }
  if (sent.request !== value.request)
    throw new AppError('NOT_NOW', { why: '您已经用别的内容向对方提出过交换，请先收回。' });
  return shownSent(sent);
}

const shownSent = ({ offerId, cardId, at, expiresAtSeconds }: Offer | SentOffer) => ({
  offerId,
  cardId,
  at,
  expiresAt: toInstant(expiresAtSeconds * 1000),
});

/** Takes back an offer that was not accepted. One that is gone is as good as taken back. */
export async function takeBack(deps: Deps, { caller, input }: Run<'subject', { offerId: string }>) {
  const takenBack = { takenBack: true } as const;
  const sent = readSentOffer(caller.alsoRead, cardsEpoch(caller));
  if (sent?.offerId !== input.offerId) return takenBack;
  const [mine, theirs] = cancelOffer(caller.person.subjectId, sent);
  try {
    await deps.table.write(mine, theirs);
  } catch (error) {
    if (!(error instanceof ConditionFailed)) throw error;
    // Accepted or gone at this moment; or declined, of which the asker is to see nothing.
    const declined = !error.found[0];
    if (declined) await deps.table.write(closeSentOffer(caller.person.subjectId, sent)).catch(ignoreRefusal);
  }
  return takenBack;
}

/** Closed by somebody else at this moment: as good as done. */
function ignoreRefusal(error: unknown): void {
  if (!(error instanceof ConditionFailed)) throw error;
}

/** Declines an offer. The asker is not told. */
export async function declineOffer(deps: Deps, { caller, input }: Run<'subject', { offerId: string }>) {
  const offer = readOffer(caller.alsoRead, cardsEpoch(caller));
  if (offer?.offerId !== input.offerId) throw new AppError('NOT_FOUND');
  const declined = { declined: true } as const;
  if (offer.state === 'declined') return declined;
  try {
    await deps.table.write(answerOffer(caller.person.subjectId, offer, 'declined'));
    return declined;
  } catch (error) {
    if (!(error instanceof ConditionFailed)) throw error;
    const now = readOffer(error.found[0]?.item, offer.epoch);
    if (now?.state === 'declined') return declined;
    throw new AppError(now ? 'NOT_NOW' : 'NOT_FOUND');
  }
}

/**
 * Accepts an offer with one of the caller's cards: in one transaction each card is in the other's folder, or nothing has
 * happened (promise C4). Refused when the asker has taken it back, withdrawn or deleted their card, or when either has
 * blocked the other: all of that looks the same. A repeat answers with the contact that was made.
 */
export async function acceptOffer(deps: Deps, { caller, input }: Run<'subject', Give & { offerId: string }>) {
  const myId = caller.person.subjectId;
  const epoch = cardsEpoch(caller);
  const offer = readOffer(caller.alsoRead, epoch);
  if (offer?.offerId !== input.offerId) throw new AppError('NOT_FOUND');
  if (offer.state === 'accepted' && offer.contactId) return { contactId: offer.contactId };
  const { fromId, fromEpoch } = offer;
  const mine = await hiddenId(deps.ring, 'contact', myId, epoch, fromId, offer.cardId);
  const theirs = await hiddenId(deps.ring, 'contact', fromId, fromEpoch, myId, input.cardId);
  const [self, theirItem, myItem, sent, myContact, theirContact, ...blocks] = await deps.table.getMany([
    keys.person(fromId),
    cardKey(fromId, offer.cardId),
    cardKey(myId, input.cardId),
    sentOfferKey(fromId, offer.offerId),
    contactKey(myId, mine),
    contactKey(fromId, theirs),
    ...blockKeys(myId, fromId),
  ]);
  const myCard = cardToGive(deps, caller, myItem, input);
  const grant = { by: 'hand', given: offeredCard(offer) } as const;
  const showing = mayShow(await loadOwner(deps, self), { subjectId: myId, blocks }, theirItem, grant);
  if (!showing || !readSentOffer(sent, fromEpoch)) throw new AppError('NOT_FOUND');
  const theirCard = showing.card;
  const at = toInstant(deps.clock.now());
  const toMe = {
    ...offeredCard(offer),
    contactId: mine,
    at,
    epoch,
  };
  const toThem = {
    contactId: theirs,
    ownerId: myId,
    ownerEpoch: epoch,
    cardId: myCard.cardId,
    fields: [...new Set(input.fields)],
    grantEpoch: myCard.grantEpoch ?? 0,
    at,
    epoch: fromEpoch,
  };
  try {
    await deps.table.write(
      answerOffer(myId, offer, 'accepted', mine),
      closeSentOffer(fromId, { offerId: offer.offerId, epoch: fromEpoch }),
      countContacts(myId, epoch, myContact ? 0 : 1),
      countContacts(fromId, fromEpoch, theirContact ? 0 : 1),
      ...giveCard(myId, toMe, theirs, !myContact),
      ...giveCard(fromId, toThem, mine, !theirContact),
      cardIsThere(myId, myCard),
      cardIsThere(fromId, theirCard),
      ...notBlocked(myId, fromId),
    );
    return { contactId: mine, card: showing.shown };
  } catch (error) {
    if (!(error instanceof ConditionFailed)) throw error;
    return explain(error, epoch);
  }
}

function explain({ found }: ConditionFailed, epoch: number): { contactId: string } {
  const [atOffer, , atMe] = found;
  const now = readOffer(atOffer?.item, epoch);
  if (now?.state === 'accepted' && now.contactId) return { contactId: now.contactId };
  if (atMe) throw new AppError('LIMIT_REACHED', { limit: 'MAX_CONTACTS', max: MAX_CONTACTS });
  throw new AppError(now ? 'NOT_NOW' : 'NOT_FOUND');
}
