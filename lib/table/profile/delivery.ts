import * as z from 'zod/mini';
import { toEpochSeconds } from '../../clock';
import { retentionMs } from '../../policy/retention';
import type { Item, Table, Write } from '../client';
import { defineEntity, plain, type Sealer, sealed, type ValueOf } from '../entity';
import { dataPrefix, type Key, keys, partition } from '../keys';
import { consentHolds } from '../person/person';

const state = {
  deliveryId: plain('delivery-state', z.string()),
  createdAt: plain('delivery-state', z.string()),
  /** The consent epoch it was made in (promise K3). */
  epoch: plain('delivery-state', z.int()),
  /** Keyed digest of what was asked when it was made, to recognise a repeat. */
  request: plain('delivery-state', z.string()),
  expiresAtSeconds: plain('delivery-state', z.int()),
};

/** Where one delivery is to go. It dies with the delivery, and by itself at the latest (promise O2). */
export const delivery = defineEntity('delivery', {
  ...state,
  name: sealed('delivery-contact', z.string()),
  phone: sealed('delivery-contact', z.string()),
  address: sealed('delivery-contact', z.string()),
});
export type Delivery = ValueOf<typeof delivery>;

/** What stays of a delivery that is over: that it was, and how it ended. */
export const endedDelivery = defineEntity('ended-delivery', {
  ...state,
  endedAt: plain('delivery-state', z.string()),
  outcome: plain('delivery-state', z.enum(['delivered', 'cancelled'])),
});
export type EndedDelivery = ValueOf<typeof endedDelivery>;

export const deliveryKey = (subjectId: string, deliveryId: string): Key =>
  keys.data(subjectId, 'delivery', deliveryId);

/** A delivery of this epoch, under way or over; undefined when there is none. @throws SealError */
export function readDelivery(
  item: Item | undefined,
  epoch: number,
  sealer: Sealer,
): Delivery | EndedDelivery | undefined {
  if (item?.epoch !== epoch) return undefined;
  if (item.entity === endedDelivery.name) return endedDelivery.decode(item, String(item.deliveryId));
  if (item.entity === delivery.name) return delivery.decode(item, String(item.deliveryId), sealer);
  return undefined;
}

export function isOver(value: Delivery | EndedDelivery): value is EndedDelivery {
  return 'outcome' in value;
}

/** When a delivery that starts at `nowMs` is forgotten, whatever becomes of it. */
export function deliveryEndsAt(nowMs: number): number {
  return toEpochSeconds(nowMs + retentionMs('delivery-life'));
}

/** The write that makes a delivery, while the consent stands. One that has expired is not in its way. */
export function putDelivery(
  subjectId: string,
  value: Delivery,
  nowMs: number,
  sealer: Sealer,
): [Write, Write] {
  const item = {
    ...deliveryKey(subjectId, value.deliveryId),
    entity: delivery.name,
    ...delivery.encode(value, value.deliveryId, sealer),
  };
  return [
    {
      Put: {
        Item: item,
        ConditionExpression: 'attribute_not_exists(pk) OR expiresAtSeconds <= :now',
        ExpressionAttributeValues: { ':now': toEpochSeconds(nowMs) },
      },
    },
    consentHolds(subjectId, 'delivery', value.epoch),
  ];
}

/** Ends a delivery: the marker takes the contact's place in one write. Refused when it is over or gone already. */
export function endDelivery(subjectId: string, value: EndedDelivery): Write {
  const item = {
    ...deliveryKey(subjectId, value.deliveryId),
    entity: endedDelivery.name,
    ...endedDelivery.encode(value, value.deliveryId),
  };
  return {
    Put: {
      Item: item,
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
