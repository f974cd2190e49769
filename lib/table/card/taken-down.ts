import { type ReportCategory, toldToOwner } from '../../card/report-categories';
import { MAC } from '../bound';
import type { Item, Write } from '../client';
import { type Card, card, cardKey, macs, stillAsSeen } from './card';

/** A card as far as it lies in the clear: whether and by whom it was taken down. */
export type ClearCard = Pick<Card, 'cardId' | 'epoch' | 'takenDown' | 'takenDownBy'> & { item: Item };

/** A card without its content; undefined where there is none. */
export function clearCard(item: Item | undefined, epoch: number): ClearCard | undefined {
  const seen = card.clear(item, epoch);
  return seen && { ...(seen as unknown as ClearCard), item: seen };
}

/**
 * Ends that others see a card, wherever they hold it: one write (网络安全法 art. 49). Its owner keeps it and reads why. An edit
 * under way has to look again. Refused where the card is gone or is down already.
 */
export function takeDown(
  subjectId: string,
  { cardId, epoch, item }: ClearCard,
  category: ReportCategory,
  { at, by }: { at: string; by: string },
): Write {
  const takenDown = { at, ...toldToOwner[category] };
  const version = Number(item.version) + 1;
  return {
    Update: {
      Key: cardKey(subjectId, cardId),
      UpdateExpression: `SET takenDown = :told, takenDownBy = :by, version = :next, ${MAC} = :mac`,
      ConditionExpression: `${stillAsSeen} AND attribute_not_exists(takenDown)`,
      ExpressionAttributeValues: {
        ':told': takenDown,
        ':by': by,
        ':next': version,
        ':card': card.name,
        ':epoch': epoch,
        ...macs(item, { takenDown, takenDownBy: by, version }),
      },
    },
  };
}

/** Lets a card be seen again as its owner has set it. Refused unless it is down since `at`. */
export function restoreTakenDown(subjectId: string, { cardId, epoch, item }: ClearCard, at: string): Write {
  const version = Number(item.version) + 1;
  const after = { takenDown: undefined, takenDownBy: undefined, version };
  return {
    Update: {
      Key: cardKey(subjectId, cardId),
      UpdateExpression: `SET version = :next, ${MAC} = :mac REMOVE takenDown, takenDownBy`,
      ConditionExpression: `${stillAsSeen} AND takenDown.#at = :at`,
      ExpressionAttributeNames: { '#at': 'at' },
      ExpressionAttributeValues: {
        ':at': at,
        ':next': version,
        ':card': card.name,
        ':epoch': epoch,
        ...macs(item, after),
      },
    },
  };
}
