import type { Write } from '../client';
import { beginProcess, type ProcessRef } from '../process/process';
import type { Person } from './person';

/** The process that ends an account by right (lib/process/end-account.ts). Nobody has more than one. */
export function endOfAccount(subjectId: string): ProcessRef {
  return { kind: 'end-account', id: 'account', subjectId };
}

/**
 * The writes that begin the end of an account, for the transaction that moves the person on; the message comes after it.
 * Refused where one has begun.
 * @param at when it is asked for, as an instant
 * @param cause number of the entry in the person's ledger that asks for it
 */
export function startOfEnd({ subjectId }: Pick<Person, 'subjectId'>, at: string, cause: number): Write[] {
  return [beginProcess(endOfAccount(subjectId), 'cool', { cause, count: 0 }, Date.parse(at))];
}
