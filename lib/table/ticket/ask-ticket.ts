import { type Clock, toInstant } from '../../clock';
import type { KeyRing } from '../../crypto/key-ring';
import type { Table } from '../client';
import { appendEntry } from '../ledger/append';
import type { Person } from '../person/person';
import { lostRace, untilWon } from '../races';
import { type Ask, type Opened, openTicket } from './open-ticket';

type Parts = { table: Table; ring: KeyRing; clock: Clock };

/**
 * Opens a ticket, or joins the same one, in the transaction that the person's ledger says so by. Sent again it is there once.
 * @throws AppError IDEMPOTENCY_CONFLICT | LIMIT_REACHED | BUSY
 */
export function askTicket(
  parts: Parts,
  person: Person,
  ask: Omit<Ask, 'subjectId'>,
  requestId: string,
): Promise<Opened> {
  const { subjectId } = person;
  const { filed } = ask;
  return untilWon(async () => {
    const opened = await openTicket(parts, { ...ask, subjectId });
    if (opened.writes.length === 0) return opened;
    const entry = {
      at: toInstant(parts.clock.now()),
      act: 'review.asked',
      actor: filed ? 'staff' : 'self',
      ...(filed && { staff: filed.by }),
      purpose: 'review',
      kinds: ['ticket-words'],
      way: ask.kind,
      ticket: opened.ticket.ticketId,
      requestId,
    } as const;
    return appendEntry(parts, person, entry, opened.writes).then(() => opened, lostRace);
  });
}
