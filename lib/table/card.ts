import * as z from 'zod/mini';
import { toEpochSeconds } from '../clock';
import { retentionMs } from '../policy/retention';
import type { Item, Table, Write } from './client';
import { defineEntity, open, type Sealer, sealed, type ValueOf } from './entity';
import { dataPrefix, type Key, keys, partition } from './keys';
import { MAX_CARDS_PER_PERSON } from './person';

const text = z.string();

/** A card. Its content is sealed; what the database must compare is open and says nothing about the person. */
export const card = defineEntity('card', {
  cardId: open('card-state', z.string()),
  version: open('card-state', z.int()),
  createdAt: open('card-state', z.string()),
  updatedAt: open('card-state', z.string()),
  /** The consent epoch it was made in; the card is dead once that epoch has ended (promise K3). */
  epoch: open('card-state', z.int()),
  /** Keyed digest of what was asked when it was made, to recognise a repeat. */
  request: open('card-state', z.string()),
  /** The same for the last edit, with the version it started from. */
  edit: open('card-state', z.optional(z.string())),
  name: sealed('card-name', text),
  organisation: sealed('card-organisation', z.optional(text)),
  title: sealed('card-organisation', z.optional(text)),
  phones: sealed('card-phone', z.array(text)),
  mails: sealed('card-mail', z.array(text)),
  address: sealed('card-address', z.optional(text)),
  site: sealed('card-site', z.optional(text)),
  note: sealed('card-note', z.optional(text)),
});
export type Card = ValueOf<typeof card>;

/** What stays of a deleted card for a day: a marker without content, so that a repeated create cannot revive it. */
export const deletedCard = defineEntity('deleted-card', {
  deletedAt: open('deleted-card', z.string()),
  request: open('deleted-card', z.string()),
});

export const cardKey = (subjectId: string, cardId: string): Key => keys.data(subjectId, 'cards', cardId);

/** The card in an item, or undefined for a marker or a card of an ended epoch. @throws SealError */
export function readCard(item: Item | undefined, epoch: number, sealer: Sealer): Card | undefined {
  if (item?.entity !== card.name || item.epoch !== epoch) return undefined;
  return card.decode(item, String(item.cardId), sealer);
}

/** What create finds when its id is taken: the digest of the request that took it, and whether it still lives. */
export function takenBy(item: Item | undefined): { request: unknown; deleted: boolean } {
  return { request: item?.request, deleted: item?.entity === deletedCard.name };
}

const underLimit = 'cardCount < :max';
const sameConsent = '#consents.#purpose.granted = :true AND #consents.#purpose.epoch = :epoch';

/**
 * The two writes that make a card: the card, and its owner's count. The second holds the consent to what the gate saw,
 * so a withdrawal between check and write wins (promise K3).
 */
export function putCard(subjectId: string, value: Card, sealer: Sealer): [Write, Write] {
  const item = {
    ...cardKey(subjectId, value.cardId),
    entity: card.name,
    ...card.encode(value, value.cardId, sealer),
  };
  return [
    { Put: { Item: item, ConditionExpression: 'attribute_not_exists(pk)' } },
    {
      Update: {
        Key: keys.person(subjectId),
        UpdateExpression: 'ADD cardCount :one',
        ConditionExpression: `${underLimit} AND ${sameConsent}`,
        ExpressionAttributeNames: { '#consents': 'consents', '#purpose': 'cards' },
        ExpressionAttributeValues: {
          ':one': 1,
          ':max': MAX_CARDS_PER_PERSON,
          ':true': true,
          ':epoch': value.epoch,
        },
      },
    },
  ];
}

/** Replaces a card, refused unless `version` is the one stored (promise C1). */
export function replaceCard(subjectId: string, value: Card, version: number, sealer: Sealer): Write {
  const item = {
    ...cardKey(subjectId, value.cardId),
    entity: card.name,
    ...card.encode(value, value.cardId, sealer),
  };
  const stillThisVersion = 'entity = :card AND version = :version AND epoch = :epoch';
  const values = { ':card': card.name, ':version': version, ':epoch': value.epoch };
  return { Put: { Item: item, ConditionExpression: stillThisVersion, ExpressionAttributeValues: values } };
}

/** Deletes a card: its content at once, its marker after a day. Refused unless `version` is the one stored. */
export function deleteCard(subjectId: string, value: Card, version: number, nowMs: number): [Write, Write] {
  const marker = deletedCard.encode(
    { deletedAt: new Date(nowMs).toISOString(), request: value.request },
    value.cardId,
  );
  const expiresAtSeconds = toEpochSeconds(nowMs + retentionMs('deleted-card-marker'));
  const item = { ...cardKey(subjectId, value.cardId), entity: deletedCard.name, ...marker, expiresAtSeconds };
  const stillThisVersion = 'entity = :card AND version = :version AND epoch = :epoch';
  const values = { ':card': card.name, ':version': version, ':epoch': value.epoch };
  return [
    { Put: { Item: item, ConditionExpression: stillThisVersion, ExpressionAttributeValues: values } },
    {
      Update: {
        Key: keys.person(subjectId),
        UpdateExpression: 'ADD cardCount :less',
        ConditionExpression: '#consents.#purpose.epoch = :epoch',
        ExpressionAttributeNames: { '#consents': 'consents', '#purpose': 'cards' },
        ExpressionAttributeValues: { ':less': -1, ':epoch': value.epoch },
      },
    },
  ];
}

/** One page of a person's card items after `afterId`, markers included; `readCard` tells them apart. */
export async function queryCards(
  table: Table,
  subjectId: string,
  limit: number,
  afterId?: string,
): Promise<{ items: Item[]; lastId: string | undefined }> {
  const { items, lastKey } = await table.query({
    KeyConditionExpression: 'pk = :pk AND begins_with(sk, :cards)',
    ExpressionAttributeValues: { ':pk': partition(subjectId), ':cards': dataPrefix('cards') },
    Limit: limit,
    ...(afterId && { ExclusiveStartKey: cardKey(subjectId, afterId) }),
  });
  return { items, lastId: lastKey?.sk.slice(dataPrefix('cards').length) };
}
