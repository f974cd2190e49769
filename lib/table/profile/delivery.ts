import * as z from 'zod/mini';
import { toEpochSeconds } from '../../clock';
import { retentionMs } from '../../policy/retention';
import { plain, sealed, type ValueOf } from '../attribute';
import type { Item, Table, Write } from '../client';
import { declareEntity } from '../entity';
import { dataPrefix, type Key, partition } from '../keys';
import { inPerson } from '../place';
import type { Sealer } from '../sealer';

const place = inPerson('delivery', ({ deliveryId }: { deliveryId: string }) => deliveryId);

const state = {
  deliveryId: plain('delivery-state', z.string()),
  createdAt: plain('delivery-state', z.string()),
  /** Keyed digest of what was asked when it was made, to recognise a repeat. */
  request: plain('delivery-state', z.string()),
  expiresAtSeconds: plain('delivery-state', z.int()),
};

/** Where one delivery is to go. It dies with the delivery, and by itself at the latest (promise O2). */
export const delivery = declareEntity('delivery', {
  place,
  life: { rule: 'delivery-life', until: 'expiresAtSeconds' },
  guarded: ['deliveryId', 'expiresAtSeconds', 'name'],
  attributes: {
    ...state,
    name: sealed('delivery-contact', z.string()),
    phone: sealed('delivery-contact', z.string()),
    address: sealed('delivery-contact', z.string()),
  },
});
export type Delivery = ValueOf<typeof delivery>;

/** What stays of a delivery that is over: that it was, and how it ended. */
export const endedDelivery = declareEntity('ended-delivery', {
  place,
  life: { rule: 'delivery-life', until: 'expiresAtSeconds' },
  guarded: ['deliveryId', 'expiresAtSeconds', 'endedAt', 'outcome'],
  attributes: {
    ...state,
    endedAt: plain('delivery-state', z.string()),
    outcome: plain('delivery-state', z.enum(['delivered', 'cancelled'])),
  },
});
export type EndedDelivery = ValueOf<typeof endedDelivery>;

export const deliveryKey = (subjectId: string, deliveryId: string): Key =>
  delivery.key(subjectId, { deliveryId });

/** A delivery of this epoch, under way or over; undefined when there is none. @throws SealError */
export function readDelivery(
  item: Item | undefined,
  epoch: number,
  sealer: Sealer,
): Delivery | EndedDelivery | undefined {
  return endedDelivery.read(item, { epoch }) ?? delivery.read(item, { sealer, epoch });
}

export function isOver(value: Delivery | EndedDelivery): value is EndedDelivery {
  return 'outcome' in value;
}

/** When a delivery that starts at `nowMs` is forgotten, whatever becomes of it. */
export function deliveryEndsAt(nowMs: number): number {
  return toEpochSeconds(nowMs + retentionMs('delivery-life'));
}

/** The write that makes a delivery. One that has expired is not in its way. */
export function putDelivery(subjectId: string, value: Delivery, nowMs: number, sealer: Sealer): Write {
  return {
    Put: {
      Item: delivery.make(subjectId, value, value, { sealer }),
      ConditionExpression: 'attribute_not_exists(pk) OR expiresAtSeconds <= :now',
      ExpressionAttributeValues: { ':now': toEpochSeconds(nowMs) },
    },
  };
}

/** Ends a delivery: the marker takes the contact's place in one write. Refused when it is over or gone already. */
export function endDelivery(subjectId: string, value: EndedDelivery): Write {
  return {
    Put: {
      Item: endedDelivery.make(subjectId, value, value),
      ConditionExpression: 'entity = :delivery AND epoch = :epoch',
      ExpressionAttributeValues: { ':delivery': delivery.name, ':epoch': value.epoch },
    },
  };
}

/** One page of a person's delivery items after `afterId`, whatever their state and epoch. */
export async function queryDeliveries(
  table: Table,
  subjectId: string,
  limit: number,
  afterId?: string,
): Promise<{ items: Item[]; lastId: string | undefined }> {
  const { items, lastKey } = await table.query({
    KeyConditionExpression: 'pk = :pk AND begins_with(sk, :deliveries)',
    ExpressionAttributeValues: { ':pk': partition(subjectId), ':deliveries': dataPrefix('delivery') },
    Limit: limit,
    ...(afterId && { ExclusiveStartKey: deliveryKey(subjectId, afterId) }),
  });
  return { items, lastId: lastKey?.sk.slice(dataPrefix('delivery').length) };
}
