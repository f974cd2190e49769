import { toInstant } from '../../clock';
import type { KeyRing } from '../../crypto/key-ring';
import type { ConsentPurposeId } from '../../policy/purposes';
import type { Table, Write } from '../client';
import { keys } from '../keys';
import { advanceHead } from '../ledger/append';
import { nextEntry } from '../ledger/ledger';
import type { Actor } from '../ledger/touched-key';
import { beginProcess, hasProcess, type ProcessRef } from '../process/process';
import { removePointer } from '../replace';
import { endConsents } from './end-consents';
import { ledgerHead, type Person } from './person';
import { type Identity, movePointer, pointerKey } from './pointer';
import { joinChanges, moveTo } from './standing';
import { noRests, type Rests } from './ways';

/** What moves when two accounts are settled: the ways in. What is erased after it has an entry of its own. */
export const waysInKinds = ['wechat-identity', 'wechat-openid'] as const;

type When = { nowMs: number; requestId: string; while?: Rests };

/**
 * The fences by which a person gives an account up: every consent ends as by so many withdrawals, with everything that ends
 * with it; every session ends; and no way leads in any more. What is behind them is moved or erased by processes. Refused
 * when the account has moved on since it was read, or anything has ended that `while` names.
 */
export async function leaveAccount(
  ring: KeyRing,
  person: Person,
  entry: { act: 'account.left'; other: string; by?: Actor | undefined },
  { nowMs, requestId, while: rests = noRests }: When,
): Promise<{ writes: Write[]; erasures: ProcessRef[]; ended: ConsentPurposeId[] }> {
  const { subjectId } = person;
  const at = toInstant(nowMs);
  const common = { actor: 'self', by: entry.by, requestId } as const;
  const before = ledgerHead(person);
  const gone = await endConsents(ring, person, before, { ...common, way: entry.act }, nowMs);
  const left = await nextEntry(ring, subjectId, gone.head, {
    ...common,
    at,
    purpose: 'account',
    kinds: waysInKinds,
    ...entry,
  });
  const { change, writes, erasures, ended } = gone;
  const { conditions, names, values } = rests;
  const leaves = joinChanges(moveTo('left', at), change, {
    set: ['sessions = :none', 'ways = :none', 'points = :nowhere'],
    ...(conditions.length > 0 && { condition: conditions.join(' AND ') }),
    names,
    values: { ':none': {}, ':nowhere': [], ...values },
  });
  return {
    writes: [
      // From now on nobody is behind this account: the one that stays counts the person.
      {
        ...advanceHead(person, left.head, leaves),
        seen: { holds: ['persons'] },
        owner: person,
        holds: [],
      },
      left.write,
      ...writes,
    ],
    erasures,
    ended,
  };
}

/** Makes these ways into one account lead to another one, and its others nowhere. Refused when one led elsewhere meanwhile. */
export function movePointers(
  { subjectId, identities }: Person,
  to: string,
  moved: readonly Identity[],
): Write[] {
  return identities.map((identity) =>
    moved.includes(identity)
      ? movePointer(identity, subjectId, to)
      : removePointer(pointerKey(identity.domain, identity.digest)),
  );
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
