import { AppError } from '../errors';
import { scopeOf } from '../policy/document';
import { needsConsent, type PurposeId } from '../policy/purposes';
import { consentOf, type Person } from '../table/person';

/**
 * Demands the person's consent to a purpose that rests on it, for the scope in force: method, kinds, periods and
 * recipients as they are today. Old consent does not stretch (PIPL art. 14; promises K1, K3, K4).
 * @throws AppError CONSENT_REQUIRED naming the purpose
 */
export function demandConsent(person: Person, purpose: PurposeId): void {
  if (!needsConsent(purpose)) return;
  const consent = consentOf(person, purpose);
  if (!consent?.granted || consent.scope !== scopeOf(purpose))
    throw new AppError('CONSENT_REQUIRED', { purpose });
}
