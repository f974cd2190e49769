import type { Deps } from '../../lib/deps';
import type { Run } from '../../lib/gate/operation';
import { RECEIPTS_ARE_THERE } from '../../lib/notice/receipt';
import { runNotice } from '../../lib/process/notice/kinds';
import type { ProcessRef } from '../../lib/table/process/process';
import { fetchAll } from './wake';

/** Takes up the notice, or the part of one, that a message names; or fetches the receipts that a partner says are there. */
export async function runProcess(
  deps: Deps,
  { input, requestId }: Pick<Run<'queue', ProcessRef>, 'input' | 'requestId'>,
) {
  if (input.kind !== RECEIPTS_ARE_THERE.kind) return runNotice(deps, input, requestId);
  const { noted } = await fetchAll(deps, requestId);
  return { outcome: 'done' as const, count: noted };
}
