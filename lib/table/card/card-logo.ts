import * as z from 'zod/mini';
import { plain, sealed, type ValueOf } from '../attribute';
import type { Item, Write } from '../client';
import { declareEntity } from '../entity';
import type { Key } from '../keys';
import { inPerson } from '../place';
import type { Sealer } from '../sealer';
import { BESIDE_CARDS } from './card-list';

/**
 * The picture that stands on a card, in an item of its own, so that reading a card does not cost what its picture
 * weighs. The card names it by `logoId`; a picture that the card does not name is not shown.
 */
export const cardLogo = declareEntity('card-logo', {
  place: inPerson('cards', (cardId: string) => `${BESIDE_CARDS}logo#${cardId}`),
  life: { rule: 'card-life' },
  unguarded: 'a picture sealed in its place; whether others see it says the card',
  attributes: {
    cardId: plain('card-state', z.string()),
    logoId: sealed('card-logo', z.string()),
    width: sealed('card-logo', z.int()),
    height: sealed('card-logo', z.int()),
    /** A JPEG without metadata (promise C7). */
    base64: sealed('card-logo', z.string()),
  },
});
export type CardLogo = ValueOf<typeof cardLogo>;

export const logoKey = (subjectId: string, cardId: string): Key => cardLogo.key(subjectId, cardId);

/** The picture of a card of this epoch, if it is the one that the card names. @throws SealError */
function readLogo(
  item: Item | undefined,
  { cardId, epoch, logo }: { cardId: string; epoch: number; logo?: string | undefined },
  sealer: Sealer,
): CardLogo | undefined {
  if (item?.cardId !== cardId) return undefined;
  const value = cardLogo.read(item, { epoch, sealer });
  return value?.logoId === logo ? value : undefined;
}

/** A card's picture as it travels, or nothing where there is none. @throws SealError */
export function pictureOf(item: Item | undefined, card: Parameters<typeof readLogo>[1], sealer: Sealer) {
  const found = readLogo(item, card, sealer);
  if (!found) return undefined;
  const { width, height, base64 } = found;
  return { contentType: 'image/jpeg' as const, width, height, base64 };
}

export function putLogo(subjectId: string, value: CardLogo, sealer: Sealer): Write {
  return { Put: { Item: cardLogo.make(subjectId, value.cardId, value, { sealer }) } };
}

export function dropLogo(subjectId: string, cardId: string): Write {
  return { Delete: { Key: logoKey(subjectId, cardId) } };
}
