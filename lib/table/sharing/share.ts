import * as z from 'zod/mini';
import { fields } from '../../card/content';
import { toEpochSeconds } from '../../clock';
import type { KeyRing } from '../../crypto/key-ring';
import { digest, plain, sealed, type ValueOf } from '../attribute';
import { cardIsThere } from '../card/card';
import { BESIDE_CARDS } from '../card/card-list';
import type { Item, Table, Write } from '../client';
import { declareEntity } from '../entity';
import { dataPrefix, type Key, keys, partition } from '../keys';
import type { Person } from '../person/person';
import { type PersonChange, settled } from '../person/standing';
import { byDigest, inPerson } from '../place';
import { create } from '../replace';
import type { Sealer } from '../sealer';

const PREFIX = `${BESIDE_CARDS}share#`;

/**
 * A link to a card. Its token is nowhere: the owner is told it again from the seed and the service's secret, and who
 * holds it is found by its keyed digest. It is dead when it is revoked, used up or over, when all links are revoked, when
 * the card is gone and when the consent has ended.
 */
export const share = declareEntity('share', {
  place: inPerson('cards', (shareId: string) => `${PREFIX}${shareId}`),
  life: { rule: 'share-life', until: 'expiresAtSeconds' },
  pointers: ['share-pointer'],
  /** Not how often it was opened: that only grows, by a write that does not read. */
  guarded: [
    'shareId',
    'cardId',
    'fields',
    'createdAt',
    'shareEpoch',
    'expiresAtSeconds',
    'maxUses',
    'seed',
    'passphrase',
  ],
  attributes: {
    shareId: plain('card-share', z.string()),
    cardId: plain('card-share', z.string()),
    fields: plain('card-share', z.array(z.enum(fields))),
    createdAt: plain('card-share', z.string()),
    /** How often all links had been revoked when it was made. */
    shareEpoch: plain('card-share', z.int()),
    expiresAtSeconds: plain('card-share', z.int()),
    /** How often it may be opened; absent where that is not limited and nobody need count one by one. */
    maxUses: plain('card-share', z.optional(z.int())),
    uses: plain('card-share', z.int()),
    /** Where openings are limited, on which day it was last opened, and by whom on that day: keyed digests, for that day alone. */
    usedOn: plain('card-share', z.optional(z.string())),
    usedBy: digest('share-secret', z.optional(z.array(z.string()))),
    /** Keyed digest of what was asked when it was made, to recognise a repeat. */
    request: plain('card-share', z.string()),
    seed: digest('share-secret', z.string()),
    passphrase: digest('share-secret', z.optional(z.string())),
    /** The owner's own word for it. */
    label: sealed('card-label', z.optional(z.string())),
  },
});
export type Share = ValueOf<typeof share>;

/** What the digest of a token leads to. */
export const sharePointer = declareEntity('share-pointer', {
  place: byDigest('cards', 'share'),
  life: { rule: 'share-life', until: 'expiresAtSeconds' },
  guarded: ['subjectId', 'shareId', 'cardId', 'expiresAtSeconds'],
  attributes: {
    subjectId: plain('account-number', z.string()),
    shareId: plain('card-share', z.string()),
    cardId: plain('card-share', z.string()),
    expiresAtSeconds: plain('card-share', z.int()),
  },
});
export type SharePointer = ValueOf<typeof sharePointer>;

export const shareKey = (subjectId: string, shareId: string): Key => share.key(subjectId, shareId);

export const sharePointerKey = (tokenDigest: string): Key => sharePointer.key(tokenDigest);

export function readSharePointer(item: Item | undefined): SharePointer | undefined {
  return sharePointer.read(item);
}

/** The link in an item while its epoch lasts; without a sealer, all but the owner's word for it. @throws SealError */
export function readShare(item: Item | undefined, epoch: number, sealer?: Sealer): Share | undefined {
  return share.read(item, { epoch, sealer });
}

/** The writes that make a link while the card is there: [link, pointer, card]. */
export function putShare(
  subjectId: string,
  value: Share,
  tokenDigest: string,
  sealer: Sealer,
): [Write, ...Write[]] {
  const { shareId, cardId, expiresAtSeconds, epoch } = value;
  const leads = { subjectId, shareId, cardId, expiresAtSeconds, epoch };
  const pointer = sharePointer.make(tokenDigest, undefined, leads);
  return [
    create(share.make(subjectId, shareId, value, { sealer, points: [pointer] })),
    { Put: { Item: pointer } },
    cardIsThere(subjectId, { cardId, epoch }),
  ];
}

/**
 * Whether a link opens nothing any more because all links were revoked since it was made, or because a restore has brought it back:
 * it may have been revoked since the backup (promise S7). `openedAtMs`: since when the service is open on this table.
 */
export function isRevoked(
  { shareEpoch, createdAt }: Share,
  owner: Pick<Person, 'shareEpoch'>,
  openedAtMs: number,
): boolean {
  return shareEpoch !== (owner.shareEpoch ?? 0) || Date.parse(createdAt) < openedAtMs;
}

/** Whose opening it is: a viewer by what they are called on this link and day alone. */
export type Opening = { day: string; mark: string };

/** 48 bits: of a thousand openings of one link no two are taken for one. */
const MARK_CHARS = 8;

/** The opening of a link by a viewer on a Beijing day. The same link looks at every viewer anew each day. */
export async function openingBy(
  ring: Pick<KeyRing, 'digest'>,
  { shareId }: Pick<Share, 'shareId'>,
  viewerId: string,
  day: string,
): Promise<Opening> {
  const mark = await ring.digest('share', `use|${shareId}|${viewerId}|${day}`);
  return { day, mark: mark.slice(0, MARK_CHARS) };
}

/** Whether this opening is one of those that are counted: a viewer uses a link once a day, however often they look. */
export const isCounted = ({ usedOn, usedBy }: Share, { day, mark }: Opening): boolean =>
  usedOn === day && usedBy?.includes(mark) === true;

/** Whether a link has been opened as often as it may, and not by this viewer today. */
export const isUsedUp = (link: Share, opening: Opening): boolean =>
  link.maxUses !== undefined && link.uses >= link.maxUses && !isCounted(link, opening);

/**
 * Counts one opening of a link with a limit, and the viewer once a day. Refused when it is used up, revoked or over, and when somebody
 * else was quicker on what was seen.
 */
export function useShare(
  subjectId: string,
  { shareId, epoch, maxUses, usedOn }: Share,
  { day, mark }: Opening,
  nowMs: number,
): Write {
  const isFirst = usedOn !== day;
  const asSeen = isFirst
    ? '(attribute_not_exists(usedOn) OR usedOn <> :day)'
    : 'usedOn = :day AND NOT contains(usedBy, :mark)';
  return {
    Update: {
      Key: shareKey(subjectId, shareId),
      UpdateExpression: isFirst
        ? 'SET usedOn = :day, usedBy = :marks ADD uses :one'
        : 'SET usedBy = list_append(usedBy, :marks) ADD uses :one',
      ConditionExpression: `epoch = :epoch AND uses < :max AND expiresAtSeconds > :now AND ${asSeen}`,
      ExpressionAttributeValues: {
        ':one': 1,
        ':max': maxUses,
        ':epoch': epoch,
        ':now': toEpochSeconds(nowMs),
        ':day': day,
        ':marks': [mark],
        ...(!isFirst && { ':mark': mark }),
      },
    },
  };
}

/** Ends every link of a person in one write, however many there are. Refused where they no longer stand as they were seen. */
export function removeAllShares(person: Person): NonNullable<Write['Update']> {
  const { set = [], condition, values } = settled(person, allSharesRemoved(person));
  return {
    Key: keys.person(person.subjectId),
    UpdateExpression: `SET ${set.join(', ')}`,
    ConditionExpression: condition,
    ExpressionAttributeValues: values,
  };
}

/** The same as a change of the person's item that rides with an entry of their ledger. */
export function allSharesRemoved({ shareEpoch = 0 }: Pick<Person, 'shareEpoch'>): PersonChange {
  return { standing: { shareEpoch: shareEpoch + 1 } };
}

/** One page of a person's links after `afterId`. */
export async function queryShares(
  table: Table,
  subjectId: string,
  limit: number,
  afterId?: string,
): Promise<{ items: Item[]; lastId: string | undefined }> {
  const prefix = `${dataPrefix('cards')}${PREFIX}`;
  const { items, lastKey } = await table.query({
    KeyConditionExpression: 'pk = :pk AND begins_with(sk, :shares)',
    ExpressionAttributeValues: { ':pk': partition(subjectId), ':shares': prefix },
    Limit: limit,
    ...(afterId && { ExclusiveStartKey: shareKey(subjectId, afterId) }),
  });
  return { items, lastId: lastKey?.sk.slice(prefix.length) };
}
