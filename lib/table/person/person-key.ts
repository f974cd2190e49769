import type { KeyParts } from '../own-key';
import { createSealer, type Sealer } from '../sealer';
import type { Person } from './person';

/**
 * What opens and seals for a person, once the log says that their data is opened. Undefined for one without a data key: they were erased, and nothing of theirs opens.
 * @throws SealError for an altered key
 */
export async function openPerson(
  { ring, trail, random }: KeyParts,
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
  { ring, trail, random }: KeyParts,
  subjectId: string,
): Promise<{ wrappedKey: Uint8Array; sealer: Sealer }> {
  const { dataKey, wrapped } = await trail.newDataKey(subjectId);
  const stayKeys = await trail.stayKeys(subjectId);
  return { wrappedKey: wrapped, sealer: createSealer(subjectId, dataKey, ring.suite, random, stayKeys) };
}
