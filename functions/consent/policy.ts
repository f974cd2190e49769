import { policyInForce, renderPolicy } from '../../lib/policy/document';
import { kinds, kindsFor } from '../../lib/policy/kinds';
import { needsConsent, purposeIds, purposes } from '../../lib/policy/purposes';

/** The policy in force: the text a consent is bound to, and its purposes as data for the prompts. */
export async function policy() {
  return {
    ...policyInForce,
    text: renderPolicy(),
    purposes: purposeIds.map((purpose) => ({
      ...purposes[purpose],
      purpose,
      needsConsent: needsConsent(purpose),
      kinds: kindsFor(purpose).map((kind) => kinds[kind].name),
    })),
  };
}
