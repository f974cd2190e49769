import type { Key } from './keys';

/** An item as DynamoDB holds it. Only entity files look inside. */
export type Item = Key & Record<string, unknown>;

/**
 * Since when an item has been there that takes the place of one that was seen: as long as that one, if it was of the same
 * entity and already had everything that this one has. Otherwise since now, which the table notes: a kind that came later
 * was not held before (promise B3).
 */
export function sinceBefore(item: Item, before: Item | undefined): number | undefined {
  if (!before || before.entity !== item.entity) return undefined;
  const there = Object.keys(item).filter((name) => !saysNothing(item[name]));
  const lacks = new Set(item.lacks as readonly string[] | undefined);
  const isAll = ((before.lacks as readonly string[] | undefined) ?? []).every((kind) => lacks.has(kind));
  const isSame = there.every((name) => !saysNothing(before[name]) || !isContent(name));
  return isSame && isAll ? (before.createdAtSeconds as number | undefined) : undefined;
}

/** The entity of an item that a hold has frozen (lib/table/hold/frozen-item.ts). */
export const FROZEN = 'frozen-item';

/** Whether a hold has frozen an item: it is stored, and nobody but the hold does anything with it. */
export const isFrozen = (item: Record<string, unknown> | undefined): boolean => item?.entity === FROZEN;

/** Whether a hold keeps an item, frozen or where it is. */
export const isHeld = (item: Record<string, unknown> | undefined): boolean => item?.heldBy !== undefined;

/** Whether an item is the duty that keeps what a hold names, which has to outlive whom it is about. */
export const isDutyOfHold = (item: Record<string, unknown>): boolean =>
  item.entity === 'person-process' && item.kind === 'hold';

/** Whether a value says nothing at all: an empty list holds no kind. */
export function saysNothing(value: unknown): boolean {
  return value === undefined || (Array.isArray(value) && value.length === 0);
}

/** What stands beside the content says nothing of what is held. */
const BESIDE: readonly string[] = [
  'ttlSeconds',
  'dueShard',
  'dueAt',
  'points',
  'holds',
  'lacks',
  'createdAtSeconds',
  'heldBy',
  'ended',
  'forgets',
  'mac',
];
const isContent = (name: string) => !BESIDE.includes(name);

declare const made: unique symbol;
/** An item that the maker of an entity made (lib/table/entity.ts). Nothing else can be put into the table. */
export type MadeItem = Item & { entity: string; readonly [made]: true };
