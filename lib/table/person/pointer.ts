import * as z from 'zod/mini';
import type { Item, Write } from '../client';
import { defineEntity, plain } from '../entity';
import { type Key, keys } from '../keys';

/** A pointer from the keyed digest of an identity (an openid, say) to the person it belongs to. */
export const pointer = defineEntity('pointer', {
  subjectId: plain('account-number', z.string()),
});

export const pointerKey = (domain: string, digest: string): Key => keys.pointer(domain, digest);

export function readPointer(item: Item): string {
  return pointer.decode(item, '').subjectId;
}

/** The write that claims an identity for a person; of two claims at once, one is refused (promise A1). */
export function claimPointer(domain: string, digest: string, subjectId: string): Write {
  const item = {
    ...keys.pointer(domain, digest),
    entity: pointer.name,
    ...pointer.encode({ subjectId }, ''),
  };
  return { Put: { Item: item, ConditionExpression: 'attribute_not_exists(pk)' } };
}
