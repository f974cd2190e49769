import type { KeyRing } from '../../crypto/key-ring';
import { ConditionFailed, type Table, type Write } from '../client';
import { endOfItem } from '../entity';
import { keys } from '../keys';
import { endOfStay } from '../life';
import { withCondition } from '../merge';
import { ledgerHead, type Person, readPerson } from '../person/person';
import { type PersonChange, settled, standsAs } from '../person/standing';
import { untilWon } from '../races';
import type { Sealer } from '../sealer';
import type { ChainHead } from './chain';
import { type LedgerEntry, ledgerEntry, type NewEntry, nextEntry } from './ledger';

type Parts = { ring: KeyRing; table: Table };

/** What one attempt appends, and writes with it. */
export type Append = { entry: NewEntry; also?: Write[]; change?: PersonChange | undefined };

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
  parts: Parts,
  person: Person,
  entry: NewEntry,
  also: Write[] = [],
  { sealer, stillAllowed, change }: AppendOptions = {},
): Promise<Person> {
  const appended = await appendPlanned(
    parts,
    person,
    (now) => {
      if (now !== person) stillAllowed?.(now);
      return { entry, also, change };
    },
    sealer,
  );
  return appended.person;
}

/**
 * The same for an act that depends on the person it is written about: `plan` sees them as they are at each attempt, with the
 * number that the entry gets, and answers undefined when there is nothing to do any more. `entry` is absent then.
 */
export async function appendPlanned(
  { ring, table }: Parts,
  person: Person,
  plan: (now: Person, seq: number) => Append | undefined,
  sealer?: Sealer,
): Promise<{ person: Person; entry?: LedgerEntry }> {
  const { subjectId } = person;
  let known = person;
  return untilWon(async () => {
    const before = ledgerHead(known);
    const planned = plan(known, before.seq + 1);
    if (!planned) return { person: known };
    const { also = [], change } = planned;
    const by = planned.entry.by ?? table.by;
    const next = await nextEntry(ring, subjectId, before, { ...planned.entry, by }, sealer);
    const { write, head, entry } = next;
    try {
      const advance = inState(known, advanceHead(known, head, change));
      await table.write(advance, withItsEnd(known, write), ...also);
      return { person: { ...known, ...change?.standing, ledgerSeq: head.seq, ledgerHash: head.hash }, entry };
    } catch (error) {
      if (!(error instanceof ConditionFailed)) throw error;
      const met = error.found[0]?.item;
      const now = met && readPerson(met);
      const refused = error.found.slice(2);
      // What else was refused may rest on the number that somebody else has taken: the next attempt shows it.
      const isOther = now?.ledgerSeq !== before.seq || !standsAs(now, known);
      const wasQuicker = now !== undefined && isOther;
      if (!wasQuicker && refused.some(Boolean)) throw new ConditionFailed(refused);
      if (!now) throw error;
      known = now;
      return undefined;
    }
  });
}

/** Refused where the account ends meanwhile: what is appended then is another entry. */
function inState({ lifeState }: Person, advance: Write): Write {
  return withCondition(advance, 'lifeState = :asSeen', {}, { ':asSeen': lifeState });
}

/**
 * An entry about somebody whose account has ended gets its end at once, counted from there as that of every other: whoever
 * gave the others theirs (lib/process/end-account/stays.ts) may have been there already.
 */
function withItsEnd({ lifeState, lifeStateAt }: Person, write: Write): Write {
  const { outlives } = ledgerEntry.declaration;
  if (lifeState !== 'erased' || !write.Put || !outlives || lifeStateAt === undefined) return write;
  const endsAtSeconds = endOfStay(outlives, lifeStateAt);
  if (endsAtSeconds === undefined) return write;
  const { Item } = write.Put;
  const { pk, sk } = Item;
  return { ...write, Put: { ...write.Put, Item: { ...Item, ...endOfItem({ pk, sk }, endsAtSeconds) } } };
}

/** Moves the head that the person's item keeps, refused unless it is still where it was seen. */
export function advanceHead(person: Person, after: ChainHead, change: PersonChange = {}): Write {
  const { subjectId, ledgerSeq } = person;
  const { set = [], remove = [], condition, names, values } = settled(person, change);
  const assignments = ['ledgerSeq = :seq', 'ledgerHash = :hash', ...set].join(', ');
  const headIsWhereWeSawIt = 'ledgerSeq = :before';
  return {
    Update: {
      Key: keys.person(subjectId),
      UpdateExpression: `SET ${assignments}${remove.length > 0 ? ` REMOVE ${remove.join(', ')}` : ''}`,
      ConditionExpression: [headIsWhereWeSawIt, ...(condition ? [condition] : [])].join(' AND '),
      ...(names && Object.keys(names).length > 0 && { ExpressionAttributeNames: names }),
      ExpressionAttributeValues: { ':seq': after.seq, ':hash': after.hash, ':before': ledgerSeq, ...values },
    },
  };
}
