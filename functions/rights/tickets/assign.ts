import type { Deps } from '../../../lib/deps';
import { AppError } from '../../../lib/errors';
import type { Run } from '../../../lib/gate/operation';
import { incident, incidentKey } from '../../../lib/table/incident/incident';
import { lostRace, untilWon } from '../../../lib/table/races';
import { demandState } from '../../../lib/table/ticket/states';
import { type ClearTicket, clearTicket, moveTicket, ticketKey } from '../../../lib/table/ticket/ticket';

type One = { subjectId: string; ticketId: string };

/** Staff: takes a ticket that nobody has. Taken again by the same member, it is theirs still. */
export function take(deps: Deps, { caller, input }: Run<'staff', One>) {
  return change(deps, input, (ticket) => {
    if (ticket.state === 'assigned' && ticket.assignee === caller.staffId) return {};
    demandState(ticket.state, 'take');
    return { state: 'assigned', assignee: caller.staffId };
  });
}

/**
 * Staff: hands a ticket over to a colleague; an officer also that of somebody who is away.
 * @throws AppError CALLER_NOT_ALLOWED to a third one
 */
export function pass(deps: Deps, { caller, input }: Run<'staff', One & { to: string }>) {
  return change(deps, input, (ticket) => {
    demandState(ticket.state, 'pass');
    if (ticket.assignee === input.to) return {};
    if (ticket.assignee !== caller.staffId && !caller.roles.includes('officer'))
      throw new AppError('CALLER_NOT_ALLOWED', { why: '这件工单由别人办理，只能由其本人或者负责人转交。' });
    return { assignee: input.to };
  });
}

/** Staff: ties a ticket to the incident that it is about. @throws AppError NOT_FOUND without such an incident */
export async function tie(deps: Deps, { input }: Run<'staff', One & { incidentId: string }>) {
  const [known] = await deps.table.getMany([incidentKey(input.incidentId)]);
  if (!incident.is(known)) throw new AppError('NOT_FOUND');
  return change(deps, input, (ticket) => {
    if (ticket.incidentId === input.incidentId) return {};
    demandState(ticket.state, 'tie');
    return { incidentId: input.incidentId };
  });
}

type Change = Parameters<typeof moveTicket>[1];

/** Moves a ticket on as it is found, and again where somebody was quicker. Nothing of it is opened. */
function change({ table }: Deps, { subjectId, ticketId }: One, plan: (ticket: ClearTicket) => Change) {
  return untilWon(async () => {
    const [item] = await table.getMany([ticketKey(subjectId, ticketId)]);
    const ticket = clearTicket(item);
    if (!item || !ticket) throw new AppError('NOT_FOUND');
    const planned = plan(ticket);
    const { state, assignee, incidentId } = { ...ticket, ...planned };
    const after = { state, assignee, incidentId };
    if (Object.keys(planned).length === 0) return after;
    return table.write(moveTicket(item, planned)).then(() => after, lostRace);
  });
}
