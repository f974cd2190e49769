import type { ConsentPurposeId } from '../../policy/purposes';
import type { Write } from '../client';
import { endExport } from '../export/export';
import { emptyLocation } from '../location/location';
import type { Person } from '../person/person';
import type { PersonChange } from '../person/standing';
import type { ProcessRef } from '../process/process';
import { beginErasure, erasureRef } from './erasure-duty';

/**
 * What ends at the very moment when a purpose ends, in the same transaction, whoever or whatever ends it: a withdrawal, a
 * correction, an account that is given up. What rests on the purpose and carries its epoch is invisible from then on and is
 * erased by a process; what others hold of it is declared at each entity as what leads to it, and goes or forgets with it.
 */
type EndsWith = {
  /** Counts in the person's own item that begin anew. */
  zeroes?: readonly (keyof Person)[];
  /** What else of the person's own item goes. */
  forgets?: readonly (keyof Person)[];
  /** Fences and index entries: what could not wait for the process, or would be written over by a call under way. */
  atOnce?: (subjectId: string, epoch: number, nowMs: number) => Write[];
};

const nothingElse: EndsWith = {};

/** For every purpose that rests on consent. A new one does not compile without saying what ends with it. */
export const endsWith: Readonly<Record<ConsentPurposeId, EndsWith>> = {
  // The count of revocations of links stays: it only grows, and a link of an ended epoch is dead anyway.
  cards: { zeroes: ['cardCount'], forgets: ['defaultCard', 'contactCount'] },
  // What was opened to everyone carries the epoch that it was opened under, and is open to nobody when that has ended.
  'card-public': nothingElse,
  'viewer-name': nothingElse,
  phone: nothingElse,
  email: nothingElse,
  // A session that came from a linked entry names the epoch of the link, and the front door looks.
  'account-link': nothingElse,
  'real-name': nothingElse,
  'real-name-bank': nothingElse,
  'real-name-face': nothingElse,
  'real-name-network': nothingElse,
  profile: nothingElse,
  'service-fund': nothingElse,
  'service-social': nothingElse,
  'service-transport': nothingElse,
  'service-tax': nothingElse,
  'service-household': nothingElse,
  delivery: nothingElse,
  location: { atOnce: emptyLocation },
  'location-history': nothingElse,
};

/**
 * A consent that ends, or stands while what rested on it goes (`granted`): its purpose, the epoch that it had, and the number of
 * the entry in the ledger that ends it.
 */
export type EndedConsent = { purpose: ConsentPurposeId; epoch: number; seq: number; granted: boolean };

/**
 * What ends with some consents of one person: the change of their own item, the writes that go with it, and the erasures
 * that those begin.
 */
export function endOf(
  subjectId: string,
  ended: readonly EndedConsent[],
  nowMs: number,
): {
  change: Required<Pick<PersonChange, 'set' | 'remove' | 'values'>>;
  writes: Write[];
  erasures: ProcessRef[];
} {
  const of = ended.map(({ purpose }) => endsWith[purpose]);
  const zeroes = of.flatMap((one) => one.zeroes ?? []);
  return {
    change: {
      set: zeroes.map((name) => `${name} = :endsAtZero`),
      remove: of.flatMap((one) => one.forgets ?? []),
      values: zeroes.length > 0 ? { ':endsAtZero': 0 } : {},
    },
    writes: [
      ...ended.flatMap(({ purpose, epoch, seq, granted }) => [
        beginErasure({ subjectId, seq, purpose, epoch, granted }, nowMs),
        ...(endsWith[purpose].atOnce?.(subjectId, epoch, nowMs) ?? []),
      ]),
      // A copy that was made for the person has what rests on it as well.
      ...(ended.length > 0 ? [endExport(subjectId)] : []),
    ],
    erasures: ended.map(({ seq }) => erasureRef({ subjectId, seq })),
  };
}
