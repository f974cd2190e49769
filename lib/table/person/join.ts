import { toEpochSeconds, toInstant } from '../../clock';
import type { KeyRing } from '../../crypto/key-ring';
import type { ConsentPurposeId } from '../../policy/purposes';
import type { Table, Write } from '../client';
import { type EndedConsent, endOf } from '../consent/ends-with';
import { keys } from '../keys';
import { advanceHead } from '../ledger/append';
import { nextEntry } from '../ledger/ledger';
import type { Actor } from '../ledger/touched-key';
import { beginProcess, hasProcess, type ProcessRef } from '../process/process';
import { moveTo } from './life';
import { boundConsents, type Consent, consent, consentOf, ledgerHead, type Person } from './person';
import { movePointer } from './pointer';

/** What moves when two accounts are settled: the ways in. What is erased after it has an entry of its own. */
export const waysInKinds = ['wechat-identity', 'wechat-openid'] as const;

type When = { nowMs: number; requestId: string };

/**
 * The fences by which a person gives an account up: every consent ends as by so many withdrawals, with everything that ends
 * with it; every session ends; and no way leads in any more. What is behind them is moved or erased by processes. Refused
 * when the account has moved on since it was read.
 */
export async function leaveAccount(
  ring: KeyRing,
  person: Person,
  entry: { act: 'account.left'; other: string; by?: Actor | undefined },
  { nowMs, requestId }: When,
): Promise<{ writes: Write[]; erasures: ProcessRef[]; ended: ConsentPurposeId[] }> {
  const { subjectId } = person;
  const [at, atSeconds] = [toInstant(nowMs), toEpochSeconds(nowMs)];
  const common = { at, actor: 'self', by: entry.by, requestId } as const;
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
    ended.push({ purpose, epoch, seq: head.seq, granted: false });
  }
  const left = await nextEntry(ring, subjectId, head, {
    ...common,
    purpose: 'account',
    kinds: waysInKinds,
    ...entry,
  });
  const { change, writes, erasures } = endOf(subjectId, ended, nowMs);
  const moves = moveTo('left', at);
  const bound = boundConsents(consents);
  const leaves = {
    set: [
      'sessions = :none',
      'consents = :consents',
      bound.set,
      'points = :nowhere',
      ...moves.set,
      ...change.set,
    ],
    remove: change.remove,
    condition: moves.condition,
    values: {
      ':none': {},
      ':consents': consents,
      ':nowhere': [],
      ...bound.values,
      ...moves.values,
      ...change.values,
    },
  };
  return {
    writes: [
      // From now on nobody is behind this account: the one that stays counts the person.
      {
        ...advanceHead(subjectId, ledgerHead(person), left.head, leaves),
        seen: { holds: ['persons'] },
        owner: person,
        holds: [],
      },
      ...entries,
      left.write,
      ...writes,
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
