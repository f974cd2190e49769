import type { Write } from '../client';
import { keys } from '../keys';
import { type LifeState, life, moveTo } from './life';

/** Every tombstone in the locked bucket lies below it. */
export const TOMBSTONES = 'tombstones/';

/**
 * What says in the locked bucket that a person has been erased: their number, which is random and leads to nobody any more
 * (promise S7). It is put there before anything is erased; whoever restores the table erases them anew. `at` is an instant.
 */
export function tombstoneOf(subjectId: string, at: string): { name: string; content: Buffer } {
  return { name: `${TOMBSTONES}${at.slice(0, 10)}/${subjectId}`, content: Buffer.from(at) };
}

/** Whom a tombstone is of, and its day as the first instant of it: by its name, which is there whatever becomes of its content. */
export function readTombstone(name: string): { subjectId: string; day: string } {
  const [, day = '', subjectId = ''] = name.split('/');
  return { subjectId, day: `${day}T00:00:00.000Z` };
}

/**
 * Takes somebody whom a restore has brought back to where an erasure begins; nothing where they are there already. Refused when
 * they have moved on since.
 */
export function closeAgain(subjectId: string, state: LifeState, at: string): Write[] {
  if (state === 'erased' || life[state].to.includes('erased')) return [];
  const { set, condition, values } = moveTo('closing', at);
  return [
    {
      Update: {
        Key: keys.person(subjectId),
        UpdateExpression: `SET ${set.join(', ')}`,
        ConditionExpression: condition,
        ExpressionAttributeValues: values,
      },
    },
  ];
}
