import type { CardContent, Field } from '../../lib/card/content';
import { pickFields } from '../../lib/card/content';
import type { Deps } from '../../lib/deps';
import type { ReachVersions } from '../../lib/policy/version';
import { type Card, readCard } from '../../lib/table/card/card';
import { visibleFields } from '../../lib/table/card/shown-card';
import type { Item } from '../../lib/table/client';
import { consentInForce } from '../../lib/table/person/consents';
import { type Person, readPerson } from '../../lib/table/person/person';
import { openPerson } from '../../lib/table/person/person-key';
import { showsVerifiedName } from '../../lib/table/real-name/name-mark';
import type { Sealer } from '../../lib/table/sealer';

/** Somebody else whose cards may be looked at: they have agreed to cards for the scope in force. */
export type Owner = { person: Person; epoch: number; sealer: Sealer; reachVersions: ReachVersions };

/** The owner in a person item; undefined when there is none or their consent does not stand. @throws SealError */
export async function loadOwner(deps: Deps, item: Item | undefined): Promise<Owner | undefined> {
  const person = item && readPerson(item);
  const { reachVersions } = deps.policy.inForce();
  const agreed = person && consentInForce(reachVersions, person, 'cards');
  if (!person || !agreed) return undefined;
  const sealer = await openPerson(deps, person);
  return sealer && { person, epoch: agreed.epoch, reachVersions, sealer };
}

/** The owner's card in an item while it lives and is not taken down: for anybody else it is not there then. @throws SealError */
export function cardOf(owner: Owner, item: Item | undefined): Card | undefined {
  const card = readCard(item, owner.epoch, owner.sealer);
  return card?.takenDown ? undefined : card;
}

/**
 * What somebody with a link, or with the card in their folder, is shown: of the fields chosen for them, those that are
 * open to links at this moment and whose words have passed.
 */
export function shownTo(owner: Owner, card: Card, chosen: readonly Field[]): Partial<CardContent> {
  const visible = visibleFields(owner.reachVersions, owner.person, card, 'link');
  return pickFields(
    card,
    chosen.filter((field) => visible.includes(field)),
  );
}

/**
 * Whether what is shown of a card says that its owner's real name is verified: only while they want it, and as
 * `showsVerifiedName`. Nothing of the identity comes with it (promise C8).
 */
export async function isRealName(
  { ring }: Pick<Deps, 'ring'>,
  { person, reachVersions }: Owner,
  card: Card,
  shown: Partial<CardContent>,
  results: (Item | undefined)[],
): Promise<boolean> {
  return card.realNameMark === true && showsVerifiedName({ ring, reachVersions }, person, shown, results);
}
