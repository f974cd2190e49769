import type { KeyRing } from '../../crypto/key-ring';
import type { Random } from '../../crypto/random';
import type { ReachVersions } from '../../policy/version';
import type { Trail } from '../../trail/trail';
import type { Table } from '../client';
import { keys } from '../keys';
import { consentInForce } from '../person/consents';
import { readPerson } from '../person/person';
import { openPerson } from '../person/person-key';
import { nicknameKey, readNickname } from '../profile/nickname';
import type { NamedViewer } from './viewer';

type Parts = {
  table: Table;
  ring: Pick<KeyRing, 'suite'>;
  trail: Trail;
  random: Random;
  policy: { inForce(): { reachVersions: ReachVersions } };
};

/**
 * Viewers of a person's links by their nicknames: those who have agreed to be named, agree still, and have one (promise C6). One
 * trip for fifty.
 */
export async function nicknamesOf<V extends NamedViewer>(
  parts: Parts,
  viewers: readonly V[],
): Promise<(V & { nickname: string })[]> {
  if (viewers.length === 0) return [];
  const found = await parts.table.getMany(
    viewers.flatMap(({ viewerId }) => [keys.person(viewerId), nicknameKey(viewerId)]),
  );
  const { reachVersions } = parts.policy.inForce();
  const named = await Promise.all(
    viewers.map(async (one, index) => {
      const self = found[index * 2];
      const viewer = self && readPerson(self);
      const profile = viewer && consentInForce(reachVersions, viewer, 'profile');
      if (
        !viewer ||
        !profile ||
        consentInForce(reachVersions, viewer, 'viewer-name')?.epoch !== one.viewerEpoch
      )
        return [];
      const sealer = await openPerson(parts, viewer);
      if (!sealer) return [];
      const nickname = readNickname(found[index * 2 + 1], profile.epoch, sealer)?.nickname;
      return nickname === undefined ? [] : [{ ...one, nickname }];
    }),
  );
  return named.flat();
}
