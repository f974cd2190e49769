import type { Deps } from '../../lib/deps';
import type { Run } from '../../lib/gate/operation';
import { goesOnRestored } from '../../lib/process/re-erase';
import { runProcess as run } from '../../lib/process/run';
import type { ProcessRef } from '../../lib/table/process/process';

/** Takes up the process that a message names. In a restored table most wait: the index brings them back when it is opened. */
export async function runProcess(
  deps: Deps,
  { input, requestId }: Pick<Run<'queue', ProcessRef>, 'input' | 'requestId'>,
) {
  if (deps.policy.isRestored() && !goesOnRestored(input.kind)) return { outcome: 'waits' as const, count: 0 };
  return run(deps, input, requestId);
}
