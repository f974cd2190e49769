import type { KeyRing } from '../../crypto/key-ring';
import type { Random } from '../../crypto/random';
import type { Trail } from '../../trail/trail';
import type { Write } from '../client';
import { keys } from '../keys';
import { createSealer, type Sealer } from '../sealer';
import type { Person } from './person';

type Parts = { ring: Pick<KeyRing, 'suite'>; trail: Trail; random: Random };

/**
 * What opens and seals for a person, once the log says that their data is opened. Undefined for one without a data key: they were erased, and nothing of theirs opens.
 * @throws SealError for an altered key
 */
export async function openPerson(
  { ring, trail, random }: Parts,
  { subjectId, wrappedKey }: Pick<Person, 'subjectId' | 'wrappedKey'>,
): Promise<Sealer | undefined> {
  if (!wrappedKey) return undefined;
  const [dataKey, stayKeys] = await Promise.all([
    trail.dataKey(subjectId, wrappedKey),
    trail.stayKeys(subjectId),
  ]);
  return createSealer(subjectId, dataKey, ring.suite, random, stayKeys);
}

/** The key of a new person, as it is stored, and what seals with it. */
export async function newPersonKey(
  { ring, trail, random }: Parts,
  subjectId: string,
): Promise<{ wrappedKey: Uint8Array; sealer: Sealer }> {
  const { dataKey, wrapped } = await trail.newDataKey(subjectId);
  const stayKeys = await trail.stayKeys(subjectId);
  return { wrappedKey: wrapped, sealer: createSealer(subjectId, dataKey, ring.suite, random, stayKeys) };
}

/** Stores a person's key wrapped anew. Refused where it is not the one that was seen: erased, or wrapped anew meanwhile. */
export function replaceWrappedKey(subjectId: string, before: Uint8Array, after: Uint8Array): Write {
  return {
    Update: {
      Key: keys.person(subjectId),
      UpdateExpression: 'SET wrappedKey = :after',
      ConditionExpression: 'wrappedKey = :before',
      ExpressionAttributeValues: { ':before': before, ':after': after },
    },
  };
}
