import * as z from 'zod/mini';
import { fields } from '../../card/content';
import { otherPerson, plain, sealed, type ValueOf } from '../attribute';
import { MAC } from '../bound';
import { BESIDE_CARDS } from '../card/card-list';
import type { Item, Table, Write } from '../client';
import { declareEntity } from '../entity';
import { dataPrefix, type Key, keys, partition } from '../keys';
import { whileFully } from '../person/life';
import { inPerson } from '../place';
import { remove } from '../replace';
import type { Sealer } from '../sealer';

const FOLDER = `${BESIDE_CARDS}folder#`;
const GIVEN = `${BESIDE_CARDS}given#`;

/** Cards of others that one person can hold. */
export const MAX_CONTACTS = 10_000;

/** Which card a contact is, and whose. All of it goes when the card is recalled or its owner withdraws. */
const given = {
  ownerId: otherPerson('card-exchange', 'given-card', z.optional(z.string())),
  /** The epoch of the owner's consent under which it was given. */
  ownerEpoch: plain('card-exchange', z.optional(z.int())),
  cardId: plain('card-exchange', z.optional(z.string())),
  fields: plain('card-exchange', z.optional(z.array(z.enum(fields)))),
  /** How often the card had been recalled from everybody when it was given. */
  grantEpoch: plain('card-exchange', z.optional(z.int())),
};
/** The owner's number stands in the key of what leads to the contact as well. */
const NAMES_OWNER = [...Object.keys(given), 'points', MAC];

/**
 * Somebody else's card in a person's folder. Nothing of the card is copied: it is read where it lies each time, so the
 * owner's changes arrive by themselves, and what the owner recalls is nowhere any more: a tombstone is left that names
 * nobody. Sealed are the holder's own words.
 */
export const contact = declareEntity('contact', {
  place: inPerson('cards', (contactId: string) => `${FOLDER}${contactId}`),
  life: { rule: 'card-life' },
  pointers: ['given-card'],
  grows: true,
  guarded: ['ownerId', 'ownerEpoch', 'cardId', 'fields', 'grantEpoch'],
  attributes: {
    contactId: plain('card-exchange', z.string()),
    ...given,
    at: plain('card-exchange', z.string()),
    version: plain('card-exchange', z.int()),
    note: sealed('contact-note', z.optional(z.string())),
    groups: sealed('contact-note', z._default(z.array(z.string()), [])),
    favourite: sealed('contact-note', z._default(z.boolean(), false)),
  },
});
export type Contact = ValueOf<typeof contact>;
export type GivenCard = { [Part in keyof typeof given]-?: NonNullable<Contact[Part]> };

/**
 * The other side of a contact, with the owner of the card: who holds it. It goes with the contact, and when it goes first
 * the contact forgets whose card it was.
 */
export const handout = declareEntity('given-card', {
  place: inPerson('cards', (contactId: string) => `${GIVEN}${contactId}`),
  life: { rule: 'card-life' },
  pointers: ['contact'],
  guarded: ['contactId', 'holderId', 'cardId', 'fields', 'inReturnFor'],
  attributes: {
    contactId: plain('card-exchange', z.string()),
    holderId: otherPerson('card-exchange', 'contact'),
    cardId: plain('card-exchange', z.string()),
    fields: plain('card-exchange', z.array(z.enum(fields))),
    at: plain('card-exchange', z.string()),
    /** The holder's card in the owner's own folder, by which the owner knows them. */
    inReturnFor: plain('card-exchange', z.string()),
  },
});
export type Handout = ValueOf<typeof handout>;

export const contactKey = (subjectId: string, contactId: string): Key => contact.key(subjectId, contactId);
export const handoutKey = (subjectId: string, contactId: string): Key => handout.key(subjectId, contactId);

/** A contact of this epoch. @throws SealError */
export function readContact(item: Item | undefined, epoch: number, sealer: Sealer): Contact | undefined {
  return contact.read(item, { epoch, sealer });
}

/** The card behind a contact of this epoch, whose words stay sealed; undefined for a tombstone. */
export function cardBehind(item: Item | undefined, epoch: number): GivenCard | undefined {
  const value = contact.read(item, { epoch });
  return value && givenCard(value);
}

/** The card behind a contact, unless it is a tombstone. */
export function givenCard(value: Contact): GivenCard | undefined {
  const { ownerId, ownerEpoch, cardId, fields: shown, grantEpoch } = value;
  const isWhole =
    ownerId !== undefined && ownerEpoch !== undefined && cardId !== undefined && grantEpoch !== undefined;
  return isWhole && shown ? { ownerId, ownerEpoch, cardId, fields: shown, grantEpoch } : undefined;
}

export function readHandout(item: Item | undefined, epoch: number): Handout | undefined {
  return handout.read(item, { epoch });
}

type NewContact = GivenCard & Pick<Contact, 'contactId' | 'at' | 'epoch'>;

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
  const points = [handoutKey(ownerId, contactId)];
  const {
    pk,
    sk,
    version: _,
    ...made
  } = contact.make(holderId, contactId, { ...value, version: 1 }, { points });
  const since = { ...made, createdAtSeconds: Math.floor(Date.parse(at) / 1000) };
  const set = Object.entries(since).filter(([, part]) => part !== undefined);
  const note = { contactId, holderId, cardId, fields: value.fields, at, inReturnFor, epoch: ownerEpoch };
  const forgets = { pk, sk, forget: NAMES_OWNER };
  return [
    {
      Update: {
        Key: { pk, sk },
        UpdateExpression: `SET ${set.map((_part, index) => `#${index} = :${index}`).join(', ')} ADD version :one`,
        ConditionExpression: isNew ? 'attribute_not_exists(pk)' : 'attribute_exists(pk)',
        ExpressionAttributeNames: Object.fromEntries(set.map(([name], index) => [`#${index}`, name])),
        ExpressionAttributeValues: {
          ...Object.fromEntries(set.map(([, part], index) => [`:${index}`, part])),
          ':one': 1,
        },
      },
    },
    { Put: { Item: handout.make(ownerId, contactId, note, { points: [forgets] }) } },
  ];
}

/**
 * Replaces the holder's own words and nothing else, so that a recall at this moment stays one. Refused unless `version` is
 * the one stored.
 */
export function replaceWords(subjectId: string, value: Contact, version: number, sealer: Sealer): Write {
  const { contactId, epoch } = value;
  const { sealed: words } = contact.make(subjectId, contactId, value, { sealer, points: [] });
  return {
    Update: {
      Key: contactKey(subjectId, contactId),
      UpdateExpression: 'SET sealed = :words, version = :after',
      ConditionExpression: 'version = :version AND epoch = :epoch',
      ExpressionAttributeValues: {
        ':words': words,
        ':after': value.version,
        ':version': version,
        ':epoch': epoch,
      },
    },
  };
}

/** Counts contacts in their holder's item while the consent stands and may be acted on; refused beyond the limit. */
export function countContacts(subjectId: string, epoch: number, change: 0 | 1 | -1): Write {
  const room = change === 1 ? ' AND (attribute_not_exists(contactCount) OR contactCount < :max)' : '';
  const mayGet = change < 0 ? '' : ` AND ${whileFully.condition}`;
  return {
    Update: {
      Key: keys.person(subjectId),
      UpdateExpression: 'ADD contactCount :change',
      ConditionExpression: `#consents.#purpose.granted = :true AND #consents.#purpose.epoch = :epoch${room}${mayGet}`,
      ExpressionAttributeNames: { '#consents': 'consents', '#purpose': 'cards' },
      ExpressionAttributeValues: {
        ':change': change,
        ':true': true,
        ':epoch': epoch,
        ...(room && { ':max': MAX_CONTACTS }),
        ...(mayGet && whileFully.values),
      },
    },
  };
}

/** The writes by which a holder gives a card back: the contact with the owner's note of it, and the count. */
export function removeContact(subjectId: string, item: Item, epoch: number): [Write, ...Write[]] {
  const ofThisEpoch = {
    ConditionExpression: 'epoch = :epoch',
    ExpressionAttributeValues: { ':epoch': epoch },
  };
  return [...remove(item, ofThisEpoch), countContacts(subjectId, epoch, -1)];
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
    ...(afterId && { ExclusiveStartKey: { pk: partition(subjectId), sk: `${prefix}${afterId}` } }),
  });
  return { items, lastId: lastKey?.sk.slice(prefix.length) };
}
