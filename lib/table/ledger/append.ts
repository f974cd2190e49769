import type { KeyRing } from '../../crypto/key-ring';
import { AppError } from '../../errors';
import { ConditionFailed, type Table, type Write } from '../client';
import { keys } from '../keys';
import { ledgerHead, type Person, readPerson } from '../person/person';
import type { Sealer } from '../sealer';
import { type LedgerHead, type NewEntry, nextEntry } from './ledger';

/** Other appends to the same person's ledger at the same moment, before we ask to try again. */
const RACES = 6;

type Parts = { ring: KeyRing; table: Table };

/** A change of the person's own item that rides with the head; their item can be in a transaction only once. */
export type PersonChange = {
  set?: string[];
  remove?: string[];
  condition?: string;
  names?: Record<string, string>;
  values?: Record<string, unknown>;
};

export type AppendOptions = {
  /** For entries with sealed evidence. */
  sealer?: Sealer | undefined;
  /** Sees the person as they are at the very moment of the write, and throws when they no longer agree (promise K3). */
  stillAllowed?: ((now: Person) => void) | undefined;
  change?: PersonChange | undefined;
};

/**
 * Appends one entry to a person's ledger, in one transaction with `also`: both happen or neither. Answers the person
 * with the head reached, for the next append. When another append was quicker, it goes on from there without a further
 * read: every act of consent moves the head, so a withdrawal between check and write is seen.
 * @throws ConditionFailed when a condition of `also` does not hold; `found` counts from the first of `also`
 * @throws AppError BUSY after too many races
 */
export async function appendEntry(
  { ring, table }: Parts,
  person: Person,
  entry: NewEntry,
  also: Write[] = [],
  { sealer, stillAllowed, change }: AppendOptions = {},
): Promise<Person> {
  const { subjectId } = person;
  let known = person;
  for (let race = 0; race < RACES; race += 1) {
    const before = ledgerHead(known);
    const { write, head } = await nextEntry(ring, subjectId, before, entry, sealer);
    try {
      await table.write(advanceHead(subjectId, before, head, change), write, ...also);
      return { ...known, ledgerSeq: head.seq, ledgerHash: head.hash };
    } catch (error) {
      if (!(error instanceof ConditionFailed)) throw error;
      const refused = error.found.slice(2);
      if (refused.some(Boolean)) throw new ConditionFailed(refused);
      const now = error.found[0]?.item;
      if (!now) throw error;
      known = readPerson(now);
      stillAllowed?.(known);
    }
  }
  throw new AppError('BUSY');
}

/** Moves the head that the person's item keeps, refused unless it is still where it was seen. */
export function advanceHead(
  subjectId: string,
  before: LedgerHead,
  after: LedgerHead,
  { set = [], remove = [], condition, names, values }: PersonChange = {},
): Write {
  const assignments = ['ledgerSeq = :seq', 'ledgerHash = :hash', ...set].join(', ');
  const headIsWhereWeSawIt = 'ledgerSeq = :before';
  return {
    Update: {
      Key: keys.person(subjectId),
      UpdateExpression: `SET ${assignments}${remove.length > 0 ? ` REMOVE ${remove.join(', ')}` : ''}`,
      ConditionExpression: [headIsWhereWeSawIt, ...(condition ? [condition] : [])].join(' AND '),
      ...(names && { ExpressionAttributeNames: names }),
      ExpressionAttributeValues: { ':seq': after.seq, ':hash': after.hash, ':before': before.seq, ...values },
    },
  };
}
