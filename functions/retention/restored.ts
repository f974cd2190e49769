import type { Deps } from '../../lib/deps';
import { beginReErasure } from '../../lib/process/re-erase';

/**
 * Begins in a restored table that what had ended is ended again, where that has not begun (promise S7): by itself, so that
 * nobody has to think of it. Says so to whoever is on duty.
 */
export async function beginWhereRestored(deps: Deps, requestId: string): Promise<void> {
  if (!deps.policy.isRestored()) return;
  const { ref, begun } = await beginReErasure(deps);
  if (begun) deps.log({ event: 'alarm', requestId, operation: `process/${ref.kind}`, outcome: 'RESTORED' });
}
