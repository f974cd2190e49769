import { randomBytes } from 'node:crypto';
import type { Deps } from '../../lib/deps';
import { keys } from '../../lib/table/keys';
import { readPerson } from '../../lib/table/person/person';
import { openPerson } from '../../lib/table/person/person-key';
import { openTicket } from '../../lib/table/ticket/open-ticket';
import { isWaiting } from '../../lib/table/ticket/states';
import { moveTicket, ticketKey } from '../../lib/table/ticket/ticket';

/**
 * The number of a ticket about somebody which is in the hands of a member of the staff, put into the table without a call: for who
 * needs one and looks at something else. There is one of each person while it is open, and it goes to whoever needs it.
 */
export async function ticketOf(deps: Deps, subjectId: string, staffId: string): Promise<string> {
  const [item] = await deps.table.getMany([keys.person(subjectId)]);
  const sealer = item && (await openPerson(deps, readPerson(item)));
  // Nobody's: whatever it is used for is refused.
  if (!sealer) return randomBytes(16).toString('base64url');
  const ask = {
    subjectId,
    sealer,
    kind: 'request' as const,
    words: '请办理。',
    proof: 'paper' as const,
    about: 'line:1',
    idempotencyKey: 'ticket-of-somebody',
    filed: { by: staffId, paperHash: 'ab'.repeat(32) },
  };
  const known = await openTicket(deps, ask);
  // One that is done with is followed by another.
  const isOver = !isWaiting(known.ticket.state);
  const { ticket, writes } = isOver ? await openTicket(deps, { ...ask, idempotencyKey: staffId }) : known;
  const [first, ...others] = writes;
  if (first) await deps.table.write(first, ...others);
  const [there] = await deps.table.getMany([ticketKey(subjectId, ticket.ticketId)]);
  if (there && ticket.assignee !== staffId) await deps.table.write(moveTicket(there, { assignee: staffId }));
  return ticket.ticketId;
}
