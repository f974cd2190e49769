import type { Write } from '../client';
import { beginProcess, type ProcessRef } from '../process/process';

/** The process that ends an account by right (lib/process/end-account.ts). Nobody has more than one. */
export function endOfAccount(subjectId: string): ProcessRef {
  return { kind: 'end-account', id: 'account', subjectId };
}

/**
 * The write that begins the end of an account without a cooling-off, for the transaction that has it ended; the message comes
 * after it. Refused where one has begun.
 * @param at when it is asked for, as an instant
 * @param cause number of the entry in the person's ledger that asks for it
 */
export function startOfEnd(subjectId: string, at: string, cause: number): Write {
  return beginProcess(endOfAccount(subjectId), 'hold-items', { cause, count: 0 }, Date.parse(at));
}
