import type { Deps } from '../../lib/deps';
import { AppError } from '../../lib/errors';
import type { Run } from '../../lib/gate/operation';
import { ConditionFailed, type Item, type Write } from '../../lib/table/client';
import { appendEntry } from '../../lib/table/ledger/append';
import type { Person } from '../../lib/table/person/person';
import { untilWon } from '../../lib/table/races';
import { guardianConsents, guardianKey, markMinor, minorKey } from '../../lib/table/real-name/minor';
import {
  keepRealName,
  type RealName,
  readRealName,
  realNameKey,
  resultKinds,
  resultPurposeOf,
  type WayId,
} from '../../lib/table/real-name/real-name';
import { isSameRequest } from './check';
import { demandGuardian } from './check-limits';
import { guardianNotice } from './guardian-notice';

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
 * mark of a minor. Only now may IDENTITY_TAKEN be said: the partner has confirmed that number and name
 * are this person's, so nobody can probe which numbers are registered.
 * @throws AppError IDENTITY_TAKEN | NOT_NOW | CONSENT_REQUIRED | GUARDIAN_REQUIRED | BUSY
 */
export async function keepResult(
  deps: Deps,
  { caller, requestId }: Run<'subject', unknown>,
  person: Person,
  { value, seen, again, also = [] }: NewResult,
) {
  const { subjectId } = person;
  const { way, band, verifiedAt: at } = value;
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
  let before = seen;
  return untilWon(async () => {
    const writes = [
      ...keepRealName(subjectId, value, before.result, caller.sealer),
      ...markMinor(subjectId, before.minor, band, at),
      ...(band === 'under-14' ? [guardianConsents(subjectId, guardianNotice.textHash)] : []),
      ...also,
    ];
    try {
      await appendEntry(deps, person, entry, writes);
      return resultForPerson(value);
    } catch (error) {
      if (!(error instanceof ConditionFailed)) throw error;
      const [result, claim] = error.found;
      if (!result && claim) throw new AppError('IDENTITY_TAKEN');
    }
    before = await loadResult(deps, subjectId, way);
    if (band === 'under-14') demandGuardian(before.guardian);
    const live = readRealName(deps.policy.inForce().reachVersions, before.result, person, caller.sealer);
    if (live && isSameRequest(live, value)) return resultForPerson(live);
    if (live && !again)
      throw new AppError('NOT_NOW', { why: '您已经实名，不必再次核验；要改用新的信息，请重新实名核验。' });
    return undefined;
  });
}
