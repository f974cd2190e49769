import type { KeyRing } from '../crypto/key-ring';
import type { Random } from '../crypto/random';
import type { Trail } from '../trail/trail';
import type { Write } from './client';
import type { Key } from './keys';
import { createSealer, type Sealer } from './sealer';

/** What opens and makes data keys: the log says whose before. */
export type KeyParts = { ring: Pick<KeyRing, 'suite'>; trail: Trail; random: Random };

/**
 * What opens and seals for an owner who is no person (an incident, a disclosure, a hold) by the wrapped key that lies with it.
 * @throws SealError for an altered key
 */
export async function sealerOfOwner(
  { ring, trail, random }: KeyParts,
  ownerId: string,
  wrapped: Uint8Array,
): Promise<Sealer> {
  return createSealer(ownerId, await trail.dataKey(ownerId, wrapped), ring.suite, random);
}

/** A new key of such an owner, as it is stored, and what seals with it. */
export async function newOwnKey(
  { ring, trail, random }: KeyParts,
  ownerId: string,
): Promise<{ wrapped: Uint8Array; sealer: Sealer }> {
  const { dataKey, wrapped } = await trail.newDataKey(ownerId);
  return { wrapped, sealer: createSealer(ownerId, dataKey, ring.suite, random) };
}

/** Stores a data key wrapped anew, a person's as well. Refused unless it is still the one that was seen: erased, or wrapped anew. */
export function replaceKey(Key: Key, name: string, before: Uint8Array, anew: Uint8Array): Write {
  return {
    Update: {
      Key,
      UpdateExpression: `SET ${name} = :anew`,
      ConditionExpression: `${name} = :before`,
      ExpressionAttributeValues: { ':anew': anew, ':before': before },
    },
  };
}
