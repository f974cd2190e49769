import { toEpochSeconds, toInstant } from '../../clock';
import type { KeyRing } from '../../crypto/key-ring';
import type { ConsentPurposeId } from '../../policy/purposes';
import type { Write } from '../client';
import { type EndedConsent, endOf } from '../consent/ends-with';
import type { ChainHead } from '../ledger/chain';
import { type NewEntry, nextEntry } from '../ledger/ledger';
import type { ProcessRef } from '../process/process';
import { boundConsents, type Consent, consent, consentOf, type Person } from './person';
import type { PersonChange } from './standing';

/** Who ends them, and by which act. */
type Cause = Pick<NewEntry, 'actor' | 'by' | 'requestId'> & { way: string; guardian?: string };

export type EndedConsents = {
  head: ChainHead;
  change: Required<Pick<PersonChange, 'set' | 'remove' | 'values'>>;
  writes: Write[];
  erasures: ProcessRef[];
  ended: ConsentPurposeId[];
};

/**
 * Every consent of a person ends as by so many withdrawals: an entry of each after `head`, the change of their own item, what
 * ends at once, and the erasures that are begun. The caller moves the head to the one that is answered, and sends the erasures.
 */
export async function endConsents(
  ring: KeyRing,
  person: Person,
  head: ChainHead,
  cause: Cause,
  nowMs: number,
): Promise<EndedConsents> {
  const { subjectId } = person;
  const [at, atSeconds] = [toInstant(nowMs), toEpochSeconds(nowMs)];
  const entries: Write[] = [];
  const ended: EndedConsent[] = [];
  const consents: Person['consents'] = { ...person.consents };
  let reached = head;
  for (const purpose of grantedOf(person)) {
    const said = { ...cause, at, act: 'consent.withdrawn', purpose } as const;
    const withdrawn = await nextEntry(ring, subjectId, reached, said);
    reached = withdrawn.head;
    const before = consentOf(person, purpose) as Consent;
    const { epoch } = before;
    const after = { ...before, granted: false, entry: reached.seq, epoch: epoch + 1, atSeconds };
    consents[purpose] = consent.encode(after, purpose);
    entries.push(withdrawn.write);
    ended.push({ purpose, epoch, seq: reached.seq, granted: false });
  }
  const bound = boundConsents(consents);
  const { change, writes, erasures } = endOf(subjectId, ended, nowMs);
  return {
    head: reached,
    change: {
      set: ['consents = :consents', bound.set, ...change.set],
      remove: change.remove,
      values: { ':consents': consents, ...bound.values, ...change.values },
    },
    writes: [...entries, ...writes],
    erasures,
    ended: ended.map(({ purpose }) => purpose),
  };
}

function grantedOf(person: Person): ConsentPurposeId[] {
  const asked = Object.keys(person.consents) as ConsentPurposeId[];
  return asked.filter((purpose) => consentOf(person, purpose)?.granted);
}
