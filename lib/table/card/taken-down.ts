import { type ReportCategory, toldToOwner } from '../../card/report-categories';
import type { Item, Write } from '../client';
import { type Card, card, cardKey } from './card';

/** A card as far as it lies in the clear: whether and by whom it was taken down. */
export type ClearCard = Pick<Card, 'cardId' | 'epoch' | 'takenDown' | 'takenDownBy'>;

/** A card without its content; undefined where there is none. */
export function clearCard(item: Item | undefined, epoch: number): ClearCard | undefined {
  return card.is(item, epoch) ? (item as unknown as ClearCard) : undefined;
}

/**
 * Ends that others see a card, wherever they hold it: one write (网络安全法 art. 49). Its owner keeps it and reads why. An edit
 * under way has to look again. Refused where the card is gone or is down already.
 */
export function takeDown(
  subjectId: string,
  { cardId, epoch }: ClearCard,
  category: ReportCategory,
  { at, by }: { at: string; by: string },
): Write {
  return {
    Update: {
      Key: cardKey(subjectId, cardId),
      UpdateExpression: 'SET takenDown = :told, takenDownBy = :by ADD version :one',
      ConditionExpression: 'entity = :card AND epoch = :epoch AND attribute_not_exists(takenDown)',
      ExpressionAttributeValues: {
        ':told': { at, ...toldToOwner[category] },
        ':by': by,
        ':one': 1,
        ':card': card.name,
        ':epoch': epoch,
      },
    },
  };
}

/** Lets a card be seen again as its owner has set it. Refused unless it is down since `at`. */
export function restoreTakenDown(subjectId: string, { cardId, epoch }: ClearCard, at: string): Write {
  return {
    Update: {
      Key: cardKey(subjectId, cardId),
      UpdateExpression: 'REMOVE takenDown, takenDownBy ADD version :one',
      ConditionExpression: 'entity = :card AND epoch = :epoch AND takenDown.#at = :at',
      ExpressionAttributeNames: { '#at': 'at' },
      ExpressionAttributeValues: { ':at': at, ':one': 1, ':card': card.name, ':epoch': epoch },
    },
  };
}
