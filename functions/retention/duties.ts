import { toInstant } from '../../lib/clock';
import type { Deps } from '../../lib/deps';
import { AppError } from '../../lib/errors';
import type { Run } from '../../lib/gate/operation';
import { ConditionFailed } from '../../lib/table/client';
import { appendEntry } from '../../lib/table/ledger/append';
import {
  authorisationEventKey,
  readAuthorisationEvent,
  settleAuthorisation,
  waitingAuthorisations,
} from '../../lib/table/person/authorisation-event';

/** Duties that are shown at once, the most urgent first. */
export const MAX_DUTIES_SHOWN = 50;

/** Staff: the duties that wait, with numbers and dates and nothing else of the persons (promise R9). */
export async function duties({ table, clock }: Deps) {
  const now = toInstant(clock.now());
  const waiting = await waitingAuthorisations(table, MAX_DUTIES_SHOWN);
  return {
    duties: waiting.map(({ subjectId, eventId, event, happenedAt, toldAt, scope, begunAt, dueAt = '' }) => ({
      subjectId,
      dutyId: eventId,
      event,
      happenedAt,
      toldAt,
      ...(scope !== undefined && { scope }),
      ...(begunAt !== undefined && { closingSince: begunAt }),
      dueAt,
      isLate: dueAt < now,
    })),
    more: waiting.length === MAX_DUTIES_SHOWN,
  };
}

type One = { subjectId: string; dutyId: string; ticket: string };

/**
 * Staff: says that a duty has been done; what was done stands in the ticket. Once: said again, it changes nothing.
 * @throws AppError NOT_FOUND
 */
export async function settleDuty(deps: Deps, { caller, input, requestId }: Run<'staff', One>) {
  const { about, staffId } = caller;
  const { subjectId, dutyId, ticket } = input;
  const settled = async () => {
    const [item] = await deps.table.getMany([authorisationEventKey(subjectId, dutyId)]);
    return readAuthorisationEvent(item);
  };
  const before = await settled();
  if (!before || !about) throw new AppError('NOT_FOUND');
  if (before.settledAt !== undefined) return { settledAt: before.settledAt };
  const at = toInstant(deps.clock.now());
  const entry = {
    at,
    act: 'duty.settled',
    actor: 'staff',
    staff: staffId,
    way: before.event,
    reason: 'rights-request',
    ticket,
    requestId,
  } as const;
  try {
    await appendEntry(deps, about.person, entry, [settleAuthorisation(subjectId, dutyId, at, staffId)]);
    return { settledAt: at };
  } catch (error) {
    const other = error instanceof ConditionFailed ? await settled() : undefined;
    if (other?.settledAt === undefined) throw error;
    return { settledAt: other.settledAt };
  }
}
