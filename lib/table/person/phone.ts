import * as z from 'zod/mini';
import type { Item, Write } from '../client';
import { defineEntity, plain, type Sealer, sealed, type ValueOf } from '../entity';
import { type Key, keys } from '../keys';
import { pointer, pointerKey } from './pointer';

/** The bound phone. Rests on the consent to `phone`; a pointer by digest makes one number belong to one account. */
export const phone = defineEntity('phone', {
  boundAt: plain('phone-state', z.string()),
  /** When the person last showed that the number is still theirs. */
  provedAt: plain('phone-state', z.string()),
  epoch: plain('phone-state', z.int()),
  number: sealed('phone-number', z.string()),
});
export type Phone = ValueOf<typeof phone>;

export const phoneKey = (subjectId: string): Key => keys.data(subjectId, 'phone', 'number');

/** The bound phone in an item, or undefined when there is none of this epoch. @throws SealError */
export function readPhone(item: Item | undefined, epoch: number, sealer: Sealer): Phone | undefined {
  if (item?.entity !== phone.name || item.epoch !== epoch) return undefined;
  return phone.decode(item, '', sealer);
}

/** Notes that the number was proved again, unless it was changed meanwhile. */
export function reprovePhone(
  subjectId: string,
  { boundAt }: Phone,
  provedAt: string,
): NonNullable<Write['Update']> {
  return {
    Key: phoneKey(subjectId),
    UpdateExpression: 'SET provedAt = :proved',
    ConditionExpression: 'boundAt = :bound',
    ExpressionAttributeValues: { ':proved': provedAt, ':bound': boundAt },
  };
}

/** Where the number in an item is pointed to from. */
export function pointsOf(item: Item | undefined): Key[] {
  return (item?.points as Key[] | undefined) ?? [];
}

/**
 * The writes that bind a phone in the place of what `before` holds: the number, and its pointer, refused when the number
 * belongs to another account or the phone was changed meanwhile.
 */
export function bindPhone(
  subjectId: string,
  value: Phone,
  digest: string,
  before: Item | undefined,
  sealer: Sealer,
): Write[] {
  const leadsHere = pointerKey('phone', digest);
  const item = {
    ...phoneKey(subjectId),
    entity: phone.name,
    ...phone.encode(value, '', sealer),
    points: [leadsHere],
  };
  const freeOrMine = 'attribute_not_exists(pk) OR subjectId = :me';
  const unchanged = before ? 'boundAt = :before' : 'attribute_not_exists(pk)';
  const left = pointsOf(before).filter(({ pk }) => pk !== leadsHere.pk);
  return [
    {
      Put: {
        Item: { ...leadsHere, entity: pointer.name, ...pointer.encode({ subjectId }, '') },
        ConditionExpression: freeOrMine,
        ExpressionAttributeValues: { ':me': subjectId },
      },
    },
    {
      Put: {
        Item: item,
        ConditionExpression: unchanged,
        ...(before && { ExpressionAttributeValues: { ':before': before.boundAt } }),
      },
    },
    ...left.map((key): Write => ({ Delete: { Key: key } })),
  ];
}

/** The writes that unbind it, refused when it was changed meanwhile. */
export function unbindPhone(item: Item): Write[] {
  const { pk, sk, boundAt } = item;
  const unchanged = {
    ConditionExpression: 'boundAt = :before',
    ExpressionAttributeValues: { ':before': boundAt },
  };
  return [
    { Delete: { Key: { pk, sk }, ...unchanged } },
    ...pointsOf(item).map((key): Write => ({ Delete: { Key: key } })),
  ];
}
