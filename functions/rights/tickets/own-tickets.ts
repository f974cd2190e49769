import { toInstant } from '../../../lib/clock';
import type { Deps } from '../../../lib/deps';
import { AppError } from '../../../lib/errors';
import type { Run, Subject } from '../../../lib/gate/operation';
import { readCursor, sealCursor } from '../../../lib/table/cursor';
import type { Key } from '../../../lib/table/keys';
import { appendEntry } from '../../../lib/table/ledger/append';
import { lostRace, untilWon } from '../../../lib/table/races';
import { askTicket } from '../../../lib/table/ticket/ask-ticket';
import { addTo, ticketIdFor } from '../../../lib/table/ticket/open-ticket';
import { noteDone } from '../../../lib/table/ticket/open-tickets';
import { type askedKinds, demandState } from '../../../lib/table/ticket/states';
import {
  changeTicket,
  clearTicket,
  moveTicket,
  queryTickets,
  readTicket,
  ticketKey,
} from '../../../lib/table/ticket/ticket';
import { lineOf, shownToPerson } from './shapes';

type Ask = {
  kind: (typeof askedKinds)[number];
  about?: string | undefined;
  words: string;
  idempotencyKey: string;
};
type One = { ticketId: string };

/** Tickets that one page looks at. */
const PAGE_TICKETS = 50;

/** Asks, or joins the same ticket that waits (promise R8); the session is the proof of who asks (promise R5). */
export async function ask(deps: Deps, { caller, input, requestId }: Run<'subject', Ask>) {
  const { person, sealer } = caller;
  const asked = { ...input, sealer, proof: 'session' } as const;
  const { ticket, joined } = await askTicket(deps, person, asked, requestId);
  return { ticket: shownToPerson(ticket), joined };
}

/** Adds words to a ticket that waits. They rest on the session: whoever had proved themselves does so again. */
export async function add(
  deps: Deps,
  { caller, input, requestId }: Run<'subject', One & { words: string; idempotencyKey: string }>,
) {
  const { person, sealer } = caller;
  const { subjectId } = person;
  return untilWon(async () => {
    const seen = await own(deps, caller, input);
    const at = toInstant(deps.clock.now());
    const said = { id: ticketIdFor(subjectId, input.idempotencyKey), at, text: input.words };
    const { ticket, writes } = addTo(subjectId, seen, said, 'session', sealer);
    const entry = {
      at,
      act: 'review.asked',
      actor: 'self',
      purpose: 'review',
      kinds: ['ticket-words'],
      way: ticket.kind,
      ticket: ticket.ticketId,
      requestId,
    } as const;
    if (writes.length === 0) return shownToPerson(ticket);
    return appendEntry(deps, person, entry, writes).then(() => shownToPerson(ticket), lostRace);
  });
}

/** The caller's tickets, with how each stands; nothing of them is opened. */
export async function list(
  { table, ring }: Deps,
  { caller, input }: Run<'subject', { cursor?: string | undefined }>,
) {
  const { subjectId } = caller.person;
  const [name, { cursor }] = ['rights/ownTickets', input];
  const after =
    cursor === undefined ? undefined : (JSON.parse(await readCursor(ring, name, subjectId, cursor)) as Key);
  const { items, lastKey } = await queryTickets(table, subjectId, PAGE_TICKETS, after);
  const tickets = items.flatMap((item) => {
    const ticket = clearTicket(item);
    return ticket ? [lineOf(ticket)] : [];
  });
  return {
    tickets: tickets.sort((one, other) => (one.askedAt < other.askedAt ? 1 : -1)),
    ...(lastKey && { cursor: await sealCursor(ring, name, subjectId, JSON.stringify(lastKey)) }),
  };
}

/** One of the caller's own, with its answer, reasons and what can be done by whoever is not content. @throws AppError NOT_FOUND */
export async function show(_: Deps, { caller }: Run<'subject', One>) {
  const seen = readTicket(caller.alsoRead, caller.sealer);
  if (!seen) throw new AppError('NOT_FOUND');
  return shownToPerson(seen.value);
}

/** Notes that the caller has proved anew that it is them: now what takes something away may rest on the ticket (promise A6). */
export function prove(deps: Deps, { caller, input }: Run<'subject', One>) {
  return untilWon(async () => {
    const { value, item } = await own(deps, caller, input);
    demandState(value.state, 'prove');
    const write = moveTicket(item, { proof: 'self' });
    return deps.table.write(write).then(() => ({ proof: 'self' as const }), lostRace);
  });
}

/** Takes a ticket back. Again, it is so already. */
export function withdraw(deps: Deps, { caller, input }: Run<'subject', One>) {
  const { subjectId } = caller.person;
  return untilWon(async () => {
    const seen = await own(deps, caller, input);
    if (seen.value.state === 'withdrawn') return shownToPerson(seen.value);
    demandState(seen.value.state, 'withdraw');
    const change = { state: 'withdrawn', doneAt: toInstant(deps.clock.now()) } as const;
    const writes = [
      changeTicket(subjectId, seen, change, caller.sealer),
      noteDone(subjectId, seen.value),
    ] as const;
    return deps.table.write(...writes).then(() => shownToPerson({ ...seen.value, ...change }), lostRace);
  });
}

/** Says how good the answer was, once. @throws AppError NOT_NOW where something else was said before */
export function rate(deps: Deps, { caller, input }: Run<'subject', One & { rating: number }>) {
  const { rating } = input;
  return untilWon(async () => {
    const { value, item } = await own(deps, caller, input);
    demandState(value.state, 'rate');
    if (value.rating === rating) return { rating };
    if (value.rating !== undefined)
      throw new AppError('NOT_NOW', { why: '这件工单已经评价过，评价不能更改。' });
    return deps.table.write(moveTicket(item, { rating })).then(() => ({ rating }), lostRace);
  });
}

/** @throws AppError NOT_FOUND, the same for somebody else's and for none */
async function own({ table }: Deps, { person, sealer }: Subject, { ticketId }: One) {
  const [item] = await table.getMany([ticketKey(person.subjectId, ticketId)]);
  const seen = readTicket(item, sealer);
  if (!seen) throw new AppError('NOT_FOUND');
  return seen;
}
