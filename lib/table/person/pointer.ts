import * as z from 'zod/mini';
import type { KeyRing } from '../../crypto/key-ring';
import { plain } from '../attribute';
import type { Item, Write } from '../client';
import { declareEntity } from '../entity';
import type { Key } from '../keys';
import { byDigest } from '../place';
import { create } from '../replace';

const life = { rule: 'account-life' } as const;
const attributes = { subjectId: plain('account-number', z.string()) };
const guarded = ['subjectId'] as const;

/** Lead from the keyed digest of a WeChat identity, by openid or by unionid, to the person it belongs to. */
export const openidPointer = declareEntity('openid-pointer', {
  place: byDigest('account', 'openid'),
  life,
  guarded,
  attributes,
});
export const unionidPointer = declareEntity('unionid-pointer', {
  place: byDigest('account', 'unionid'),
  life,
  guarded,
  attributes,
});
const pointers = { openid: openidPointer, unionid: unionidPointer } as const;

/** What leads to an account: which name of WeChat's, and its keyed digest. */
export type Identity = { domain: keyof typeof pointers; digest: string };

/** The keyed digest by which an openid of our mini-program leads to a person. That of another mini-program is another openid. */
export function openidDigest(
  { ring, appid }: { ring: KeyRing; appid: string },
  openid: string,
): Promise<string> {
  return ring.digest('openid', `${appid}:${openid}`);
}

export const pointerKey = (domain: Identity['domain'], digest: string): Key => pointers[domain].key(digest);

/** The identity whose pointer lies there; a person's item keeps the keys alone. */
export function identityAt({ pk }: Key): Identity[] {
  const [, domain, digest] = /^ID#(openid|unionid)#(.+)$/.exec(pk) ?? [];
  return domain && digest ? [{ domain: domain as Identity['domain'], digest }] : [];
}

/** Whom a pointer leads to. @throws Error for an item that is none: a programming error */
export function readPointer(item: Item): string {
  const found = openidPointer.read(item) ?? unionidPointer.read(item);
  if (!found) throw new Error('not a pointer to a person');
  return found.subjectId;
}

/** The write that claims an identity for a person; of two claims at once, one is refused (promise A1). */
export function claimPointer(domain: Identity['domain'], digest: string, subjectId: string): Write {
  return create(pointers[domain].make(digest, undefined, { subjectId }));
}

/** Makes an identity lead to another person. Refused when it leads elsewhere by now. */
export function movePointer({ domain, digest }: Identity, from: string, to: string): Write {
  return {
    Put: {
      Item: pointers[domain].make(digest, undefined, { subjectId: to }),
      ConditionExpression: 'subjectId = :before',
      ExpressionAttributeValues: { ':before': from },
    },
  };
}
