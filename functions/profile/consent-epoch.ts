import { AppError } from '../../lib/errors';
import type { ConsentPurposeId } from '../../lib/policy/purposes';
import { ConditionFailed, type Item } from '../../lib/table/client';
import { consentOf, type Person } from '../../lib/table/person/person';

/** The epoch of a person's consent to a purpose; what carries an earlier one is dead. The gate has seen it granted. */
export function consentEpoch({ person }: { person: Person }, purpose: ConsentPurposeId): number {
  return consentOf(person, purpose)?.epoch ?? 0;
}

/**
 * What the item met that refused a write of the form `[Put, consentHolds]`.
 * @throws AppError CONSENT_REQUIRED when the consent was withdrawn in the meantime
 */
export function conflictingItem(error: unknown, purpose: ConsentPurposeId): Item | undefined {
  if (!(error instanceof ConditionFailed)) throw error;
  const [atItem, atPerson] = error.found;
  if (atPerson) throw new AppError('CONSENT_REQUIRED', { purpose });
  return atItem?.item;
}
