import type { ConsentPurposeId } from '../../lib/policy/purposes';
import { ConditionFailed, type Item } from '../../lib/table/client';
import { epochOf } from '../../lib/table/person/consents';
import type { Person } from '../../lib/table/person/person';

/** The epoch of a person's consent to a purpose; what carries an earlier one is dead. The gate has seen it granted. */
export function consentEpoch({ person }: { person: Person }, purpose: ConsentPurposeId): number {
  return epochOf(person, purpose);
}

/** What the first write of a refused transaction met. That the consent still stood is the table's own condition. */
export function conflictingItem(error: unknown): Item | undefined {
  if (!(error instanceof ConditionFailed)) throw error;
  return error.found[0]?.item;
}
