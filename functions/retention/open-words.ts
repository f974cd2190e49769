import { toInstant } from '../../lib/clock';
import type { Deps } from '../../lib/deps';
import { AppError } from '../../lib/errors';
import { spend } from '../../lib/gate/limit';
import type { Run } from '../../lib/gate/operation';
import { STAFF_ACCESSES_PER_HOUR } from '../../lib/gate/staff';
import { type ClearHold, clearHold, holdKey } from '../../lib/table/hold/hold';
import { openHold } from '../../lib/table/hold/open-hold';
import { keys } from '../../lib/table/keys';
import { appendEntry } from '../../lib/table/ledger/append';
import { readPerson } from '../../lib/table/person/person';
import { holdShown } from './show-holds';

/** Operations that open the words of a hold. */
type Way = 'retention/openHold' | 'retention/reviewHold' | 'retention/releaseHold';
type By = Pick<Run<'staff', unknown>, 'caller' | 'requestId'>;

/**
 * Says in the register of whom a hold is about that a member of the staff opens its words (promises D6, S6), before they do: also of
 * somebody whose account is closing or has ended, because a hold outlasts it. Of an incident it says nothing to anybody.
 * @throws AppError TOO_MANY_ATTEMPTS
 */
export async function tellOfLook(
  deps: Deps,
  { caller, requestId }: By,
  { holdId, subjectId }: ClearHold,
  way: Way,
): Promise<void> {
  if (subjectId === undefined) return;
  await spend(deps, STAFF_ACCESSES_PER_HOUR, caller.staffId);
  const [self] = await deps.table.getMany([keys.person(subjectId)]);
  if (!self) return;
  await appendEntry(deps, readPerson(self), {
    at: toInstant(deps.clock.now()),
    act: 'staff.accessed',
    actor: 'staff',
    kinds: ['hold-record', 'hold-state'],
    staff: caller.staffId,
    role: caller.roles.includes('officer') ? 'officer' : 'auditor',
    way,
    reason: 'legal-hold',
    ticket: holdId,
    requestId,
  });
}

/** Staff: one hold with its reason and document, released or not. @throws AppError NOT_FOUND | TOO_MANY_ATTEMPTS */
export async function openHoldWords(deps: Deps, run: Run<'staff', { holdId: string }>) {
  const [item] = await deps.table.getMany([holdKey(run.input.holdId)]);
  const seen = clearHold(item);
  if (!seen) throw new AppError('NOT_FOUND');
  await tellOfLook(deps, run, seen, 'retention/openHold');
  const opened = await openHold(deps, item);
  if (!opened) throw new AppError('NOT_FOUND');
  return holdShown(opened.hold, deps.clock.now());
}
