import { toInstant } from '../../lib/clock';
import { idOfRequest } from '../../lib/crypto/request-id';
import type { Deps } from '../../lib/deps';
import { AppError } from '../../lib/errors';
import { aboutOf, type Run, type Staff, type Subject } from '../../lib/gate/operation';
import { readCursor, sealCursor } from '../../lib/table/cursor';
import {
  type Delivery,
  deliveryEndsAt,
  deliveryKey,
  type EndedDelivery,
  isOver,
  putDelivery,
  queryDeliveries,
  readDelivery,
} from '../../lib/table/profile/delivery';
import { conflictingItem, consentEpoch } from './consent-epoch';

type Contact = { name: string; phone: string; address: string };
type Page = { cursor?: string | undefined; limit?: number | undefined };
const LIST = 'profile.deliveries';
const DEFAULT_PAGE = 20;

/** What is said of a delivery. One that is over has no contact any more. */
export function shown(value: Delivery | EndedDelivery) {
  const { deliveryId, createdAt, expiresAtSeconds } = value;
  const common = { deliveryId, createdAt, forgottenAt: toInstant(expiresAtSeconds * 1000) };
  if (isOver(value)) return { ...common, state: value.outcome, endedAt: value.endedAt };
  const { name, phone, address } = value;
  return { ...common, state: 'open' as const, name, phone, address };
}

/** Takes where one delivery is to go. Its id comes from the idempotency key, so a repeat meets the delivery it made. */
export async function createDelivery(
  deps: Deps,
  { caller, input }: Run<'subject', Contact & { idempotencyKey: string }>,
) {
  const { idempotencyKey, ...contact } = input;
  const { subjectId } = caller.person;
  const epoch = consentEpoch(caller, 'delivery');
  const request = await deps.ring.digest('request', `delivery|${subjectId}|${JSON.stringify(contact)}`);
  const now = deps.clock.now();
  const value: Delivery = {
    ...contact,
    deliveryId: deliveryIdFor(subjectId, epoch, idempotencyKey),
    createdAt: toInstant(now),
    epoch,
    request,
    expiresAtSeconds: deliveryEndsAt(now),
  };
  try {
    await deps.table.write(putDelivery(subjectId, value, now, caller.sealer));
    return shown(value);
  } catch (error) {
    const made = readDelivery(conflictingItem(error), epoch, caller.sealer);
    if (!made) throw error;
    if (made.request !== request) throw new AppError('IDEMPOTENCY_CONFLICT');
    return shown(made);
  }
}

const deliveryIdFor = (subjectId: string, epoch: number, idempotencyKey: string): string =>
  idOfRequest('delivery', subjectId, epoch, idempotencyKey);

/** One of the caller's own deliveries, as the front door has read it. @throws AppError NOT_FOUND */
export function ownDelivery(caller: Subject): Delivery | EndedDelivery {
  const found = readDelivery(caller.alsoRead, consentEpoch(caller, 'delivery'), caller.sealer);
  if (!found) throw new AppError('NOT_FOUND');
  return found;
}

/** A person's delivery, for a member of the staff whose access is in the ledger by now. @throws AppError NOT_FOUND */
export async function deliveryOf(deps: Deps, caller: Staff, deliveryId: string) {
  const { person, sealer } = aboutOf(caller);
  const [item] = await deps.table.getMany([deliveryKey(person.subjectId, deliveryId)]);
  const found = readDelivery(item, consentEpoch({ person }, 'delivery'), sealer);
  if (!found) throw new AppError('NOT_FOUND');
  return found;
}

/** One page of the caller's own deliveries. A page may be short or empty before the last: follow the cursor to the end. */
export async function listDeliveries(deps: Deps, { caller, input }: Run<'subject', Page>) {
  const { subjectId } = caller.person;
  const { cursor } = input;
  const after = cursor === undefined ? undefined : await readCursor(deps.ring, LIST, subjectId, cursor);
  const { items, lastId } = await queryDeliveries(deps.table, subjectId, input.limit ?? DEFAULT_PAGE, after);
  const epoch = consentEpoch(caller, 'delivery');
  const found = items.flatMap((item) => readDelivery(item, epoch, caller.sealer) ?? []);
  return {
    deliveries: found.map(shown),
    ...(lastId && { cursor: await sealCursor(deps.ring, LIST, subjectId, lastId) }),
  };
}
