import type { ShownCard } from '../../lib/card/shown';
import type { Deps } from '../../lib/deps';
import { identityAsked } from '../../lib/gate/true-identity';
import { publicCardKey } from '../../lib/table/card/current-visibility';
import type { Key } from '../../lib/table/keys';
import { identityKeys, isIdentified } from '../../lib/table/real-name/true-identity';
import { mayShow, ownerOf } from '../../lib/table/sharing/may-show';
import type { NearbyPerson } from './nearby-people';

type Met = Pick<NearbyPerson, 'person' | 'sealer' | 'viewer'>;

/**
 * Reads the cards of people who are near, at once, as strangers may see them (promise C2). Somebody who has opened nothing to
 * everyone, or nothing but a logo, has no card here and is not shown; nor is who is not known any more, as who publishes has to
 * be (网络安全法 art. 26), by whatever it ended.
 */
export async function publicCardsOf(deps: Deps, met: Met[]): Promise<Map<string, ShownCard>> {
  const { reachVersions } = deps.policy.inForce();
  const suffices = identityAsked(deps);
  const keyed = met.flatMap((one): { one: Met; keys: Key[] }[] => {
    const key = publicCardKey(reachVersions, one.person);
    return key ? [{ one, keys: [key, ...identityKeys(suffices, reachVersions, one.person)] }] : [];
  });
  const all = keyed.flatMap(({ keys }) => keys);
  const items = all.length > 0 ? await deps.table.getMany(all) : [];
  let read = 0;
  return new Map(
    keyed.flatMap(({ one: { person, sealer, viewer }, keys }): [string, ShownCard][] => {
      const [card, ...proofs] = items.slice(read, read + keys.length);
      read += keys.length;
      const isKnown = isIdentified(suffices, reachVersions, person, proofs);
      const showing = mayShow(ownerOf(deps, person, sealer), viewer, card, { by: 'everyone', isKnown });
      return showing ? [[person.subjectId, showing.shown]] : [];
    }),
  );
}
