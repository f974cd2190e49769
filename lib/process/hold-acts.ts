import { toInstant } from '../clock';
import type { Deps } from '../deps';
import type { Write } from '../table/client';
import { beginFreezing } from '../table/hold/freezing';
import { moveHold, type NewHold, newHold, type OpenHold } from '../table/hold/open-hold';
import { beginWhole, isWhole } from '../table/hold/whole';
import type { Person } from '../table/person/person';
import { beginProcess, processKey, readProcess, wakeProcess } from '../table/process/process';
import { appendRetention } from '../table/retention/append';
import { holdProcess } from './hold';

/** Whether a restore does it again (promise S7): the retention chain says so, since the entry of the first time may be lost. */
type How = { again?: true };

/**
 * Places a hold, and has its process taken up: of a person, everybody who erases waits from this write on until everything that it
 * names is kept.
 * @throws ConditionFailed with the hold of that number as the first thing met, or without it where another is being placed on the
 *   same person
 * @throws AppError NOT_NOW while as many as can be are under way
 */
export async function placeHold(
  deps: Deps,
  value: NewHold,
  self: Person | undefined,
  how: How = {},
): Promise<void> {
  const { holdId, placedBy: staff, documentHash } = value;
  const ref = holdProcess(value);
  const begin = beginProcess(ref, 'note', {}, deps.clock.now());
  const at = toInstant(deps.clock.now());
  const waits = self ? [beginFreezing(self, holdId, isWhole(value) ? beginWhole(self, holdId, at) : {})] : [];
  const writes: Write[] = [await newHold(deps, value), begin, ...waits];
  await appendRetention(
    deps,
    { act: 'hold.placed', details: { holdId, staff, documentHash, ...how } },
    writes,
  );
  await deps.queue.send([ref]);
}

export type Release = { releasedBy: string; releasedAt: string };

/**
 * Releases a hold, and has its process taken up. Answers what has changed of it.
 * @throws ConditionFailed where it is not as it was seen
 */
export async function releaseHold(
  deps: Deps,
  opened: OpenHold,
  { releasedBy, releasedAt }: Release,
  how: How = {},
) {
  const ref = holdProcess(opened.hold);
  const [row] = await deps.table.getMany([processKey(ref)]);
  const process = readProcess(row);
  const after = { state: 'releasing', releasedBy, releasedAt } as const;
  const wake = process ? [wakeProcess(process, deps.clock.now())] : [];
  const details = { holdId: opened.hold.holdId, staff: releasedBy, ...how };
  await appendRetention(deps, { act: 'hold.released', details }, [moveHold(opened, after), ...wake]);
  await deps.queue.send([ref]);
  return after;
}
