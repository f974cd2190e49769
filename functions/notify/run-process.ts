import type { Deps } from '../../lib/deps';
import type { Run } from '../../lib/gate/operation';
import { runNotice } from '../../lib/process/notice/kinds';
import type { ProcessRef } from '../../lib/table/process/process';

/** Takes up the notice, or the part of one, that a message names. */
export function runProcess(
  deps: Deps,
  { input, requestId }: Pick<Run<'queue', ProcessRef>, 'input' | 'requestId'>,
) {
  return runNotice(deps, input, requestId);
}
