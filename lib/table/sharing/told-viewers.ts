import type { Checked, Shown } from '../../card/shown';
import type { KeyRing } from '../../crypto/key-ring';
import type { Random } from '../../crypto/random';
import type { ReachVersions } from '../../policy/version';
import type { Trail } from '../../trail/trail';
import type { Table } from '../client';
import { keys } from '../keys';
import { readPerson } from '../person/person';
import { openPerson } from '../person/person-key';
import { nicknameKey } from '../profile/nickname';
import { blockKeys } from './block';
import { mayName, showName } from './may-show';
import type { NamedViewer } from './viewer';

type Parts = {
  table: Table;
  ring: Pick<KeyRing, 'suite'>;
  trail: Trail;
  random: Random;
  policy: { inForce(): { reachVersions: ReachVersions } };
};

/** A viewer with the name that the owner of the link is told. */
export type ToldViewer<V> = V & { nickname: Shown<Checked<string>> };

/** What is read of each viewer. */
const ITEMS_EACH = 4;

/**
 * Viewers of a person's links by their nicknames: those who have agreed to be named, agree still, and have one that may be shown
 * (promise C6). One trip for twenty-five.
 */
export async function nicknamesOf<V extends NamedViewer>(
  parts: Parts,
  ownerId: string,
  viewers: readonly V[],
): Promise<ToldViewer<V>[]> {
  if (viewers.length === 0) return [];
  const found = await parts.table.getMany(
    viewers.flatMap(({ viewerId }) => [
      keys.person(viewerId),
      nicknameKey(viewerId),
      ...blockKeys(viewerId, ownerId),
    ]),
  );
  const { reachVersions } = parts.policy.inForce();
  const named = await Promise.all(
    viewers.map(async (one, index) => {
      const [self, item, ...blocks] = found.slice(index * ITEMS_EACH, (index + 1) * ITEMS_EACH);
      const person = self && readPerson(self);
      const naming =
        person && mayName(reachVersions, person, one.viewerEpoch, { subjectId: ownerId, blocks });
      const sealer = naming && (await openPerson(parts, person));
      const nickname = sealer && showName(naming, item, sealer);
      return nickname === undefined ? [] : [{ ...one, nickname }];
    }),
  );
  return named.flat();
}
