import type { Item, Write } from '../client';
import { create, remove } from '../replace';
import type { Side } from '../sealer';
import { noteCarried } from './open-tickets';
import { isWaiting } from './states';
import { asSeen, readTicket, ticket } from './ticket';

/**
 * Carries tickets from an account that is given up into the one that stays (promises R5, R6): what was asked is answered where the
 * person now is, by the same day, by whom it was given to. `open` is the note of what waits there. Refused where one of the tickets
 * is not as it was seen.
 * @throws SealError for altered words
 */
export function carryTickets(items: readonly Item[], from: Side, to: Side, open: Item | undefined): Write[] {
  const seen = items.flatMap((item) => readTicket(item, from.sealer) ?? []);
  const waiting = seen.filter(({ value }) => isWaiting(value.state)).map(({ value }) => value);
  const carried = seen.flatMap(({ value, item }): Write[] => {
    const made = ticket.make(to.subjectId, value.ticketId, value, { sealer: to.sealer });
    const { createdAtSeconds } = item;
    return [create({ ...made, createdAtSeconds }), ...remove(item, asSeen(value.version))];
  });
  return [...carried, ...noteCarried(to.subjectId, open, waiting)];
}
