import type { KeyRing } from '../../crypto/key-ring';
import type { ConsentPurposeId } from '../../policy/purposes';
import type { Write } from '../client';
import { putDuty } from '../consent/erasure-duty';
import { advanceHead } from '../ledger/append';
import { nextEntry } from '../ledger/ledger';
import type { Actor } from '../ledger/touched-key';
import { moveTo } from './life';
import { type Consent, consent, consentOf, ledgerHead, type Person } from './person';
import { movePointer } from './pointer';
import { wechatAccountKey } from './wechat-account';

/** An erasure that giving up an account has promised. */
export type LeavingDuty = { subjectId: string; seq: number };

/** What moves when two accounts are settled: the ways in. What is erased after it has an entry of its own. */
export const waysInKinds = ['wechat-identity', 'wechat-openid'] as const;

type Times = { at: string; dueAt: string; atSeconds: number; requestId: string };

/**
 * The writes by which a person gives an account up: every consent ends and its data is owed to erasure, as by so many
 * withdrawals; every session ends; and no way leads in any more. Refused when the account has moved on since it was read.
 */
export async function leaveAccount(
  ring: KeyRing,
  person: Person,
  entry: { act: 'account.left'; other: string; by?: Actor | undefined },
  { at, dueAt, atSeconds, requestId }: Times,
): Promise<{ writes: Write[]; duties: LeavingDuty[]; ended: ConsentPurposeId[] }> {
  const { subjectId } = person;
  const common = { at, actor: 'self', by: entry.by, requestId } as const;
  const writes: Write[] = [];
  const duties: LeavingDuty[] = [];
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
    writes.push(withdrawn.write, putDuty(subjectId, { seq: head.seq, purpose, epoch, erased: 0, dueAt }));
    duties.push({ subjectId, seq: head.seq });
  }
  const left = await nextEntry(ring, subjectId, head, {
    ...common,
    purpose: 'account',
    kinds: waysInKinds,
    ...entry,
  });
  const leaves = moveTo('left', at);
  const change = {
    set: [
      'sessions = :none',
      'consents = :consents',
      'points = :nowhere',
      'cardCount = :zero',
      ...leaves.set,
    ],
    remove: ['defaultCard', 'contactCount'],
    condition: leaves.condition,
    values: { ':none': {}, ':consents': consents, ':nowhere': [], ':zero': 0, ...leaves.values },
  };
  writes.push(
    left.write,
    // From now on nobody is behind this account: the one that stays counts the person.
    {
      ...advanceHead(subjectId, ledgerHead(person), left.head, change),
      seen: { holds: ['persons'] },
      owner: person,
      holds: [],
    },
    { Delete: { Key: wechatAccountKey(subjectId) } },
  );
  return { writes, duties, ended };
}

function grantedOf(person: Person): ConsentPurposeId[] {
  const asked = Object.keys(person.consents) as ConsentPurposeId[];
  return asked.filter((purpose) => consentOf(person, purpose)?.granted);
}

/** Makes the ways into one account lead to another one. Refused when one of them led elsewhere meanwhile. */
export function movePointers({ subjectId, identities }: Person, to: string): Write[] {
  return identities.map((identity) => movePointer(identity, subjectId, to));
}
