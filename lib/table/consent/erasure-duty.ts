import type { PurposeId } from '../../policy/purposes';
import type { Write } from '../client';
import { beginProcess, type ProcessRef } from '../process/process';

/** A promised erasure: of everything that rests on a purpose and carries the epoch that has ended. */
export type ErasureDuty = {
  subjectId: string;
  /** Number of the withdrawal in the person's ledger. */
  seq: number;
  purpose: PurposeId;
  epoch: number;
};

/** The process that an erasure is (lib/process/erasure.ts). */
export function erasureRef({ subjectId, seq }: Pick<ErasureDuty, 'subjectId' | 'seq'>): ProcessRef {
  return { kind: 'erasure', id: String(seq), subjectId };
}

/** The promise, written in the same transaction as the withdrawal that caused it. */
export function beginErasure(duty: ErasureDuty, nowMs: number): Write {
  const { seq, purpose, epoch } = duty;
  return beginProcess(erasureRef(duty), 'erase', { cause: seq, purpose, epoch, count: 0 }, nowMs);
}
