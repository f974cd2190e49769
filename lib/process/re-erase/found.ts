import type { Item } from '../../table/client';
import type { Key } from '../../table/keys';

/**
 * What is found of an end in a restored table: it is as it was; it has been begun again just now; it is on its way; or something that
 * came before it has to be over first.
 */
export type Found = 'done' | 'begun' | 'under way' | 'wait';

/** Reads an item, as it is after what this step has changed. */
export type Look = (key: Key) => Promise<Item | undefined>;
