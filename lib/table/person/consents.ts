import { AppError } from '../../errors';
import { waitsForGuardian } from '../../policy/age';
import type { ConsentPurposeId } from '../../policy/purposes';
import type { ReachVersions } from '../../policy/version';
import type { Write } from '../client';
import { keys } from '../keys';
import { livesFully, whileFully } from './life';
import { type Consent, consentOf, type Person } from './person';

/**
 * The one reader of consent by which anything is decided: a person's consent to a purpose while it is granted, covers what
 * the purpose reaches in the policy in force, and the person's life lets anybody act on it; of somebody under 14, while a
 * guardian answers for them (PIPL art. 14, 31, 44; promises K3, K4, N4). The same for whoever asks and whomever it is about.
 */
export function consentInForce(
  reachVersions: ReachVersions,
  person: Person,
  purpose: ConsentPurposeId,
): Consent | undefined {
  const given = consentOf(person, purpose);
  const isAlone = waitsForGuardian(person.needsGuardian, purpose);
  return livesFully(person) && !isAlone && covers(reachVersions, given, purpose) ? given : undefined;
}

/** Whether a grant covers what its purpose reaches in the policy in force: what an act of consent finds before it. */
export function covers(
  reachVersions: ReachVersions,
  given: Consent | undefined,
  purpose: ConsentPurposeId,
): boolean {
  const reached = reachVersions[purpose] ?? Number.POSITIVE_INFINITY;
  return given?.granted === true && given.policyVersion >= reached;
}

/** The refusal for want of a consent, with the state that the person decides from; the gate puts the notice beside it. */
export function consentRequired(person: Person, purpose: ConsentPurposeId): AppError {
  const seenEntry = consentOf(person, purpose)?.entry ?? 0;
  return new AppError('CONSENT_REQUIRED', { purpose, seenEntry });
}

/** @throws AppError GUARDIAN_REQUIRED where a purpose has to wait for the guardian of somebody under 14 (PIPL art. 31) */
export function demandGuardianFor({ needsGuardian }: Person, purpose: ConsentPurposeId): void {
  if (waitsForGuardian(needsGuardian, purpose)) throw new AppError('GUARDIAN_REQUIRED', { purpose });
}

/** Holds a write to a person whose need of a guardian is still what was seen. */
export function guardianAsSeen({ needsGuardian }: Person): {
  condition: string;
  values: Record<string, string>;
} {
  if (needsGuardian === undefined) return { condition: 'attribute_not_exists(needsGuardian)', values: {} };
  return { condition: 'needsGuardian = :needsGuardian', values: { ':needsGuardian': needsGuardian } };
}

/**
 * Withdrawals of a purpose so far: what carries another number is dead. It says which items are of today, and not whether
 * anything may be done with them; so whoever only ends something needs no more.
 */
export function epochOf(person: Person, purpose: ConsentPurposeId): number {
  return consentOf(person, purpose)?.epoch ?? 0;
}

/**
 * For a write that rests on somebody else's consent, or that opens what a purpose of its own covers: refuses it unless that
 * consent is still what was seen, so a withdrawal between check and write wins (promise K3). The caller's own consents are
 * conditions by themselves (`permission.ts`).
 */
export function consentHolds(subjectId: string, purpose: ConsentPurposeId, epoch: number): Write {
  return {
    ConditionCheck: {
      Key: keys.person(subjectId),
      ConditionExpression: `#consents.#purpose.granted = :true AND #consents.#purpose.epoch = :epoch AND attribute_not_exists(needsGuardian) AND ${whileFully.condition}`,
      ExpressionAttributeNames: { '#consents': 'consents', '#purpose': purpose },
      ExpressionAttributeValues: { ':true': true, ':epoch': epoch, ...whileFully.values },
    },
  };
}
