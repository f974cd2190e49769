import * as z from 'zod/mini';
import { plain } from '../attribute';
import type { Item, Write } from '../client';
import { declareEntity } from '../entity';
import type { Key } from '../keys';
import { inPerson } from '../place';
import { create } from '../replace';
import type { ClearTicket } from './ticket';

/** Tickets of one person that wait at the same time: nobody fills the queue alone. */
export const OPEN_TICKETS_PER_PERSON = 10;

/**
 * A person's tickets that wait, by what makes two of them the same: the kind and what they are about. So a duplicate is found in
 * one read, also of two at once, and nobody has more than a few.
 */
export const openTickets = declareEntity('open-tickets', {
  place: inPerson('review', 'open-tickets'),
  life: { rule: 'open-ticket-life' },
  unheld: 'it says which tickets wait, and a ticket is never held',
  unguarded: 'which tickets are the same as one that is asked; the tickets are bound themselves',
  attributes: { open: plain('open-tickets', z.record(z.string(), z.string())) },
});

export const openTicketsKey = (subjectId: string): Key => openTickets.key(subjectId);

/** By what a ticket is the same as another: by nothing, where it is about nothing in particular. */
export const sameness = ({
  ticketId,
  kind,
  about,
}: Pick<ClearTicket, 'ticketId' | 'kind' | 'about'>): string =>
  about === undefined ? ticketId : `${kind} ${about}`;

export function readOpen(item: Item | undefined): Record<string, string> {
  return openTickets.read(item)?.open ?? {};
}

/** Notes that a ticket waits. Refused where the same one does, or too many, or the note is not as it was seen. */
export function noteOpen(subjectId: string, seen: Item | undefined, ticket: ClearTicket): Write {
  const { ticketId } = ticket;
  if (!seen)
    return create(openTickets.make(subjectId, undefined, { open: { [sameness(ticket)]: ticketId } }));
  return {
    Update: {
      Key: openTicketsKey(subjectId),
      UpdateExpression: 'SET #open.#same = :id',
      ConditionExpression: 'attribute_not_exists(#open.#same) AND size(#open) < :most',
      ExpressionAttributeNames: { '#open': 'open', '#same': sameness(ticket) },
      ExpressionAttributeValues: { ':id': ticketId, ':most': OPEN_TICKETS_PER_PERSON },
    },
  };
}

/** Notes that a ticket waits no longer. */
export function noteDone(subjectId: string, ticket: ClearTicket): Write {
  return {
    Update: {
      Key: openTicketsKey(subjectId),
      UpdateExpression: 'REMOVE #open.#same',
      ConditionExpression: 'attribute_exists(pk)',
      ExpressionAttributeNames: { '#open': 'open', '#same': sameness(ticket) },
    },
  };
}

/**
 * Notes the tickets that wait and come from an account given up, also beyond what one may ask: they were asked already. Where both
 * accounts had asked the same, the note names the one that came, and asking it a third time may open another.
 */
export function noteCarried(
  subjectId: string,
  seen: Item | undefined,
  tickets: readonly ClearTicket[],
): Write[] {
  if (tickets.length === 0) return [];
  const open = Object.fromEntries(tickets.map((one) => [sameness(one), one.ticketId]));
  if (!seen) return [create(openTickets.make(subjectId, undefined, { open }))];
  const all = Object.entries(open);
  return [
    {
      Update: {
        Key: openTicketsKey(subjectId),
        UpdateExpression: `SET ${all.map((_, index) => `#open.#${index} = :${index}`).join(', ')}`,
        ConditionExpression: 'attribute_exists(pk)',
        ExpressionAttributeNames: {
          '#open': 'open',
          ...Object.fromEntries(all.map(([same], index) => [`#${index}`, same])),
        },
        ExpressionAttributeValues: Object.fromEntries(all.map(([, id], index) => [`:${index}`, id])),
      },
    },
  ];
}
