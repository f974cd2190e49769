import { toInstant } from '../../lib/clock';
import type { Deps } from '../../lib/deps';
import { AppError } from '../../lib/errors';
import { aboutOf, type Staff } from '../../lib/gate/operation';
import { ConditionFailed } from '../../lib/table/client';
import { endExport } from '../../lib/table/export/export';
import {
  type Delivery,
  type EndedDelivery,
  endDelivery,
  isOver,
  readDelivery,
} from '../../lib/table/profile/delivery';
import type { Sealer } from '../../lib/table/sealer';
import { deliveryOf, shown } from './delivery';

/**
 * Ends a delivery: name, phone and address are gone with this write, a marker without them stays until the delivery
 * would have been forgotten anyway (promise O2). One that is over already stays as it ended.
 * @throws AppError NOT_FOUND when it was erased meanwhile
 */
export async function end(
  deps: Deps,
  subjectId: string,
  found: Delivery | EndedDelivery,
  outcome: EndedDelivery['outcome'],
  sealer: Sealer,
): Promise<EndedDelivery> {
  if (isOver(found)) return found;
  const { deliveryId, createdAt, epoch, request, expiresAtSeconds } = found;
  const endedAt = toInstant(deps.clock.now());
  const ended = { deliveryId, createdAt, epoch, request, expiresAtSeconds, endedAt, outcome };
  try {
    await deps.table.write(endDelivery(subjectId, ended), endExport(subjectId));
    return ended;
  } catch (error) {
    if (!(error instanceof ConditionFailed)) throw error;
    const now = readDelivery(error.found[0]?.item, epoch, sealer);
    if (!now || !isOver(now)) throw new AppError('NOT_FOUND');
    return now;
  }
}

/** Records that a delivery has arrived. */
export async function completeDelivery(deps: Deps, staff: Staff, deliveryId: string) {
  const found = await deliveryOf(deps, staff, deliveryId);
  const { person, sealer } = aboutOf(staff);
  return shown(await end(deps, person.subjectId, found, 'delivered', sealer));
}
