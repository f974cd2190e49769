import { DAY_MS, HOUR_MS, toInstant } from '../../lib/clock';
import type { Random } from '../../lib/crypto/random';
import type { Deps } from '../../lib/deps';
import { AppError } from '../../lib/errors';
import { truncateAddress } from '../../lib/gate/network-place';
import type { Run } from '../../lib/gate/operation';
import { retentionMs } from '../../lib/policy/retention';
import { ConditionFailed, type Item, type Write } from '../../lib/table/client';
import { appendPlanned } from '../../lib/table/ledger/append';
import type { Person } from '../../lib/table/person/person';
import {
  type Guardian,
  guardianCodeKey,
  guardianKey,
  minorKey,
  noGuardianNeeded,
  putGuardian,
  putGuardianCode,
  putWard,
  readAge,
  readGuardian,
  readGuardianCode,
  wardIdOf,
} from '../../lib/table/real-name/minor';
import { readRealName, realNameKeys } from '../../lib/table/real-name/real-name';
import { guardianNotice } from './guardian-notice';
import { writeInBothLedgers } from './two-ledgers';
import { demandGrownUp, demandOtherPerson, grownUpKeys } from './who-may-answer';

/** A guardian may be at work: the code is good for a day, and told in person. */
export const GUARDIAN_CODE_MS = retentionMs('guardian-code-life');
export const GUARDIAN_ASKS_PER_PERSON = {
  name: 'GUARDIAN_ASKS_PER_PERSON',
  per: 'person',
  max: 5,
  windowMs: DAY_MS,
} as const;
/** Codes that one person may try: of 2^40 codes, guessing is hopeless. */
export const GUARDIAN_CODES_PER_PERSON = {
  name: 'GUARDIAN_CODES_PER_PERSON',
  per: 'person',
  max: 10,
  windowMs: HOUR_MS,
} as const;

/** 32 letters and digits that cannot be taken for each other. */
const CODE_ALPHABET = '23456789ABCDEFGHJKLMNPQRSTUVWXYZ';
export const CODE_CHARS = 8;

function newCode(random: Random): string {
  return [...random(CODE_CHARS)].map((byte) => CODE_ALPHABET[byte % CODE_ALPHABET.length]).join('');
}

function readCode(typed: string): string {
  return typed.normalize('NFKC').replace(/[\s-]/g, '').toUpperCase();
}

/** What is read with somebody who asks: the guardian before, and what shows that they are no child. */
export const askKeys = (subjectId: string) =>
  [guardianKey(subjectId), minorKey(subjectId), ...realNameKeys(subjectId)] as const;

/**
 * Gives a child a code for their guardian (promise N4). Nothing about the child is in it, and asking again makes the
 * code before it useless. The birth date that led here has not been kept. Whoever asks has said that they are a child, unless
 * they are known to be none: from now on what rests on consents waits for the guardian (PIPL art. 31).
 */
export async function askGuardian(deps: Deps, { caller, requestId }: Run<'subject', Record<string, never>>) {
  const { person } = caller;
  const { subjectId } = person;
  const before = readGuardian(caller.alsoRead);
  if (before?.state === 'consented' && before.textHash === guardianNotice.textHash)
    throw new AppError('NOT_NOW', { why: '监护人已经同意。' });
  const [mark, ...results] = caller.furtherRead;
  const { reachVersions } = deps.policy.inForce();
  const age =
    readAge(mark)?.band ??
    results.flatMap((item) => readRealName(reachVersions, item, person)?.band ?? [])[0];
  const isChild = age === undefined || age === 'under-14';
  const nowMs = deps.clock.now();
  const at = toInstant(nowMs);
  const code = newCode(deps.random);
  const codeDigest = await deps.ring.digest('guardian-code', code);
  const writes: Write[] = [
    ...putGuardian(subjectId, { state: 'asked', codeDigest, askedAt: at }, caller.alsoRead),
    putGuardianCode(subjectId, codeDigest, at),
  ];
  const entry = { at, act: 'guardian.asked', actor: 'self', purpose: 'minors', requestId } as const;
  try {
    await appendPlanned(deps, person, ({ needsGuardian = 'said' }) => ({
      entry,
      also: writes,
      ...(isChild && { change: { standing: { needsGuardian } } }),
    }));
  } catch (error) {
    if (error instanceof ConditionFailed)
      throw new AppError('NOT_NOW', { why: '授权码刚刚有了变化，请刷新后重试。' });
    throw error;
  }
  return { code, expiresAt: toInstant(nowMs + GUARDIAN_CODE_MS) };
}

type Respond = {
  code: string;
  decision: 'consent' | 'refuse';
  textHash: string;
  evidence: { control: string; defaultState: string; dwellMs: number };
};

/**
 * A guardian's answer, bound to the exact notice that was shown (PIPL art. 31; promise N4). Only an adult who is verified
 * surely enough and has a phone of their own may answer, which is looked at before the code, so that nobody else can try codes,
 * and is a condition of the answer's own write; and only from another WeChat than the child's. Both ledgers say so in one
 * transaction; the child's names the guardian by internal number (PIPL art. 31), the guardian's does not name the child.
 * @throws AppError CALLER_NOT_ALLOWED | POLICY_CHANGED | NOT_FOUND | BUSY
 */
export async function guardianRespond(
  deps: Deps,
  run: Run<'subject', Respond>,
): Promise<{ state: 'consented' | 'refused'; wardId?: string }> {
  const { caller, input } = run;
  const { person } = caller;
  const { subjectId: guardianId } = person;
  if (input.textHash !== guardianNotice.textHash) throw new AppError('POLICY_CHANGED');
  const codeDigest = await deps.ring.digest('guardian-code', readCode(input.code));
  const ownKeys = grownUpKeys(guardianId);
  const [code, ...shown] = await deps.table.getMany([guardianCodeKey(codeDigest), ...ownKeys]);
  demandGrownUp(deps, person, shown);
  const childId = readGuardianCode(code);
  if (!childId || childId === guardianId) throw new AppError('NOT_FOUND');
  const state = input.decision === 'consent' ? 'consented' : 'refused';
  const wardId = wardIdOf(codeDigest);
  await writeInBothLedgers(deps, person, childId, ownKeys, async (child, items) => {
    const allowed = (now: Person) => {
      demandOtherPerson(now, child);
      return demandGrownUp(deps, now, items.own);
    };
    const asSeen = allowed(person);
    const before = readGuardian(items.guardian);
    if (before?.codeDigest !== codeDigest) throw new AppError('NOT_FOUND');
    if (before.state === state && before.guardianId === guardianId) return undefined; // sent twice
    if (before.state !== 'asked') throw new AppError('NOT_FOUND');
    return {
      ...entriesOf(run, state, deps.policy.inForce().version),
      sealer: caller.sealer,
      change: state === 'consented' ? noGuardianNeeded : {},
      stillAllowed: allowed,
      writes: [
        ...decide(deps, { childId, guardianId, wardId, before, seen: items.guardian, state }),
        ...asSeen,
      ],
    };
  });
  return { state, ...(state === 'consented' && { wardId }) };
}

type Decision = {
  childId: string;
  guardianId: string;
  wardId: string;
  before: Guardian;
  seen: Item | undefined;
  state: 'consented' | 'refused';
};

function decide(deps: Deps, { childId, guardianId, wardId, before, seen, state }: Decision): Write[] {
  const decidedAt = toInstant(deps.clock.now());
  const { textHash } = guardianNotice;
  return [
    ...putGuardian(childId, { ...before, state, decidedAt, guardianId, textHash }, seen),
    ...(state === 'consented' ? [putWard(guardianId, { wardId, childId, consentedAt: decidedAt })] : []),
  ];
}

function entriesOf(
  { caller, input, requestId, address }: Run<'subject', Respond>,
  state: 'consented' | 'refused',
  policyVersion: number,
) {
  const common = {
    act: state === 'consented' ? 'guardian.consented' : 'guardian.refused',
    purpose: 'minors',
    policyVersion,
    textHash: guardianNotice.textHash,
    language: guardianNotice.language,
    requestId,
  } as const;
  const evidence = { ...input.evidence, ...(address && { address: truncateAddress(address) ?? '' }) };
  return {
    own: { ...common, actor: 'self', evidence } as const,
    others: { ...common, actor: 'guardian', guardian: caller.person.subjectId } as const,
  };
}
