import { randomBytes } from 'node:crypto';
import type { Deps } from '../../lib/deps';
import { keys } from '../../lib/table/keys';
import { readPerson } from '../../lib/table/person/person';
import { openPerson } from '../../lib/table/person/person-key';
import { openTicket } from '../../lib/table/ticket/open-ticket';

/**
 * The number of a ticket about somebody which is in the hands of a member of the staff, put into the table without a call: for who
 * needs one and looks at something else. Asked again it is the same one.
 */
export async function ticketOf(deps: Deps, subjectId: string, staffId: string): Promise<string> {
  const [item] = await deps.table.getMany([keys.person(subjectId)]);
  const sealer = item && (await openPerson(deps, readPerson(item)));
  // Nobody's: whatever it is used for is refused.
  if (!sealer) return randomBytes(16).toString('base64url');
  const { ticket, writes } = await openTicket(deps, {
    subjectId,
    sealer,
    kind: 'request',
    words: '请办理。',
    proof: 'paper',
    idempotencyKey: `ticket-of-${staffId}`,
    filed: { by: staffId, paperHash: 'ab'.repeat(32) },
  });
  const [first, ...others] = writes;
  if (first) await deps.table.write(first, ...others);
  return ticket.ticketId;
}
