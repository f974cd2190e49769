import * as z from 'zod/mini';
import { audiences, fields } from '../../card/content';
import { verdicts } from '../../card/shown';
import { toInstant } from '../../clock';
import { plain, sealed, type ValueOf } from '../attribute';
import { boundAnew, MAC } from '../bound';
import type { Item, MadeItem, Write } from '../client';
import { declareEntity } from '../entity';
import { type Key, keys } from '../keys';
import { MAX_CARDS_PER_PERSON } from '../person/person';
import { inPerson } from '../place';
import { create } from '../replace';
import type { Sealer } from '../sealer';
import { contentAttributes } from './card-content';

/** The part of the index `due` in which cards wait for a human. */
export const TEXT_QUEUE = 'CARD-TEXTS';

/** A card. Its content is sealed; what the database must compare is open and says nothing about the person. */
export const card = declareEntity('card', {
  place: inPerson('cards', (cardId: string) => cardId),
  life: { rule: 'card-life' },
  queue: TEXT_QUEUE,
  /** What is sealed too: so no older text stands under the verdict, or the visibility, of another. */
  guarded: [
    'cardId',
    'version',
    'visibility',
    'publicEpoch',
    'grantEpoch',
    'realNameMark',
    'verdicts',
    'takenDown',
    'takenDownBy',
    'ownTags',
  ],
  attributes: {
    cardId: plain('card-state', z.string()),
    version: plain('card-state', z.int()),
    createdAt: plain('card-state', z.string()),
    updatedAt: plain('card-state', z.string()),
    /** Keyed digest of what was asked when it was made, to recognise a repeat. */
    request: plain('card-state', z.string()),
    /** The same for the last edit, with the version it started from. */
    edit: plain('card-state', z.optional(z.string())),
    /** Who may see which field; nobody, where nothing is said (promise C2). */
    visibility: plain('card-state', z.partialRecord(z.enum(fields), z.enum(audiences))),
    /** The epoch of the consent to `card-public` under which fields were opened to everyone. */
    publicEpoch: plain('card-public-choice', z.optional(z.int())),
    /** How often it was recalled from everybody who holds it: what was given before is a tombstone. */
    grantEpoch: plain('card-state', z.optional(z.int())),
    /** Whether the owner wants it to say that their real name is verified (promise C8). */
    realNameMark: plain('card-state', z.optional(z.boolean())),
    verdicts: plain('card-state', z.partialRecord(z.enum(fields), z.enum(verdicts))),
    /** While a field waits for a human: since when, for the queue of the staff. */
    dueAt: plain('card-state', z.optional(z.string())),
    /** Since when nobody else may see it, and what its owner is told of why (taken-down.ts); and who has decided so. */
    takenDown: plain(
      'card-state',
      z.optional(z.object({ at: z.string(), why: z.string(), basis: z.string() })),
    ),
    takenDownBy: plain('card-state', z.optional(z.string())),
    /** The owner's own words for sorting cards. */
    ownTags: sealed('card-label', z.array(z.string())),
    /** Which picture stands on it (lib/table/card/card-logo.ts). */
    logo: sealed('card-logo', z.optional(z.string())),
    ...contentAttributes,
  },
});
export type Card = ValueOf<typeof card>;

/** What stays of a deleted card for a day: a marker without content, so that a repeated create cannot revive it. */
export const deletedCard = declareEntity('deleted-card', {
  place: inPerson('cards', (cardId: string) => cardId),
  life: { rule: 'deleted-card-marker', from: 'deletedAt' },
  unguarded: 'it only says that a card is gone',
  attributes: {
    deletedAt: plain('deleted-card', z.string()),
    request: plain('deleted-card', z.string()),
  },
});

export const cardKey = (subjectId: string, cardId: string): Key => card.key(subjectId, cardId);

/** The card in an item, or undefined for a marker or a card of an ended epoch. @throws SealError */
export function readCard(item: Item | undefined, epoch: number, sealer: Sealer): Card | undefined {
  return card.read(item, { epoch, sealer });
}

/** What create finds when its id is taken: the digest of the request that took it, and whether it still lives. */
export function existingItem(item: Item | undefined): { request: unknown; deleted: boolean } {
  return { request: item?.request, deleted: deletedCard.is(item) };
}

/**
 * The two writes that make a card: the card, and its owner's count, refused beyond the limit. A first card speaks for
 * its owner until they choose another.
 */
export function putCard(subjectId: string, value: Card, sealer: Sealer): [Write, Write] {
  return [
    create(card.make(subjectId, value.cardId, value, { sealer })),
    {
      Update: {
        Key: keys.person(subjectId),
        UpdateExpression: 'SET defaultCard = if_not_exists(defaultCard, :card) ADD cardCount :one',
        ConditionExpression: 'cardCount < :max',
        ExpressionAttributeValues: { ':card': value.cardId, ':one': 1, ':max': MAX_CARDS_PER_PERSON },
      },
    },
  ];
}

/** Refused when anything of it that opens a door has changed since: what opens is written on what was seen. */
export const stillAsSeen = `entity = :card AND epoch = :epoch AND ${MAC} = :seenMac`;
export const macs = (seen: Item, after: Record<string, unknown>) => ({
  ':seenMac': seen[MAC],
  ':mac': boundAnew(seen, after),
});

const stillThisVersion = 'entity = :card AND version = :version AND epoch = :epoch';
const ofVersion = ({ epoch }: Card, version: number) => ({
  ':card': card.name,
  ':version': version,
  ':epoch': epoch,
});

/**
 * Replaces a card, refused unless the one stored has the version and the verdicts of `before`, as it was seen (promise
 * C1). `item` is what it puts.
 */
export function replaceCard(
  subjectId: string,
  value: Card,
  before: Card,
  sealer: Sealer,
  seen: Item | undefined,
): { item: MadeItem; write: Write } {
  const item = card.make(subjectId, value.cardId, value, { sealer, before: seen });
  const ExpressionAttributeValues = { ...ofVersion(value, before.version), ':verdicts': before.verdicts };
  const ConditionExpression = `${stillThisVersion} AND verdicts = :verdicts`;
  return { item, write: { Put: { Item: item, ConditionExpression, ExpressionAttributeValues } } };
}

/** Recalls a card from everybody who holds it: one write, however many they are. An edit under way has to look again. */
export function recallCard(subjectId: string, seen: Item): NonNullable<Write['Update']> {
  const { cardId, epoch, version, grantEpoch } = seen as unknown as Card;
  const after = { grantEpoch: (grantEpoch ?? 0) + 1, version: version + 1 };
  return {
    Key: cardKey(subjectId, cardId),
    UpdateExpression: `SET grantEpoch = :grants, version = :next, ${MAC} = :mac`,
    ConditionExpression: stillAsSeen,
    ExpressionAttributeValues: {
      ':grants': after.grantEpoch,
      ':next': after.version,
      ':card': card.name,
      ':epoch': epoch,
      ...macs(seen, after),
    },
  };
}

/** Notes verdicts about a card's present text. Refused when the card or its verdicts have changed meanwhile. */
export function noteVerdicts(
  subjectId: string,
  item: Item,
  before: Card,
  after: Pick<Card, 'verdicts' | 'dueAt'>,
): Write {
  const waits = after.dueAt !== undefined;
  return {
    Update: {
      Key: cardKey(subjectId, before.cardId),
      UpdateExpression: `SET verdicts = :after, ${MAC} = :mac${waits ? ', dueAt = :due, dueShard = :queue' : ' REMOVE dueAt, dueShard'}`,
      ConditionExpression: `${stillThisVersion} AND verdicts = :before`,
      ExpressionAttributeValues: {
        ...ofVersion(before, before.version),
        ':before': before.verdicts,
        ':after': after.verdicts,
        ':mac': boundAnew(item, { verdicts: after.verdicts }),
        ...(waits && { ':due': after.dueAt, ':queue': TEXT_QUEUE }),
      },
    },
  };
}

/** For a transaction: this card is there, under the consent it was made under. */
export function cardIsThere(subjectId: string, { cardId, epoch }: Pick<Card, 'cardId' | 'epoch'>): Write {
  return {
    ConditionCheck: {
      Key: cardKey(subjectId, cardId),
      ConditionExpression: 'entity = :card AND epoch = :epoch',
      ExpressionAttributeValues: { ':card': card.name, ':epoch': epoch },
    },
  };
}

/** Makes this card the one that speaks for its owner, while it is there. */
export function makeDefault(subjectId: string, { cardId, epoch }: Card): Write[] {
  return [
    cardIsThere(subjectId, { cardId, epoch }),
    {
      Update: {
        Key: keys.person(subjectId),
        UpdateExpression: 'SET defaultCard = :id',
        ConditionExpression: '#consents.#purpose.granted = :true AND #consents.#purpose.epoch = :epoch',
        ExpressionAttributeNames: { '#consents': 'consents', '#purpose': 'cards' },
        ExpressionAttributeValues: { ':id': cardId, ':true': true, ':epoch': epoch },
      },
    },
  ];
}

/**
 * Deletes a card: its content at once, its marker after a day. Refused unless `version` is the one stored, and unless it
 * is or is not its owner's default as `isDefault` says: a choice made at this moment is not left pointing at nothing.
 */
export function deleteCard(
  subjectId: string,
  value: Card,
  version: number,
  isDefault: boolean,
  nowMs: number,
): [Write, Write] {
  const { cardId, request, epoch } = value;
  const marker = { deletedAt: toInstant(nowMs), request, epoch };
  const asSeen = isDefault
    ? 'defaultCard = :id'
    : '(attribute_not_exists(defaultCard) OR defaultCard <> :id)';
  return [
    {
      Put: {
        Item: deletedCard.make(subjectId, cardId, marker),
        ConditionExpression: stillThisVersion,
        ExpressionAttributeValues: ofVersion(value, version),
      },
    },
    {
      Update: {
        Key: keys.person(subjectId),
        UpdateExpression: `ADD cardCount :less${isDefault ? ' REMOVE defaultCard' : ''}`,
        ConditionExpression: `#consents.#purpose.epoch = :epoch AND ${asSeen}`,
        ExpressionAttributeNames: { '#consents': 'consents', '#purpose': 'cards' },
        ExpressionAttributeValues: { ':less': -1, ':epoch': value.epoch, ':id': value.cardId },
      },
    },
  ];
}
