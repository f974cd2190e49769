import type { Deps } from '../../lib/deps';
import { AppError } from '../../lib/errors';
import type { Run } from '../../lib/gate/operation';
import { kindIdsFor, nameOfKind } from '../../lib/policy/registry';

/**
 * The policy in force, or a published version by its number: the exact text that consents are bound to, and its purposes
 * as data. @throws AppError NOT_FOUND
 */
export async function policy(deps: Deps, { input }: Run<'anyone', { version?: number | undefined }>) {
  const wanted = input.version ?? deps.policy.inForce().version;
  const found = await deps.policy.load(wanted);
  if (!found) throw new AppError('NOT_FOUND');
  const { registry } = found;
  return {
    ...found,
    purposes: Object.entries(registry.purposes).map(([id, purpose]) => ({
      ...purpose,
      purpose: id,
      needsConsent: purpose.basis === 'CONSENT',
      kinds: kindIdsFor(registry, id).map((kind) => nameOfKind(registry, kind)),
    })),
  };
}
