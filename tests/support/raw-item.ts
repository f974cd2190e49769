import type { MadeItem } from '../../lib/table/item';

/** An item that nobody made, as somebody who can write the table could put it there; for tests of the table alone. */
export function rawItem(item: Record<string, unknown>): MadeItem {
  return item as unknown as MadeItem;
}
