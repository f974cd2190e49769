import { toEpochSeconds, toInstant } from '../../lib/clock';
import type { Deps } from '../../lib/deps';
import { AppError } from '../../lib/errors';
import type { Run } from '../../lib/gate/operation';
import type { KindId } from '../../lib/policy/kinds';
import { ConditionFailed } from '../../lib/table/client';
import {
  dutyKey,
  endedItems,
  eraseItems,
  finishDuty,
  objectsOf,
  readDuty,
} from '../../lib/table/consent/erasure-duty';
import { keys } from '../../lib/table/keys';
import { appendEntry } from '../../lib/table/ledger/append';
import { readPerson } from '../../lib/table/person/person';
import { kindsIn } from '../../lib/table/readers/scope';

export type DutyRef = { subjectId: string; seq: number };

/** Steps of one call: enough for thousands of items, and for losing races with another worker. The queue repeats it. */
const MAX_STEPS = 100;
/** Each item may have a few pointers, and a transaction takes 100 writes. */
const ITEMS_PER_STEP = 25;

/**
 * Erases what rested on a withdrawn consent: everything of the ended epoch with what points to it, and nothing newer
 * (promise K3; PIPL art. 47). Safe to repeat at any point and by several workers: items go with the count of them, and
 * the end of the duty goes with its ledger entry, so the erasure is recorded exactly once and in full.
 */
export async function eraseDuty(
  deps: Deps,
  { input, requestId }: Pick<Run<'queue', DutyRef>, 'input' | 'requestId'>,
) {
  for (let step = 0; step < MAX_STEPS; step += 1) {
    const done = await takeStep(deps, input, requestId).catch(lostRace);
    if (done) return done;
  }
  throw new AppError('BUSY');
}

/** Another worker was quicker at this step: look again. */
function lostRace(error: unknown): undefined {
  if (!(error instanceof ConditionFailed)) throw error;
}

async function takeStep(deps: Deps, { subjectId, seq }: DutyRef, requestId: string) {
  const [self, found] = await deps.table.getMany([keys.person(subjectId), dutyKey(subjectId, seq)]);
  const duty = readDuty(found);
  if (!self || !duty) return { outcome: 'already-done', count: 0 } as const;
  const items = await endedItems(deps.table, subjectId, duty, ITEMS_PER_STEP);
  if (items.length > 0) {
    await eraseObjects(deps, items);
    await deps.table.write(...eraseItems(subjectId, duty, items, kindsIn(items)));
    return undefined;
  }
  const { purpose, erased: count } = duty;
  const at = toInstant(deps.clock.now());
  const entry = {
    at,
    act: 'erasure.done',
    actor: 'service',
    by: 'operation:retention/eraseDuty',
    purpose,
    kinds: [...(duty.kinds ?? [])] as KindId[],
    count,
    cause: seq,
    requestId,
  } as const;
  await appendEntry(deps, readPerson(self), entry, [finishDuty(subjectId, duty)]);
  deps.log({ event: 'erasure', requestId, operation: 'retention/eraseDuty', count });
  return { outcome: 'erased', count } as const;
}

/**
 * Deletes the files first: their names stand in the items, which stay until the files are gone. When this fails, or a
 * file may still appear, the items stay as well and the queue asks again; deleting twice does no harm.
 * @throws AppError PARTNER_UNAVAILABLE | BUSY
 */
async function eraseObjects(deps: Deps, items: Parameters<typeof objectsOf>[0]): Promise<void> {
  const { names, openUntilSeconds } = objectsOf(items);
  if (names.length > 0) await deps.objects.remove(names);
  if (openUntilSeconds > toEpochSeconds(deps.clock.now())) throw new AppError('BUSY');
}
