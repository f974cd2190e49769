import { noticeKinds } from '../../notice/kinds';
import { beijingDay } from '../../policy/working-days';
import type { Write } from '../../table/client';
import { beginProcess, type ProcessRef, type ProcessState } from '../../table/process/process';
import type { ConcernedKind } from './concern';

/**
 * The process that tells those whom something concerns (./audience.ts). Its name is that of the notice: the day and what it is
 * about, so that an inbox by names has the newest first.
 */
export function audienceProcess(about: string, nowMs: number): ProcessRef {
  return { kind: 'audience', id: `${beijingDay(nowMs).replaceAll('-', '')}-${about}` };
}

/** Begins it, in the transaction of what it follows from. `state` says what the kind's concern needs to know. */
export function beginAudience(
  ref: ProcessRef,
  kind: ConcernedKind,
  state: ProcessState,
  nowMs: number,
): Write {
  const isAnnounced = (noticeKinds[kind].channels as readonly string[]).includes('announcement');
  return beginProcess(ref, isAnnounced ? 'announce' : 'gather', { ...state, kind, beganAtMs: nowMs }, nowMs);
}
