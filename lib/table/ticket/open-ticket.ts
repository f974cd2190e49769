import { type Clock, toInstant } from '../../clock';
import { idOfRequest } from '../../crypto/request-id';
import { AppError } from '../../errors';
import { endOfWorkingDays } from '../../policy/working-days';
import type { Table, Write } from '../client';
import { create } from '../replace';
import type { Sealer } from '../sealer';
import { noteOpen, OPEN_TICKETS_PER_PERSON, openTicketsKey, readOpen, sameness } from './open-tickets';
import { demandState, type TicketKind, type TicketProof } from './states';
import {
  changeTicket,
  type Piece,
  readTicket,
  type SeenTicket,
  type Ticket,
  ticket,
  ticketKey,
} from './ticket';

/** An answer within 15 working days (认定方法 六; promise R6). */
export const TICKET_WORKING_DAYS = 15;
/** What may be said in one ticket, the first words and what was added: so many times. */
export const PIECES_PER_TICKET = 10;

export type Ask = {
  subjectId: string;
  sealer: Sealer;
  kind: TicketKind;
  /** What it is about, by a number of ours. Two of one kind about the same thing are one ticket while it waits. */
  about?: string | undefined;
  words: string;
  proof: TicketProof;
  /** Of the request: the same key again is the same ticket. */
  idempotencyKey: string;
  /** A paper that a member of the staff files for somebody. */
  filed?: { by: string; paperHash: string };
};

/** What came of an ask: the ticket, whether it is another that was there before, and what has to be written. */
export type Opened = { ticket: Ticket; joined: boolean; writes: Write[] };

/** The ticket of a request: the same for a repeat, and another for everybody else. */
export const ticketIdFor = (subjectId: string, idempotencyKey: string): string =>
  idOfRequest('ticket', subjectId, idempotencyKey);

/**
 * Opens a ticket, or joins the same one that waits: the words are added there, and it rests on the weaker of both proofs, so that
 * nobody comes past the check of who they are (promise R5). The writes go into the transaction of the caller, who looks again
 * where they are refused; a repeat has none. One or two trips.
 * @throws AppError IDEMPOTENCY_CONFLICT | LIMIT_REACHED
 */
export async function openTicket(parts: { table: Table; clock: Clock }, ask: Ask): Promise<Opened> {
  const { subjectId, sealer, idempotencyKey, kind, about, words, proof, filed } = ask;
  const ticketId = ticketIdFor(subjectId, idempotencyKey);
  const nowMs = parts.clock.now();
  const said: Piece = { id: ticketId, at: toInstant(nowMs), text: words };
  const keys = [openTicketsKey(subjectId), ticketKey(subjectId, ticketId)];
  const [desk, itself] = await parts.table.getMany(keys);
  const known = readTicket(itself, sealer);
  if (known) return repeatOf(known, said, ask);
  const first = readOpen(desk)[sameness({ ticketId, kind, about })];
  if (first !== undefined) {
    const [item] = await parts.table.getMany([ticketKey(subjectId, first)]);
    const met = readTicket(item, sealer);
    if (!met) throw new AppError('BUSY'); // done with at this moment
    return addTo(subjectId, met, said, proof, sealer);
  }
  const max = OPEN_TICKETS_PER_PERSON;
  if (Object.keys(readOpen(desk)).length >= max)
    throw new AppError('LIMIT_REACHED', { limit: 'OPEN_TICKETS_PER_PERSON', max });
  const answerBy = toInstant(await endOfWorkingDays(nowMs, TICKET_WORKING_DAYS));
  const value: Ticket = {
    ...{ ticketId, version: 1, kind, about, askedAt: said.at, answerBy, dueAt: answerBy, words: [said] },
    // Who files a paper has it in hand.
    ...{ state: filed ? 'assigned' : 'open', assignee: filed?.by },
    ...{ proof, filedBy: filed?.by, paperHash: filed?.paperHash },
  };
  const put = create(ticket.make(subjectId, ticketId, value, { sealer }));
  return { ticket: value, joined: false, writes: [put, noteOpen(subjectId, desk, value)] };
}

/**
 * Adds words to a ticket that waits. What comes with a weaker proof makes it as weak.
 * @throws AppError NOT_NOW | LIMIT_REACHED | IDEMPOTENCY_CONFLICT
 */
export function addTo(
  subjectId: string,
  seen: SeenTicket,
  said: Piece,
  proof: TicketProof,
  sealer: Sealer,
): Opened {
  const { value } = seen;
  if (value.words.some(({ id }) => id === said.id)) return repeatOf(seen, said);
  demandState(value.state, 'add');
  if (value.words.length >= PIECES_PER_TICKET)
    throw new AppError('LIMIT_REACHED', { limit: 'PIECES_PER_TICKET', max: PIECES_PER_TICKET });
  const change = {
    words: [...value.words, said],
    proof: proof === 'session' ? proof : value.proof,
  };
  const writes = [changeTicket(subjectId, seen, change, sealer)];
  return { ticket: { ...value, ...change }, joined: true, writes };
}

function repeatOf({ value }: SeenTicket, said: Piece, asked?: Pick<Ask, 'kind' | 'about'>): Opened {
  const before = value.words.find(({ id }) => id === said.id);
  const isSame = !asked || (asked.kind === value.kind && asked.about === value.about);
  if (before?.text !== said.text || !isSame) throw new AppError('IDEMPOTENCY_CONFLICT');
  return { ticket: value, joined: value.ticketId !== said.id, writes: [] };
}
