import * as z from 'zod/mini';
import { fields } from '../../card/content';
import { otherPerson, plain, type ValueOf } from '../attribute';
import { BESIDE_CARDS } from '../card/card-list';
import type { Item, Table, Write } from '../client';
import { declareEntity } from '../entity';
import { dataPrefix, type Key, partition } from '../keys';
import { inPerson } from '../place';
import type { GivenCard } from './contact';

/** An offer's id is the pair it is between, which is its place, and a serial, so that a later offer is another one. */
export const PAIR_CHARS = 22;
export const SERIAL_CHARS = 8;

const OFFERS = `${BESIDE_CARDS}offer#`;
const SENT = `${BESIDE_CARDS}sent#`;
const pairOf = (offerId: string) => offerId.slice(0, PAIR_CHARS);

/**
 * A card that somebody offers to exchange. It lies with the one who is asked, and its counterpart with the one who asks;
 * each points to the other, so that it goes with either consent.
 */
export const offer = declareEntity('card-offer', {
  place: inPerson('cards', (offerId: string) => `${OFFERS}${pairOf(offerId)}`),
  life: { rule: 'offer-life', until: 'expiresAtSeconds' },
  pointers: ['card-offer-sent'],
  guarded: ['offerId', 'fromId', 'fromEpoch', 'cardId', 'fields', 'grantEpoch', 'expiresAtSeconds'],
  attributes: {
    offerId: plain('card-exchange', z.string()),
    fromId: otherPerson('card-exchange', 'card-offer-sent'),
    /** The epoch of the asker's consent. */
    fromEpoch: plain('card-exchange', z.int()),
    cardId: plain('card-exchange', z.string()),
    fields: plain('card-exchange', z.array(z.enum(fields))),
    /** How often the card had been recalled from everybody when it was offered: a recall reaches what waits as well. */
    grantEpoch: plain('card-exchange', z.int()),
    at: plain('card-exchange', z.string()),
    state: plain('card-exchange', z.enum(['waiting', 'accepted', 'declined'])),
    /** The card in the folder of the one who was asked, once accepted. */
    contactId: plain('card-exchange', z.optional(z.string())),
    request: plain('card-exchange', z.string()),
    expiresAtSeconds: plain('card-offer-end', z.int()),
  },
});
export type Offer = ValueOf<typeof offer>;

/** The asker's half. It stays as long as the other does, so that the asker's withdrawal finds what names them. */
export const sentOffer = declareEntity('card-offer-sent', {
  place: inPerson('cards', (offerId: string) => `${SENT}${pairOf(offerId)}`),
  life: { rule: 'offer-life', until: 'expiresAtSeconds' },
  pointers: ['card-offer'],
  guarded: ['offerId', 'toId', 'cardId', 'expiresAtSeconds'],
  attributes: {
    offerId: plain('card-exchange', z.string()),
    toId: otherPerson('card-exchange', 'card-offer'),
    /** Keyed digest of what was offered, to recognise a repeat. */
    request: plain('card-exchange', z.string()),
    cardId: plain('card-exchange', z.string()),
    at: plain('card-exchange', z.string()),
    /** Accepted, or taken back after it was declined: for the asker it is not there any more. */
    closed: plain('card-exchange', z.optional(z.boolean())),
    expiresAtSeconds: plain('card-offer-end', z.int()),
  },
});
export type SentOffer = ValueOf<typeof sentOffer>;

export const offerKey = (subjectId: string, offerId: string): Key => offer.key(subjectId, offerId);
export const sentOfferKey = (subjectId: string, offerId: string): Key => sentOffer.key(subjectId, offerId);

/** What an offer puts into the hands of the one who is asked. */
export const offeredCard = ({ fromId, fromEpoch, cardId, fields, grantEpoch }: Offer): GivenCard => ({
  ...{ ownerId: fromId, ownerEpoch: fromEpoch },
  ...{ cardId, fields, grantEpoch },
});

export function readOffer(item: Item | undefined, epoch: number): Offer | undefined {
  return offer.read(item, { epoch });
}

/** What the asker sees of an offer of theirs: nothing once it is closed. */
export function readSentOffer(item: Item | undefined, epoch: number): SentOffer | undefined {
  const sent = sentOffer.read(item, { epoch });
  return sent?.closed ? undefined : sent;
}

/**
 * The two halves of an offer. Refused while one from this person to that one waits, or was declined and is not over. One
 * that was accepted makes room.
 */
export function putOffer(toId: string, value: Offer, nowSeconds: number): [Write, Write] {
  const points = [sentOfferKey(value.fromId, value.offerId)];
  return [
    {
      Put: {
        Item: offer.make(toId, value.offerId, value, { points }),
        ConditionExpression: 'attribute_not_exists(pk) OR expiresAtSeconds <= :now OR #state = :accepted',
        ExpressionAttributeNames: { '#state': 'state' },
        ExpressionAttributeValues: { ':now': nowSeconds, ':accepted': 'accepted' },
      },
    },
    putSent(toId, value),
  ];
}

/** The asker's half. */
export function putSent(toId: string, value: Offer): Write {
  const { offerId, fromId, fromEpoch, cardId, at, request, expiresAtSeconds } = value;
  const sent = { offerId, toId, cardId, at, request, epoch: fromEpoch, expiresAtSeconds };
  return { Put: { Item: sentOffer.make(fromId, offerId, sent, { points: [offerKey(toId, offerId)] }) } };
}

/** Answers an offer, once. What stays until it is over keeps a repeat from asking again. */
export function answerOffer(
  subjectId: string,
  { offerId, epoch }: Offer,
  state: 'accepted' | 'declined',
  contactId?: string,
): Write {
  return {
    Update: {
      Key: offerKey(subjectId, offerId),
      UpdateExpression: `SET #state = :state${contactId ? ', contactId = :contact' : ''}`,
      ConditionExpression: '#state = :waiting AND epoch = :epoch AND offerId = :offer',
      ExpressionAttributeNames: { '#state': 'state' },
      ExpressionAttributeValues: {
        ':state': state,
        ':waiting': 'waiting',
        ':epoch': epoch,
        ':offer': offerId,
        ...(contactId && { ':contact': contactId }),
      },
    },
  };
}

/** Closes the asker's half, refused when it is not open any more: then it was accepted, taken back or erased. */
export function closeSentOffer(
  fromId: string,
  { offerId, epoch }: Pick<SentOffer, 'offerId' | 'epoch'>,
): Write {
  return {
    Update: {
      Key: sentOfferKey(fromId, offerId),
      UpdateExpression: 'SET closed = :true',
      ConditionExpression: 'epoch = :epoch AND offerId = :offer AND attribute_not_exists(closed)',
      ExpressionAttributeValues: { ':true': true, ':epoch': epoch, ':offer': offerId },
    },
  };
}

/**
 * The two writes by which the asker takes an offer back: [theirs, the other]. The second is refused when the offer does
 * not wait any more: what was declined stays declined.
 */
export function cancelOffer(fromId: string, { offerId, toId }: SentOffer): [Write, Write] {
  const ofThisOffer = { ':offer': offerId };
  return [
    {
      Delete: {
        Key: sentOfferKey(fromId, offerId),
        ConditionExpression: 'offerId = :offer',
        ExpressionAttributeValues: ofThisOffer,
      },
    },
    {
      Delete: {
        Key: offerKey(toId, offerId),
        ConditionExpression: 'offerId = :offer AND #state = :waiting',
        ExpressionAttributeNames: { '#state': 'state' },
        ExpressionAttributeValues: { ...ofThisOffer, ':waiting': 'waiting' },
      },
    },
  ];
}

/** One page of a person's offers after `afterId`: those that wait for them, or those that they sent. */
export async function queryOffers(
  table: Table,
  subjectId: string,
  which: 'received' | 'sent',
  limit: number,
  afterId?: string,
): Promise<{ items: Item[]; lastId: string | undefined }> {
  const start = which === 'received' ? OFFERS : SENT;
  const prefix = `${dataPrefix('cards')}${start}`;
  const { items, lastKey } = await table.query({
    KeyConditionExpression: 'pk = :pk AND begins_with(sk, :offers)',
    ExpressionAttributeValues: { ':pk': partition(subjectId), ':offers': prefix },
    Limit: limit,
    ...(afterId && { ExclusiveStartKey: { pk: partition(subjectId), sk: `${prefix}${afterId}` } }),
  });
  return { items, lastId: lastKey?.sk.slice(prefix.length) };
}
