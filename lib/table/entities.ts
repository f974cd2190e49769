import { entryPointer, linkedEntry } from './person/linked-entry';
import { nickname } from './profile/nickname';
import { preferences } from './profile/preferences';

/**
 * Every entity there is, once. What an export holds, what an erasure finds, what is swept, explained and in the scope of a
 * breach follows from this list: an item of an entity outside it is nobody's (promises K7, R1, R3, S2, B3).
 */
export const entities = {
  entryPointer,
  linkedEntry,
  nickname,
  preferences,
} as const;

export type EntityName = keyof typeof entities;
