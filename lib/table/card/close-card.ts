import { MAC } from '../bound';
import type { Item, Write } from '../client';
import { type Card, card, cardKey, macs, stillAsSeen } from './card';

/**
 * Closes a card of a restored table to everybody else, since its owner has changed it since (promise S7), and recalls it as often as they
 * had. Undefined where it is closed as far as that.
 */
export function closeCard(
  subjectId: string,
  seen: Item,
  recalls: number,
): NonNullable<Write['Update']> | undefined {
  const { cardId, epoch, version, grantEpoch = 0, visibility } = seen as unknown as Card;
  const isOpen = Object.values(visibility).some((audience) => audience !== 'nobody');
  if (!isOpen && grantEpoch >= recalls) return undefined;
  const after = { grantEpoch: Math.max(grantEpoch, recalls), version: version + 1, visibility: {} };
  return {
    Key: cardKey(subjectId, cardId),
    UpdateExpression: `SET grantEpoch = :grants, version = :next, visibility = :nobody, ${MAC} = :mac`,
    ConditionExpression: stillAsSeen,
    ExpressionAttributeValues: {
      ':grants': after.grantEpoch,
      ':next': after.version,
      ':nobody': after.visibility,
      ':card': card.name,
      ':epoch': epoch,
      ...macs(seen, after),
    },
  };
}
