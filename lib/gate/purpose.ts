import type { Deps } from '../deps';
import { AppError } from '../errors';
import { type Notice, noticeOf } from '../policy/purpose-notice';
import { type ConsentPurposeId, needsConsent, type PurposeId } from '../policy/purposes';
import { consentInForce, consentRequired, demandGuardianFor } from '../table/person/consents';
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
  if (!isAgreed(deps, person, purpose)) throw consentRequired(person, purpose);
}

/** The notice of a purpose in the version in force; undefined while that does not know it. */
export async function noticeInForce({ policy }: Policy, purpose: string): Promise<Notice | undefined> {
  const version = await policy.load(policy.inForce().version);
  return version && noticeOf(version, purpose);
}

/**
 * A refusal for want of a consent, wherever it comes from, brings what has to be put to the person, so that they can decide at
 * once and on the text in force (PIPL art. 14, 17; promise K1). @throws whatever `work` throws
 */
export async function withNotice<T>(deps: Policy, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'CONSENT_REQUIRED') throw error;
    const { purpose = '', seenEntry = 0 } = error.details ?? {};
    const notice = await noticeInForce(deps, purpose);
    throw new AppError('CONSENT_REQUIRED', { purpose, seenEntry, ...(notice && { notice }) });
  }
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
