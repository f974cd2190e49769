import * as z from 'zod/mini';
import { fields } from '../../card/content';
import { BESIDE_CARDS } from '../card/card-list';
import type { Item, Table, Write } from '../client';
import { defineEntity, plain, type Sealer, sealed, type ValueOf } from '../entity';
import { dataPrefix, type Key, keys, partition } from '../keys';

/** Cards of others that one person can hold. */
export const MAX_CONTACTS = 10_000;

/**
 * Somebody else's card in a person's folder. Nothing of the card is copied: it is read where it lies each time, so the
 * owner's changes arrive by themselves, and what the owner recalls is nowhere any more. Sealed are the holder's own words.
 */
export const contact = defineEntity('contact', {
  contactId: plain('card-exchange', z.string()),
  ownerId: plain('card-exchange', z.string()),
  /** The epoch of the owner's consent under which it was given. */
  ownerEpoch: plain('card-exchange', z.int()),
  cardId: plain('card-exchange', z.string()),
  fields: plain('card-exchange', z.array(z.enum(fields))),
  /** How often the card had been recalled from everybody when it was given. */
  grantEpoch: plain('card-exchange', z.int()),
  /** Recalled from this holder alone. */
  recalled: plain('card-exchange', z.optional(z.boolean())),
  at: plain('card-exchange', z.string()),
  version: plain('card-exchange', z.int()),
  epoch: plain('card-exchange', z.int()),
  note: sealed('contact-note', z.optional(z.string())),
  groups: sealed('contact-note', z._default(z.array(z.string()), [])),
  favourite: sealed('contact-note', z._default(z.boolean(), false)),
});
export type Contact = ValueOf<typeof contact>;

/** The other side of a contact, with the owner of the card: who holds it. */
export const handout = defineEntity('given-card', {
  contactId: plain('card-exchange', z.string()),
  holderId: plain('card-exchange', z.string()),
  cardId: plain('card-exchange', z.string()),
  fields: plain('card-exchange', z.array(z.enum(fields))),
  at: plain('card-exchange', z.string()),
  /** The holder's card in the owner's own folder, by which the owner knows them. */
  inReturnFor: plain('card-exchange', z.string()),
  epoch: plain('card-exchange', z.int()),
});
export type Handout = ValueOf<typeof handout>;

const FOLDER = `${BESIDE_CARDS}folder#`;
const GIVEN = `${BESIDE_CARDS}given#`;
export const contactKey = (subjectId: string, contactId: string): Key =>
  keys.data(subjectId, 'cards', `${FOLDER}${contactId}`);
export const handoutKey = (subjectId: string, contactId: string): Key =>
  keys.data(subjectId, 'cards', `${GIVEN}${contactId}`);

/** A contact of this epoch. @throws SealError */
export function readContact(item: Item | undefined, epoch: number, sealer: Sealer): Contact | undefined {
  if (item?.entity !== contact.name || item.epoch !== epoch) return undefined;
  return contact.decode(item, String(item.contactId), sealer);
}

export function readHandout(item: Item | undefined, epoch: number): Handout | undefined {
  return item?.entity === handout.name && item.epoch === epoch ? handout.decode(item, '') : undefined;
}

type NewContact = Omit<Contact, 'version' | 'recalled' | 'note' | 'groups' | 'favourite'>;

/**
 * The two writes that put a card into a folder: the contact and the owner's note of it. A card that is there already
 * keeps the holder's words and is alive again. `isNew` says what was seen, and must still hold.
 */
export function giveCard(
  holderId: string,
  value: NewContact,
  inReturnFor: string,
  isNew: boolean,
): [Write, Write] {
  const { contactId, ownerId, ownerEpoch, cardId, at } = value;
  const other = handoutKey(ownerId, contactId);
  const set = { ...value, entity: contact.name, points: [other] };
  const names = Object.keys(set);
  const note = { contactId, holderId, cardId, fields: value.fields, at, inReturnFor, epoch: ownerEpoch };
  const assign = names.map((_, index) => `#${index} = :${index}`).join(', ');
  return [
    {
      Update: {
        Key: contactKey(holderId, contactId),
        UpdateExpression: `SET ${assign} REMOVE recalled ADD version :one`,
        ConditionExpression: isNew ? 'attribute_not_exists(pk)' : 'attribute_exists(pk)',
        ExpressionAttributeNames: Object.fromEntries(names.map((name, index) => [`#${index}`, name])),
        ExpressionAttributeValues: {
          ...Object.fromEntries(Object.values(set).map((one, index) => [`:${index}`, one])),
          ':one': 1,
        },
      },
    },
    { Put: { Item: { ...other, entity: handout.name, ...handout.encode(note, '') } } },
  ];
}

/** Replaces the holder's own words, refused unless `version` is the one stored. */
export function replaceContact(subjectId: string, value: Contact, version: number, sealer: Sealer): Write {
  const Item = {
    ...contactKey(subjectId, value.contactId),
    entity: contact.name,
    ...contact.encode(value, value.contactId, sealer),
    points: [handoutKey(value.ownerId, value.contactId)],
  };
  return {
    Put: {
      Item,
      ConditionExpression: 'version = :version AND epoch = :epoch',
      ExpressionAttributeValues: { ':version': version, ':epoch': value.epoch },
    },
  };
}

/** Counts contacts in their holder's item while the consent stands; refused beyond the limit. */
export function countContacts(subjectId: string, epoch: number, change: 0 | 1 | -1): Write {
  const room = change === 1 ? ' AND (attribute_not_exists(contactCount) OR contactCount < :max)' : '';
  return {
    Update: {
      Key: keys.person(subjectId),
      UpdateExpression: 'ADD contactCount :change',
      ConditionExpression: `#consents.#purpose.granted = :true AND #consents.#purpose.epoch = :epoch${room}`,
      ExpressionAttributeNames: { '#consents': 'consents', '#purpose': 'cards' },
      ExpressionAttributeValues: {
        ':change': change,
        ':true': true,
        ':epoch': epoch,
        ...(room && { ':max': MAX_CONTACTS }),
      },
    },
  };
}

/** The writes by which a holder gives a card back: [the contact, the count, the owner's note of it]. */
export function removeContact(
  subjectId: string,
  { contactId, ownerId, epoch }: Contact,
): [Write, ...Write[]] {
  return [
    {
      Delete: {
        Key: contactKey(subjectId, contactId),
        ConditionExpression: 'epoch = :epoch',
        ExpressionAttributeValues: { ':epoch': epoch },
      },
    },
    countContacts(subjectId, epoch, -1),
    { Delete: { Key: handoutKey(ownerId, contactId) } },
  ];
}

/** The writes by which an owner recalls a card from one holder: [the holder's contact, the owner's note of it]. */
export function recallFrom(ownerId: string, { contactId, holderId }: Handout): [Write, Write] {
  return [
    {
      Update: {
        Key: contactKey(holderId, contactId),
        UpdateExpression: 'SET recalled = :true ADD version :one',
        ConditionExpression: 'ownerId = :me',
        ExpressionAttributeValues: { ':true': true, ':one': 1, ':me': ownerId },
      },
    },
    { Delete: { Key: handoutKey(ownerId, contactId) } },
  ];
}

/** One page of a folder, or of who holds one's cards, after `afterId`. */
export async function queryContacts(
  table: Table,
  subjectId: string,
  which: 'folder' | 'given',
  limit: number,
  afterId?: string,
): Promise<{ items: Item[]; lastId: string | undefined }> {
  const start = which === 'folder' ? FOLDER : GIVEN;
  const prefix = `${dataPrefix('cards')}${start}`;
  const { items, lastKey } = await table.query({
    KeyConditionExpression: 'pk = :pk AND begins_with(sk, :contacts)',
    ExpressionAttributeValues: { ':pk': partition(subjectId), ':contacts': prefix },
    Limit: limit,
    ...(afterId && { ExclusiveStartKey: keys.data(subjectId, 'cards', `${start}${afterId}`) }),
  });
  return { items, lastId: lastKey?.sk.slice(prefix.length) };
}
