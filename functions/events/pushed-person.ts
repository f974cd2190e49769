import type { Deps } from '../../lib/deps';
import type { Item } from '../../lib/table/client';
import { canSignIn } from '../../lib/table/person/life';
import { readPerson } from '../../lib/table/person/person';
import { openidDigest, pointerKey, readPointer } from '../../lib/table/person/pointer';

/** The person whom WeChat means, or undefined where it is nobody of ours. */
export async function pushedPerson(deps: Deps, openid: string): Promise<string | undefined> {
  const [pointer] = await deps.table.getMany([pointerKey('openid', await openidDigest(deps, openid))]);
  return pointer && readPointer(pointer);
}

/** Whether somebody is still there to whom this can be noted. */
export const isHere = (self: Item | undefined): boolean => self !== undefined && canSignIn(readPerson(self));
