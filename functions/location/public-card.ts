import type { ShownCard } from '../../lib/card/shown';
import type { Deps } from '../../lib/deps';
import { publicCardKey } from '../../lib/table/card/current-visibility';
import type { Key } from '../../lib/table/keys';
import { mayShow, ownerOf } from '../../lib/table/sharing/may-show';
import type { NearbyPerson } from './nearby-people';

type Met = Pick<NearbyPerson, 'person' | 'sealer' | 'viewer'>;

/**
 * Reads the cards of people who are near, in one trip, as strangers may see them (promise C2). Somebody who has opened nothing to
 * everyone, or nothing but a logo, has no card here and is not shown.
 */
export async function publicCardsOf(deps: Deps, met: Met[]): Promise<Map<string, ShownCard>> {
  const { reachVersions } = deps.policy.inForce();
  const keyed = met.flatMap((one): { one: Met; key: Key }[] => {
    const key = publicCardKey(reachVersions, one.person);
    return key ? [{ one, key }] : [];
  });
  const items = keyed.length > 0 ? await deps.table.getMany(keyed.map(({ key }) => key)) : [];
  return new Map(
    keyed.flatMap(({ one: { person, sealer, viewer } }, index): [string, ShownCard][] => {
      const showing = mayShow(ownerOf(deps, person, sealer), viewer, items[index], { by: 'everyone' });
      return showing ? [[person.subjectId, showing.shown]] : [];
    }),
  );
}
