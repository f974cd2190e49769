import type { Deps } from '../../lib/deps';
import { AppError } from '../../lib/errors';
import type { Run } from '../../lib/gate/operation';
import type { WayId } from '../../lib/policy/assurance';
import { ConditionFailed, type Item, type Write } from '../../lib/table/client';
import { appendEntry } from '../../lib/table/ledger/append';
import type { Person } from '../../lib/table/person/person';
import { untilWon } from '../../lib/table/races';
import {
  guardianConsents,
  guardianKey,
  markMinor,
  minorKey,
  noGuardianNeeded,
} from '../../lib/table/real-name/minor';
import {
  keepRealName,
  type RealName,
  readClaim,
  readRealName,
  realNameKey,
  resultKinds,
  resultPurposeOf,
} from '../../lib/table/real-name/real-name';
import type { Release } from '../../lib/table/real-name/release';
import { isSameRequest } from './check';
import { refuseClaim, weakerClaim } from './claims';
import { guardianNotice } from './guardian-notice';
import { demandAge } from './known-age';

/** What is known of a person before a check, read in one trip. */
export type KnownBefore = { result: Item | undefined; minor: Item | undefined; guardian: Item | undefined };

export async function loadResult(deps: Deps, subjectId: string, way: WayId): Promise<KnownBefore> {
  const wanted = [realNameKey(subjectId, resultPurposeOf(way)), minorKey(subjectId), guardianKey(subjectId)];
  const [result, minor, guardian] = await deps.table.getMany(wanted);
  return { result, minor, guardian };
}

/** What the person is told of a result that is kept. */
export function resultForPerson({ way, verifiedAt, maskedName, band }: RealName) {
  const minor = band !== undefined && band !== 'adult';
  return { verified: true as const, way, verifiedAt, minor, ...(maskedName && { maskedName }) };
}

export type NewResult = {
  value: RealName;
  seen: KnownBefore;
  /** Whether a result in force may be replaced: only after a fresh proof of self. */
  again: boolean;
  /** Further writes of the same moment, none of which may be refused. */
  also?: Write[];
};

/**
 * Keeps a result in one transaction with its ledger entry: the result, the claim of the number for this account, the
 * mark of a minor. A claim that another account has made by a weaker way ends in it (lib/policy/assurance.ts). Only now may
 * IDENTITY_TAKEN be said: the partner has confirmed that number and name are this person's, so nobody can probe which numbers
 * are registered.
 * @throws AppError IDENTITY_TAKEN | NOT_NOW | CONSENT_REQUIRED | GUARDIAN_REQUIRED | BUSY
 */
export async function keepResult(
  deps: Deps,
  { caller, requestId }: Run<'subject', unknown>,
  person: Person,
  { value, seen, again, also = [] }: NewResult,
) {
  const { subjectId } = person;
  const { way, uniqueDigest, verifiedAt: at } = value;
  const purpose = resultPurposeOf(way);
  const entry = {
    at,
    act: 'real-name.verified',
    actor: 'self',
    purpose,
    kinds: resultKinds(way),
    way,
    requestId,
  } as const;
  const claim = { home: purpose, uniqueDigest };
  const inForce = (result: Item | undefined) =>
    readRealName(deps.policy.inForce().reachVersions, result, person, caller.sealer);
  let before = seen;
  let release: Release | undefined;
  return untilWon(async () => {
    const age = demandAge(before, inForce(before.result), value);
    const kept = { ...value, band: age.band };
    const isChild = age.band === 'under-14';
    const writes = [
      ...keepRealName(subjectId, kept, before.result, caller.sealer, release),
      ...markMinor(subjectId, before.minor, age, at),
      ...(isChild ? [guardianConsents(subjectId, guardianNotice.textHash)] : []),
      ...also,
      ...(release?.writes ?? []),
    ];
    // Whoever is known to be no child needs no guardian any more.
    const change = age.band !== undefined && !isChild ? noGuardianNeeded : undefined;
    try {
      await appendEntry(deps, person, entry, writes, { change });
      return resultForPerson(kept);
    } catch (error) {
      if (!(error instanceof ConditionFailed)) throw error;
      const [result, taken] = error.found;
      const held = result ? undefined : readClaim(taken?.item);
      release = held && (await weakerClaim(deps, requestId, claim, way));
      if (held && !release) return refuseClaim(deps, subjectId, { ...claim, heldBy: held.subjectId }, way);
    }
    before = await loadResult(deps, subjectId, way);
    const live = inForce(before.result);
    if (live && isSameRequest(live, value)) return resultForPerson(live);
    if (live && !again)
      throw new AppError('NOT_NOW', { why: '您已经实名，不必再次核验；要改用新的信息，请重新实名核验。' });
    return undefined;
  });
}
