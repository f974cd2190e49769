import type { Deps } from '../../../lib/deps';
import type { Run } from '../../../lib/gate/operation';
import { recipients } from '../../../lib/policy/recipients';
import { calendarNote } from '../../../lib/policy/working-days';
import type { Item } from '../../../lib/table/client';
import { DESK, fairPage, personOf } from '../../../lib/table/due-queue';
import { readAuthorisationEvent } from '../../../lib/table/person/authorisation-event';
import { nextQueueCursor, openQueueCursor } from '../../../lib/table/queue-cursor';
import { openAppeal } from '../../../lib/table/real-name/appeal';
import { recipientDuty } from '../../../lib/table/recipient/recipient-duty';
import { countDesk, levelOf, marksAt } from '../../../lib/table/ticket/desk';
import { clearTicket, ticket } from '../../../lib/table/ticket/ticket';

/** What one page shows. */
const PAGE_WAITING = 50;

/** What can wait, each by the name of its entity. */
export const whatWaits = {
  [ticket.name]: 'ticket',
  [openAppeal.name]: 'appeal',
  'authorisation-event': 'duty',
  [recipientDuty.name]: 'recipient',
} as const;
export const waitingSorts = ['ticket', 'appeal', 'duty', 'recipient'] as const;
export type WaitingSort = (typeof waitingSorts)[number];

/**
 * Staff: everything that waits for an answer or an act, in one queue: tickets, appeals, what WeChat has told (promise R9) and
 * recipients who have yet to confirm. Numbers, dates and states, and nothing of the persons.
 */
export async function queue(deps: Deps, { caller, input }: Run<'staff', { cursor?: string | undefined }>) {
  const { table, ring, clock } = deps;
  const marks = await marksAt(clock.now());
  const pages = { list: 'rights/ticketQueue', queue: DESK, staffId: caller.staffId };
  const from = (await openQueueCursor(ring, pages, input.cursor)) ?? { urgentUntil: marks.warned };
  const { waiting, next } = await fairPage(table, DESK, from, PAGE_WAITING);
  const items = await table.getMany(waiting);
  return {
    waiting: waiting.flatMap((one, index) => {
      const row = rowOf(items[index]);
      const { dueAt } = one;
      const note = row?.sort === 'recipient' ? {} : calendarNote(dueAt);
      return row ? [{ subjectId: personOf(one), dueAt, level: levelOf(dueAt, marks), ...note, ...row }] : [];
    }),
    ...(await nextQueueCursor(ring, pages, next)),
  };
}

/** Of each entity what the staff has to know to begin; undefined of what has been dealt with meanwhile. */
function rowOf(item: Item | undefined) {
  const seen = clearTicket(item);
  if (seen?.dueAt !== undefined && seen.doneAt === undefined) {
    const { ticketId, kind, state, assignee, proof, incidentId } = seen;
    return { sort: 'ticket' as const, id: ticketId, kind, state, assignee, proof, incidentId };
  }
  const appeal = openAppeal.clear(item);
  if (appeal) return { sort: 'appeal' as const, id: String(appeal.appealId), kind: String(appeal.about) };
  const event = readAuthorisationEvent(item);
  if (event?.dueAt !== undefined) {
    const { eventId, event: kind, happenedAt, scope, begunAt } = event;
    return { sort: 'duty' as const, id: eventId, kind, happenedAt, scope, closingSince: begunAt };
  }
  const duty = recipientDuty.read(item);
  if (!duty) return undefined;
  const { recipient, correction, kinds, since, reminders } = duty;
  const { name, contact } = recipients[recipient];
  return {
    sort: 'recipient' as const,
    id: recipient,
    kind: name,
    contact,
    correction,
    kinds,
    since,
    reminders,
  };
}

/** How many wait, by what and by how near their date is: for who looks after the queue and reads nobody's. */
export async function counts({ table, clock }: Deps) {
  const { byLevel, byEntity } = await countDesk(table, await marksAt(clock.now()));
  const bySort: Record<WaitingSort, number> = { ticket: 0, appeal: 0, duty: 0, recipient: 0 };
  for (const [entity, count] of Object.entries(byEntity)) {
    const sort = (whatWaits as Record<string, WaitingSort>)[entity];
    if (sort) bySort[sort] += count;
  }
  return { byLevel, bySort };
}
