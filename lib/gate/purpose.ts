import type { Deps } from '../deps';
import { AppError } from '../errors';
import { type ConsentPurposeId, needsConsent, type PurposeId } from '../policy/purposes';
import { consentInForce, demandGuardianFor } from '../table/person/consents';
import type { Person } from '../table/person/person';

type Policy = Pick<Deps, 'policy'>;

/**
 * Demands the person's consent to a purpose that rests on it, as far as the purpose reaches in the version in force.
 * Old consent does not stretch (PIPL art. 14; promises K1, K3, K4).
 * @throws AppError CONSENT_REQUIRED naming the purpose; GUARDIAN_REQUIRED to somebody under 14 without a guardian (N4)
 */
export function demandConsent(deps: Policy, person: Person, purpose: PurposeId): void {
  if (!needsConsent(purpose)) return;
  demandGuardianFor(person, purpose);
  if (!isAgreed(deps, person, purpose)) throw new AppError('CONSENT_REQUIRED', { purpose });
}

/**
 * To the staff, a person whose consent does not cover a purpose as far as it reaches today has nothing under it
 * (promises K3, K4).
 * @throws AppError NOT_FOUND
 */
export function demandSomethingThere(deps: Policy, person: Person, purpose: PurposeId): void {
  if (!needsConsent(purpose)) return;
  if (!isAgreed(deps, person, purpose)) throw new AppError('NOT_FOUND');
}

/** Whether a person's consent is in force and covers what the purpose reaches today. */
export function isAgreed({ policy }: Policy, person: Person, purpose: ConsentPurposeId): boolean {
  return consentInForce(policy.inForce().reachVersions, person, purpose) !== undefined;
}

/**
 * Demands that the version in force speaks of everything this build does for a purpose (promises K4, K7).
 * @throws AppError POLICY_PENDING until it does
 */
export function demandPublished({ policy }: Policy, purpose: PurposeId): void {
  if (!policy.covers(purpose)) throw new AppError('POLICY_PENDING', { purpose });
}
