import type { CardContent } from '../../lib/card/content';
import type { Deps } from '../../lib/deps';
import { publicCard, publicCardKey } from '../../lib/table/card/shown-card';
import type { Key } from '../../lib/table/keys';
import type { NearbyPerson } from './nearby-people';

/** What people nearby see of somebody: nothing but what that person opened to everyone (promise C2). */
export type ShownCard = Omit<Partial<CardContent>, 'logo'>;

type Owner = Pick<NearbyPerson, 'person' | 'sealer'>;

/**
 * Reads the cards of people who are near, in one trip. Somebody who has opened nothing to everyone, or nothing but a logo,
 * has no card here and is not shown.
 */
export async function publicCardsOf({ table, policy }: Deps, met: Owner[]): Promise<Map<string, ShownCard>> {
  const { reachVersions } = policy.inForce();
  const keyed = met.flatMap((one): { one: Owner; key: Key }[] => {
    const key = publicCardKey(reachVersions, one.person);
    return key ? [{ one, key }] : [];
  });
  const items = keyed.length > 0 ? await table.getMany(keyed.map(({ key }) => key)) : [];
  return new Map(
    keyed.flatMap(({ one, key }, index): [string, ShownCard][] => {
      const item = items[index];
      const card = item?.sk === key.sk ? publicCard(reachVersions, one.person, item, one.sealer) : undefined;
      const { logo: _, ...shown } = card ?? {};
      return Object.keys(shown).length > 0 ? [[one.person.subjectId, shown]] : [];
    }),
  );
}
