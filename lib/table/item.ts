import type { Key } from './keys';

/** An item as DynamoDB holds it. Only entity files look inside. */
export type Item = Key & Record<string, unknown>;

declare const made: unique symbol;
/** An item that the maker of an entity made (lib/table/entity.ts). Nothing else can be put into the table. */
export type MadeItem = Item & { entity: string; readonly [made]: true };
