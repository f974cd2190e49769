import * as z from 'zod/mini';
import { wayIds } from '../../policy/assurance';
import { plain, type ValueOf } from '../attribute';
import type { Item, Write } from '../client';
import { declareEntity } from '../entity';
import type { Key } from '../keys';
import { inPerson } from '../place';

/** Why a verification has ended that its owner has not ended. */
export const endedBecause = ['stronger-proof', 'appeal'] as const;

/**
 * What its owner is told of a verification that somebody else's proof, or a human, has ended; of that one nothing is said but
 * why. It is where they look, beside the entry in their ledger, and says what an appeal against it is about (promise N6).
 */
export const endedRealName = declareEntity('ended-real-name', {
  place: inPerson('review', 'ended-real-name'),
  life: { rule: 'refused-claim-life', from: 'endedAt' },
  unguarded: 'it only says that a verification has ended',
  attributes: {
    endedAt: plain('refused-claim', z.string()),
    way: plain('refused-claim', z.enum(wayIds)),
    because: plain('refused-claim', z.enum(endedBecause)),
  },
});
export type EndedRealName = ValueOf<typeof endedRealName>;

export const endedRealNameKey = (subjectId: string): Key => endedRealName.key(subjectId);

export function readEndedRealName(item: Item | undefined): EndedRealName | undefined {
  return endedRealName.read(item);
}

/** Tells of the latest one, in the place of an earlier one. */
export function tellEnded(subjectId: string, value: EndedRealName): Write {
  return { Put: { Item: endedRealName.make(subjectId, undefined, value) } };
}
