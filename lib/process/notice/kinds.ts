import { MINUTE_MS } from '../../clock';
import type { Deps } from '../../deps';
import type { ProcessRef } from '../../table/process/process';
import type { ProcessKind } from '../kind';
import { runProcess } from '../run';
import { gather, spread } from './spread';
import { tell } from './tell';

/** What the worker of notices takes up: nobody else knows these kinds, because nobody else has the channels. */
export const noticeKinds: Readonly<Record<string, ProcessKind>> = {
  notice: { spread, gather },
  'notice-part': { tell },
};

/** One worker at a part, because two would use up the channels' time for the same people. Longer than a visit lasts. */
const HOLD_MS = 2 * MINUTE_MS;

/** Takes up a process of a notice. As `runProcess`, with the queue of notices in the place of the other one. */
export function runNotice(deps: Deps, ref: ProcessRef, requestId: string) {
  const holdMs = ref.kind === 'notice-part' ? HOLD_MS : 0;
  return runProcess({ ...deps, queue: deps.noticeQueue }, ref, requestId, noticeKinds, holdMs);
}
