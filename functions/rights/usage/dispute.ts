import type { Deps } from '../../../lib/deps';
import { AppError } from '../../../lib/errors';
import type { Run } from '../../../lib/gate/operation';
import { askTicket } from '../../../lib/table/ticket/ask-ticket';
import { ledgerLine } from './ledger-lines';
import { otherLine } from './other-lines';
import { disputeShown } from './usage';

type Dispute = { line: string; words: string; idempotencyKey: string };

/**
 * Disputes a line of the caller's own register: opens a ticket about it, or adds to the one that waits. The line stays as it is,
 * with the ticket and its answer beside it (promise D6).
 * @throws AppError NOT_FOUND for what is no line of theirs; IDEMPOTENCY_CONFLICT | LIMIT_REACHED | BUSY
 */
export async function dispute(deps: Deps, { caller, input, requestId }: Run<'subject', Dispute>) {
  const { person, sealer } = caller;
  const { line: id, words, idempotencyKey } = input;
  const line = id.startsWith('E-')
    ? await ledgerLine(deps, person.subjectId, Number(id.slice(2)))
    : await otherLine(deps, person, id);
  if (!line) throw new AppError('NOT_FOUND');
  const ask = { sealer, kind: 'dispute', about: line.line, words, proof: 'session', idempotencyKey } as const;
  const { ticket } = await askTicket(deps, person, ask, requestId);
  return { line: line.line, dispute: disputeShown(ticket) };
}
