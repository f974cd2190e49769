import type { Item, Write } from '../client';
import { endOfItem } from '../entity';
import { isFrozen } from '../item';
import type { Key } from '../keys';
import { pointersTo, removePointer } from '../replace';
import { exactly, type FrozenWith, inPlaceOf, refreeze, thaw } from './frozen-item';

/** The holds that keep an item; of a frozen one the first is the one whose key it lies under. */
export const holdsOn = (item: Item): string[] => (item.heldBy as string[] | undefined) ?? [];

/**
 * Marks an item as held by these holds, or by none, where it is. The database's broom and the sweep leave it alone while it is
 * held; when it is not any more, the sweep finds it by its end.
 */
export function mark(item: Item, holdIds: readonly string[]): Write {
  const { pk, sk, expiresAtSeconds } = item;
  const ends = expiresAtSeconds === undefined ? undefined : endOfItem({ pk, sk }, Number(expiresAtSeconds));
  const isFree = holdIds.length === 0;
  const set = { ...(isFree ? ends : { heldBy: [...holdIds] }) };
  const gone = [
    ...(isFree ? ['heldBy'] : []),
    ...(ends && !isFree ? ['ttlSeconds', 'dueShard', 'dueAt'] : []),
  ];
  const { ConditionExpression, ExpressionAttributeNames, ExpressionAttributeValues } = exactly(item, []);
  const names = [...Object.keys(set), ...gone];
  const at = (name: string) => names.indexOf(name);
  const parts = [
    ...(Object.keys(set).length > 0
      ? [
          `SET ${Object.keys(set)
            .map((name) => `#to${at(name)} = :to${at(name)}`)
            .join(', ')}`,
        ]
      : []),
    ...(gone.length > 0 ? [`REMOVE ${gone.map((name) => `#to${at(name)}`).join(', ')}`] : []),
  ];
  return {
    Update: {
      Key: { pk, sk },
      UpdateExpression: parts.join(' '),
      ConditionExpression,
      ExpressionAttributeNames: {
        ...ExpressionAttributeNames,
        ...Object.fromEntries(names.map((name) => [`#to${at(name)}`, name])),
      },
      ExpressionAttributeValues: {
        ...ExpressionAttributeValues,
        ...Object.fromEntries(Object.entries(set).map(([name, value]) => [`:to${at(name)}`, value])),
      },
    },
    ofHold: true,
  };
}

/** What the end of one hold makes of an item: writes; of one that is given back, it and the files to be there before. */
export type Released = { writes: Write[]; back?: Item; files: Record<string, Buffer> };

/**
 * Lets go of an item for one hold. Where another keeps it still, it stays, under that one's key. Otherwise what has ended
 * meanwhile is deleted with what leads to it, and so is what nobody's key is there for; everything else is as it was before.
 * @param other opens the key of the hold that keeps it next
 */
export async function letGo(
  item: Item,
  holdId: string,
  sealers: FrozenWith,
  other: (holdId: string) => Promise<FrozenWith['hold'] | undefined>,
): Promise<Released> {
  const [first] = holdsOn(item);
  const left = holdsOn(item).filter((one) => one !== holdId);
  const [next] = left;
  const none = {};
  if (next !== undefined) {
    if (!isFrozen(item) || first !== holdId) return { writes: [mark(item, left)], files: none };
    const to = await other(next);
    if (!to) throw new Error('an item is held by a hold that is not there');
    return { writes: [inPlaceOf(item, refreeze(item, left, sealers.hold, to))], files: none };
  }
  if (item.ended || (isFrozen(item) && !sealers.person)) return { writes: destroy(item), files: none };
  if (!isFrozen(item)) return { writes: [mark(item, [])], files: none };
  const thawed = thaw(item, sealers);
  return { writes: [inPlaceOf(item, thawed.item)], back: thawed.item, files: thawed.files };
}

function destroy(item: Item): Write[] {
  const { pk, sk }: Key = item;
  const gone: Write = { Delete: { Key: { pk, sk }, ...exactly(item, []) }, seen: item, ofHold: true };
  return [gone, ...pointersTo(item).map(removePointer)];
}
