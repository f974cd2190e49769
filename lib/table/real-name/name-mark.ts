import type { CardContent } from '../../card/content';
import { namesShown } from '../../card/person-name';
import type { KeyRing } from '../../crypto/key-ring';
import type { ReachVersions } from '../../policy/version';
import type { Item } from '../client';
import type { Person } from '../person/person';
import { readRealName } from './real-name';

/** What is kept of a verified name to know it again: it tells nobody the name, nor that two people bear the same. */
export function nameDigestOf(ring: KeyRing, subjectId: string, name: string): Promise<string> {
  return ring.digest('real-name', `${subjectId}|${name}`);
}

/**
 * Whether what is shown of a card may say that its owner's real name is verified: only where it shows a name, and no other one
 * than the name that was proved, by a verification in force (promise C8). By 网号 no name is proved, so nothing can be said of one.
 */
export async function showsVerifiedName(
  { ring, reachVersions }: { ring: KeyRing; reachVersions: ReachVersions },
  owner: Person,
  shown: Partial<CardContent>,
  results: readonly (Item | undefined)[],
): Promise<boolean> {
  const proved = results.flatMap((item) => readRealName(reachVersions, item, owner)?.nameDigest ?? []);
  const names = namesShown(shown);
  if (!names || proved.length === 0) return false;
  const digests = await Promise.all(names.map((name) => nameDigestOf(ring, owner.subjectId, name)));
  return proved.some((one) => digests.every((digest) => digest === one));
}
