import * as z from 'zod/mini';
import type { Item, Write } from '../client';
import { defineEntity, plain, type Sealer, sealed, type ValueOf } from '../entity';
import { type Key, keys } from '../keys';
import { BESIDE_CARDS } from './card-list';

/**
 * The picture that stands on a card, in an item of its own, so that reading a card does not cost what its picture
 * weighs. The card names it by `logoId`; a picture that the card does not name is not shown.
 */
export const cardLogo = defineEntity('card-logo', {
  cardId: plain('card-state', z.string()),
  epoch: plain('card-state', z.int()),
  logoId: sealed('card-logo', z.string()),
  width: sealed('card-logo', z.int()),
  height: sealed('card-logo', z.int()),
  /** A JPEG without metadata (promise C7). */
  base64: sealed('card-logo', z.string()),
});
export type CardLogo = ValueOf<typeof cardLogo>;

export const logoKey = (subjectId: string, cardId: string): Key =>
  keys.data(subjectId, 'cards', `${BESIDE_CARDS}logo#${cardId}`);

/** The picture of a card of this epoch, if it is the one that the card names. @throws SealError */
export function readLogo(
  item: Item | undefined,
  { cardId, epoch, logo }: { cardId: string; epoch: number; logo?: string | undefined },
  sealer: Sealer,
): CardLogo | undefined {
  if (item?.entity !== cardLogo.name || item.epoch !== epoch || item.cardId !== cardId) return undefined;
  const value = cardLogo.decode(item, cardId, sealer);
  return value.logoId === logo ? value : undefined;
}

export function putLogo(subjectId: string, value: CardLogo, sealer: Sealer): Write {
  const content = cardLogo.encode(value, value.cardId, sealer);
  return { Put: { Item: { ...logoKey(subjectId, value.cardId), entity: cardLogo.name, ...content } } };
}

export function dropLogo(subjectId: string, cardId: string): Write {
  return { Delete: { Key: logoKey(subjectId, cardId) } };
}
