import { toInstant } from '../../clock';
import { type ConsentPurposeId, consentPurposeIds } from '../../policy/purposes';
import type { Write } from '../client';
import type { ConsentEnd } from '../ends/end';
import { beginProcess, type ProcessRef, type ProcessState } from '../process/process';

/** A promised erasure: of everything that rests on a purpose and carries the epoch that has ended. */
export type ErasureDuty = {
  subjectId: string;
  /** Number of the withdrawal in the person's ledger. */
  seq: number;
  purpose: ConsentPurposeId;
  epoch: number;
  /** Whether the consent stands all the same, and only what rested on it goes. */
  granted: boolean;
};

/** The process that an erasure is (lib/process/erasure.ts). */
export function erasureRef({ subjectId, seq }: Pick<ErasureDuty, 'subjectId' | 'seq'>): ProcessRef {
  return { kind: 'erasure', id: String(seq), subjectId };
}

/** The promise, written in the same transaction as the withdrawal that caused it. */
export function beginErasure(duty: ErasureDuty, nowMs: number): Write {
  const { seq, purpose, epoch, granted } = duty;
  const state = { cause: seq, purpose, epoch, count: 0, granted: Number(granted), at: toInstant(nowMs) };
  return beginProcess(erasureRef(duty), 'note', state, nowMs);
}

/** What an erasure is of, as its process says. @throws Error for a purpose that there is not */
export function ofErasure({
  purpose: of,
  epoch,
  granted,
}: ProcessState): Pick<ConsentEnd, 'what' | 'purpose' | 'epoch'> {
  const purpose = consentPurposeIds.find((id) => id === of);
  if (!purpose) throw new Error('an erasure is of no purpose that there is');
  return { what: granted ? 'part' : 'consent', purpose, epoch: Number(epoch) };
}
