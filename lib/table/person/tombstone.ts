import * as z from 'zod/mini';
import type { Write } from '../client';
import { nameOfEnd } from '../ends/end';
import { keys } from '../keys';
import { life } from './life';
import { moveTo, type Standing, settled } from './standing';

const content = z.object({
  /** The keyed digest of the receipt code, by which the certificate is found; absent where nobody was given one. */
  receipt: z.optional(z.string()),
});

/**
 * What says in the locked bucket that a person has been erased: their number, which is random and leads to nobody any more
 * (promise S7). It is put there before anything is erased; whoever restores the table erases them anew. `at` is an instant.
 */
export function tombstoneOf(
  subjectId: string,
  at: string,
  receipt?: string,
): { name: string; content: Buffer } {
  const name = nameOfEnd({ what: 'account', at, subjectId });
  return { name, content: Buffer.from(JSON.stringify(content.parse({ receipt }))) };
}

/** What a tombstone says beside its name; nothing where somebody has hidden it. */
export function readTombstone(read: Buffer | undefined): { receipt?: string | undefined } {
  return read ? content.parse(JSON.parse(read.toString())) : {};
}

/**
 * Takes somebody whom a restore has brought back to where an erasure begins; nothing where they are there already. Refused when
 * they have moved on since.
 */
export function closeAgain(seen: Standing & { subjectId: string }, at: string): Write[] {
  const { subjectId, lifeState } = seen;
  if (lifeState === 'erased' || life[lifeState].to.includes('erased')) return [];
  const { set = [], condition, values } = settled(seen, moveTo('closing', at));
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
