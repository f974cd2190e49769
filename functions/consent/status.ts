import { toInstant } from '../../lib/clock';
import type { Deps } from '../../lib/deps';
import type { Run } from '../../lib/gate/operation';
import { isAgreed } from '../../lib/gate/purpose';
import { consentPurposeIds } from '../../lib/policy/purposes';
import { consentOf, type Person } from '../../lib/table/person/person';

/** Where the person stands on every purpose that needs consent. `current` says whether a grant covers what the purpose reaches today. */
export async function status(deps: Deps, { caller }: Run<'subject', Record<string, never>>) {
  return consentsOf(deps, caller.person);
}

export function consentsOf(deps: Deps, person: Person) {
  const consents = consentPurposeIds.map((purpose) => {
    const state = consentOf(person, purpose);
    if (!state) return { purpose, granted: false, seenEntry: 0, policyVersion: 0, current: false };
    const { granted, entry: seenEntry, policyVersion, atSeconds } = state;
    const at = atSeconds > 0 ? { at: toInstant(atSeconds * 1000) } : {};
    return {
      purpose,
      granted,
      seenEntry,
      policyVersion,
      ...at,
      current: isAgreed(deps, person, purpose),
    };
  });
  return { consents };
}
