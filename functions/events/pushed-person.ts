import type { Deps } from '../../lib/deps';
import type { Item } from '../../lib/table/client';
import { canSignIn } from '../../lib/table/person/life';
import { readPerson } from '../../lib/table/person/person';
import { openidDigest, pointerKey, readPointer } from '../../lib/table/person/pointer';
import { wayOf } from '../../lib/table/person/ways';
import { shortName } from '../../lib/table/person/wechat-account';

/** The person whom WeChat means, and which of their identities, by short name. */
export type Pushed = { subjectId: string; identity: string };

/** Whom WeChat means, or undefined where it is nobody of ours. */
export async function pushedPerson(deps: Deps, openid: string): Promise<Pushed | undefined> {
  const digest = await openidDigest(deps, openid);
  const [pointer] = await deps.table.getMany([pointerKey('openid', digest)]);
  return pointer && { subjectId: readPointer(pointer), identity: shortName(digest) };
}

/** Whether somebody is still there to whom this can be noted, and the WeChat that it is about still leads to them. */
export function isHere(self: Item | undefined, identity: string): boolean {
  const person = self && readPerson(self);
  return person !== undefined && canSignIn(person) && wayOf(person, identity) !== undefined;
}
