import type { Deps } from '../../lib/deps';
import type { Run } from '../../lib/gate/operation';
import { runProcess as run } from '../../lib/process/run';
import type { ProcessRef } from '../../lib/table/process/process';

/** Takes up the process that a message names. */
export function runProcess(
  deps: Deps,
  { input, requestId }: Pick<Run<'queue', ProcessRef>, 'input' | 'requestId'>,
) {
  return run(deps, input, requestId);
}
