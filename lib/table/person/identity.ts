import * as z from 'zod/mini';
import type { Item, Write } from '../client';
import { defineEntity, plain } from '../entity';
import { type Key, keys } from '../keys';

/** A pointer from the keyed digest of an identity (an openid, say) to the person it belongs to. */
export const identity = defineEntity('identity', {
  subjectId: plain('account-number', z.string()),
});

export const identityKey = (domain: string, digest: string): Key => keys.identity(domain, digest);

export function readIdentity(item: Item): string {
  return identity.decode(item, '').subjectId;
}

/** The write that claims an identity for a person; of two claims at once, one is refused (promise A1). */
export function claimIdentity(domain: string, digest: string, subjectId: string): Write {
  const item = {
    ...keys.identity(domain, digest),
    entity: identity.name,
    ...identity.encode({ subjectId }, ''),
  };
  return { Put: { Item: item, ConditionExpression: 'attribute_not_exists(pk)' } };
}
