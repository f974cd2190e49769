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
} from '../../lib/table/person/authorisation-event';

type One = { subjectId: string; dutyId: string };

/**
 * Staff: says that a duty has been done. Once: said again, it changes nothing.
 * @throws AppError NOT_FOUND
 */
export async function settleDuty(deps: Deps, { caller, input, requestId }: Run<'staff', One>) {
  const { about, staffId } = caller;
  const { subjectId, dutyId } = input;
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
    reason: 'duty',
    ticket: dutyId,
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
