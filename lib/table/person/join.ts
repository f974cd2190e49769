import { toEpochSeconds, toInstant } from '../../clock';
import type { KeyRing } from '../../crypto/key-ring';
import type { ConsentPurposeId } from '../../policy/purposes';
import type { Write } from '../client';
import { beginErasure, erasureRef } from '../consent/erasure-duty';
import { gaugeWrite } from '../gauge/gauge';
import { advanceHead } from '../ledger/append';
import { type NewEntry, nextEntry } from '../ledger/ledger';
import type { ProcessRef } from '../process/process';
import { type Consent, consent, consentOf, ledgerHead, type Person } from './person';
import { movePointer } from './pointer';
import { wechatAccountKey } from './wechat-account';

type When = { nowMs: number; requestId: string };

/**
 * The writes by which a person gives an account up: every consent ends and its data is owed to erasure, as by so many
 * withdrawals; every session ends; and no way leads in any more. Refused when the account has moved on since it was read.
 */
export async function leaveAccount(
  ring: KeyRing,
  person: Person,
  entry: Pick<NewEntry, 'act' | 'other'>,
  { nowMs, requestId }: When,
): Promise<{ writes: Write[]; erasures: ProcessRef[]; ended: ConsentPurposeId[] }> {
  const { subjectId } = person;
  const [at, atSeconds] = [toInstant(nowMs), toEpochSeconds(nowMs)];
  const common = { at, actor: 'self', requestId } as const;
  const writes: Write[] = [];
  const erasures: ProcessRef[] = [];
  const ended = grantedOf(person);
  const consents: Person['consents'] = { ...person.consents };
  let head = ledgerHead(person);
  for (const purpose of ended) {
    const withdrawn = await nextEntry(ring, subjectId, head, {
      ...common,
      act: 'consent.withdrawn',
      purpose,
      way: entry.act,
    });
    head = withdrawn.head;
    const before = consentOf(person, purpose) as Consent;
    const { epoch } = before;
    consents[purpose] = consent.encode(
      { ...before, granted: false, entry: head.seq, epoch: epoch + 1, atSeconds },
      purpose,
    );
    writes.push(withdrawn.write, beginErasure({ subjectId, seq: head.seq, purpose, epoch }, nowMs));
    erasures.push(erasureRef({ subjectId, seq: head.seq }));
  }
  const left = await nextEntry(ring, subjectId, head, { ...common, purpose: 'account', ...entry });
  const change = {
    set: [
      'sessions = :none',
      'consents = :consents',
      'points = :nowhere',
      'cardCount = :zero',
      'leftAt = :at',
    ],
    remove: ['defaultCard', 'contactCount'],
    condition: 'attribute_not_exists(leftAt)',
    values: { ':none': {}, ':consents': consents, ':nowhere': [], ':zero': 0, ':at': at },
  };
  writes.push(
    left.write,
    advanceHead(subjectId, ledgerHead(person), left.head, change),
    { Delete: { Key: wechatAccountKey(subjectId) } },
    gaugeWrite(subjectId, { persons: -1 }),
  );
  return { writes, erasures, ended };
}

function grantedOf(person: Person): ConsentPurposeId[] {
  const asked = Object.keys(person.consents) as ConsentPurposeId[];
  return asked.filter((purpose) => consentOf(person, purpose)?.granted);
}

/** Makes the ways into one account lead to another one. Refused when one of them led elsewhere meanwhile. */
export function movePointers({ subjectId, identities }: Person, to: string): Write[] {
  return identities.map((identity) => movePointer(identity, subjectId, to));
}
