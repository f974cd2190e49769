import type { Deps } from '../deps';
import { nameOfEnd, wayEnd as readWay } from '../table/ends/end';
import type { Next, ProcessKind, StepInput } from './kind';

/**
 * Notes in the locked bucket that a way into an account has ended, so that no restore brings it back (promises A5, S7). The way is gone
 * from the transaction that began this (lib/table/ends/way-end.ts).
 */
export const wayEnd: ProcessKind = { note };

async function note({ vault }: Deps, { process: { subjectId = '', state } }: StepInput): Promise<Next> {
  const at = String(state.at);
  const end = readWay(at, subjectId, String(state.way), String(state.id));
  await vault.put(nameOfEnd(end), Buffer.from(at));
  return { to: 'end' };
}
