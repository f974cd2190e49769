import * as z from 'zod/mini';
import { plain, type ValueOf } from '../attribute';
import type { Item, Table, Write } from '../client';
import { declareEntity } from '../entity';
import { dataPrefix, type Key, partition } from '../keys';
import { inPerson } from '../place';
import type { Sealer } from '../sealer';
import type { Card } from './card';
import { contentAttributes, pickContent } from './card-content';
import { BESIDE_CARDS } from './card-list';

/** How many versions back the content of a card can be read and restored. */
export const MAX_PAST_VERSIONS = 20;

const PREFIX = `${BESIDE_CARDS}past#`;
type PastId = { cardId: string; version: number };

/** What a card said before a change. It rests on the same consent, and goes with the card. */
export const pastCard = declareEntity('past-card', {
  place: inPerson(
    'cards',
    ({ cardId, version }: PastId) => `${PREFIX}${cardId}#${String(version).padStart(9, '0')}`,
  ),
  life: { rule: 'card-life' },
  unguarded: 'an earlier text of its owner, sealed in its place, which nobody else is shown',
  attributes: {
    cardId: plain('card-state', z.string()),
    version: plain('card-state', z.int()),
    /** When this version was written. */
    updatedAt: plain('card-state', z.string()),
    ...contentAttributes,
  },
});
export type PastCard = ValueOf<typeof pastCard>;

export const pastKey = (subjectId: string, cardId: string, version: number): Key =>
  pastCard.key(subjectId, { cardId, version });

/** A version of this epoch, or undefined. @throws SealError */
export function readPast(item: Item | undefined, epoch: number, sealer: Sealer): PastCard | undefined {
  return pastCard.read(item, { epoch, sealer });
}

/**
 * The writes that keep what a card says before it changes, and let go of the version that is too old by then. A change
 * that leaves the content alone has nothing to keep.
 */
export function keepPast(subjectId: string, before: Card, after: Card, sealer: Sealer): Write[] {
  const { cardId, version, updatedAt, epoch } = before;
  const tooOld = dropPast(subjectId, before, version - MAX_PAST_VERSIONS);
  if (JSON.stringify(pickContent(before)) === JSON.stringify(pickContent(after))) return tooOld;
  const value = { ...pickContent(before), cardId, version, updatedAt, epoch };
  return [{ Put: { Item: pastCard.make(subjectId, { cardId, version }, value, { sealer }) } }, ...tooOld];
}

function dropPast(subjectId: string, { cardId }: Card, version: number): Write[] {
  return version < 1 ? [] : [{ Delete: { Key: pastKey(subjectId, cardId, version) } }];
}

/** The writes that let go of every version of a card that there may be. */
export function forgetPast(subjectId: string, before: Card): Write[] {
  return Array.from({ length: MAX_PAST_VERSIONS }, (_, back) => before.version - 1 - back).flatMap(
    (version) => dropPast(subjectId, before, version),
  );
}

/** The past versions of one card, newest first: never more than MAX_PAST_VERSIONS. */
export async function queryPast(
  table: Table,
  subjectId: string,
  cardId: string,
  epoch: number,
  sealer: Sealer,
): Promise<PastCard[]> {
  const { items } = await table.query({
    KeyConditionExpression: 'pk = :pk AND begins_with(sk, :past)',
    ExpressionAttributeValues: {
      ':pk': partition(subjectId),
      ':past': `${dataPrefix('cards')}${PREFIX}${cardId}#`,
    },
    ScanIndexForward: false,
  });
  return items.flatMap((item) => readPast(item, epoch, sealer) ?? []);
}
