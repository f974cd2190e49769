import { toEpochSeconds, toInstant } from '../../clock';
import type { KeyRing } from '../../crypto/key-ring';
import type { ConsentPurposeId } from '../../policy/purposes';
import type { Table, Write } from '../client';
import { type EndedConsent, endOf } from '../consent/ends-with';
import { gaugeWrite } from '../gauge/gauge';
import { keys } from '../keys';
import { advanceHead } from '../ledger/append';
import { type NewEntry, nextEntry } from '../ledger/ledger';
import { beginProcess, hasProcess, type ProcessRef } from '../process/process';
import { type Consent, consent, consentOf, ledgerHead, type Person } from './person';
import { movePointer } from './pointer';

type When = { nowMs: number; requestId: string };

/**
 * The fences by which a person gives an account up: every consent ends as by so many withdrawals, with everything that ends
 * with it; every session ends; and no way leads in any more. What is behind them is moved or erased by processes. Refused
 * when the account has moved on since it was read.
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
  const entries: Write[] = [];
  const ended: EndedConsent[] = [];
  const consents: Person['consents'] = { ...person.consents };
  let head = ledgerHead(person);
  for (const purpose of grantedOf(person)) {
    const said = { ...common, act: 'consent.withdrawn', purpose, way: entry.act } as const;
    const withdrawn = await nextEntry(ring, subjectId, head, said);
    head = withdrawn.head;
    const before = consentOf(person, purpose) as Consent;
    const { epoch } = before;
    const after = { ...before, granted: false, entry: head.seq, epoch: epoch + 1, atSeconds };
    consents[purpose] = consent.encode(after, purpose);
    entries.push(withdrawn.write);
    ended.push({ purpose, epoch, seq: head.seq });
  }
  const left = await nextEntry(ring, subjectId, head, { ...common, purpose: 'account', ...entry });
  const { change, writes, erasures } = endOf(subjectId, ended, nowMs);
  const leaves = {
    set: ['sessions = :none', 'consents = :consents', 'points = :nowhere', 'leftAt = :at', ...change.set],
    remove: change.remove,
    condition: 'attribute_not_exists(leftAt)',
    values: { ':none': {}, ':consents': consents, ':nowhere': [], ':at': at, ...change.values },
  };
  return {
    writes: [
      advanceHead(subjectId, ledgerHead(person), left.head, leaves),
      ...entries,
      left.write,
      ...writes,
      gaugeWrite(subjectId, { persons: -1 }),
    ],
    erasures,
    ended: ended.map(({ purpose }) => purpose),
  };
}

function grantedOf(person: Person): ConsentPurposeId[] {
  const asked = Object.keys(person.consents) as ConsentPurposeId[];
  return asked.filter((purpose) => consentOf(person, purpose)?.granted);
}

/** Makes the ways into one account lead to another one. Refused when one of them led elsewhere meanwhile. */
export function movePointers({ subjectId, identities }: Person, to: string): Write[] {
  return identities.map((identity) => movePointer(identity, subjectId, to));
}

/** The process by which an account takes over what another one leaves (lib/process/join.ts); the number is of its entry. */
export function takeOverRef(staysId: string, seq: number): ProcessRef {
  return { kind: 'join', id: String(seq), subjectId: staysId };
}

/** Its beginning, for the transaction that writes the fences. It lies with the account that stays. */
export function beginTakeOver(staysId: string, seq: number, leavesId: string, nowMs: number): Write {
  return beginProcess(takeOverRef(staysId, seq), 'blocks', { from: leavesId }, nowMs);
}

/** Whether an account is still taking another one over: until then it cannot be given up itself. */
export function takesOver(table: Table, subjectId: string): Promise<boolean> {
  return hasProcess(table, subjectId, 'join');
}

/** For a transaction: nothing has been added to the account since it was read, since that moves the head of its ledger. */
export function nothingAdded({ subjectId, ledgerSeq }: Person): Write {
  return {
    ConditionCheck: {
      Key: keys.person(subjectId),
      ConditionExpression: 'ledgerSeq = :seen',
      ExpressionAttributeValues: { ':seen': ledgerSeq },
    },
  };
}
