import * as z from 'zod/mini';
import { plain, type ValueOf } from '../attribute';
import type { Item, Table, Write } from '../client';
import { declareEntity } from '../entity';
import { dataPrefix, partition } from '../keys';
import { inPerson } from '../place';

/**
 * A person's cards in one range of their partition. The order that the owner gave them sorts before the first card, so
 * the first page brings it along; everything else that rests on the consent to cards sorts behind the last.
 */
const ORDER = '#order';
/** Ids of cards are base64url; all of it lies below this. */
const BEHIND_CARDS = '{';
/** Starts the ids of what rests on the consent to cards and is no card. */
export const BESIDE_CARDS = '~';

export const cardOrder = declareEntity('card-order', {
  place: inPerson('cards', ORDER),
  life: { rule: 'card-life' },
  unguarded: 'in which order its owner sees their cards',
  attributes: {
    /** Card ids, first to last. A card that is not in it comes after those that are. */
    order: plain('card-state', z.array(z.string())),
  },
});
export type CardOrder = ValueOf<typeof cardOrder>;

/** Replaces the order, also one that an ended epoch left behind. */
export function putOrder(subjectId: string, value: CardOrder): Write {
  return { Put: { Item: cardOrder.make(subjectId, undefined, value) } };
}

export function readOrder(item: Item | undefined, epoch: number): string[] {
  return cardOrder.read(item, { epoch })?.order ?? [];
}

/**
 * One page of a person's card items after `afterId`, markers included; `readCard` tells them apart. The first page
 * holds the order as well.
 */
export async function queryCards(
  table: Table,
  subjectId: string,
  limit: number,
  afterId?: string,
): Promise<{ items: Item[]; order: Item | undefined; lastId: string | undefined }> {
  const prefix = dataPrefix('cards');
  const { items, lastKey } = await table.query({
    KeyConditionExpression: 'pk = :pk AND sk BETWEEN :from AND :to',
    ExpressionAttributeValues: {
      ':pk': partition(subjectId),
      ':from': `${prefix}${ORDER}`,
      ':to': `${prefix}${BEHIND_CARDS}`,
    },
    Limit: afterId ? limit : limit + 1,
    ...(afterId && { ExclusiveStartKey: { pk: partition(subjectId), sk: `${prefix}${afterId}` } }),
  });
  const order = items.find((item) => cardOrder.is(item));
  const cards = items.filter((item) => item !== order);
  // Without an order the first page has room for one card too many.
  const page = cards.slice(0, limit);
  const last = cards.length > limit ? page.at(-1) : lastKey;
  return { items: page, order, lastId: last?.sk.slice(prefix.length) };
}
