import { policyInForce, scopeOf } from './document';
import type { PurposeId } from './purposes';

/**
 * The scope in force for a purpose at an instant, as far as this build knows: from the day the version in force took
 * effect. Undefined before, and then the scope of a grant is not judged.
 */
export function scopeAt(purpose: PurposeId, at: string): string | undefined {
  return at >= policyInForce.effectiveAt ? scopeOf(purpose) : undefined;
}
