import { type CardContent, type Field, fieldsFor, pickFields } from '../../card/content';
import type { ReachVersions } from '../../policy/version';
import type { Item } from '../client';
import type { Key } from '../keys';
import { consentInForce } from '../person/consents';
import type { Person } from '../person/person';
import type { Sealer } from '../sealer';
import { type Card, cardKey, readCard } from './card';

/**
 * A card with the visibility that holds at this moment: what was opened to everyone under a consent that has ended is
 * open to links only, and stays so when the consent is given anew.
 */
export function withCurrentVisibility<C extends Pick<Card, 'visibility' | 'publicEpoch'>>(
  reachVersions: ReachVersions,
  owner: Person,
  value: C,
): C {
  const agreed = consentInForce(reachVersions, owner, 'card-public');
  if (agreed && agreed.epoch === value.publicEpoch) return value;
  const kept = Object.entries(value.visibility).map(([field, audience]) => [
    field,
    audience === 'everyone' ? 'link' : audience,
  ]);
  return { ...value, visibility: Object.fromEntries(kept) };
}

/**
 * What others may see of a card at this moment: the fields that its owner shows to that audience and whose present text
 * has passed the check; nothing while it is taken down.
 */
export function visibleFields(
  reachVersions: ReachVersions,
  owner: Person,
  value: Card,
  audience: 'link' | 'everyone',
): Field[] {
  if (value.takenDown) return [];
  const shown = fieldsFor(withCurrentVisibility(reachVersions, owner, value).visibility, audience);
  return shown.filter((field) => value.verdicts[field] === 'passed');
}

/** The key of the card that speaks for a person, while they have agreed to cards and chosen one. */
export function publicCardKey(reachVersions: ReachVersions, owner: Person): Key | undefined {
  const agreed = consentInForce(reachVersions, owner, 'cards');
  return agreed && owner.defaultCard ? cardKey(owner.subjectId, owner.defaultCard) : undefined;
}

/**
 * What everyone may see of a person: of the card at `publicCardKey`, read together with or after the person. Undefined
 * when that is nothing, whatever the reason. `sealer` is the owner's. @throws SealError
 */
export function publicCard(
  reachVersions: ReachVersions,
  owner: Person,
  item: Item | undefined,
  sealer: Sealer,
): Partial<CardContent> | undefined {
  const agreed = consentInForce(reachVersions, owner, 'cards');
  if (!agreed || item?.cardId !== owner.defaultCard) return undefined;
  const value = readCard(item, agreed.epoch, sealer);
  const shown = value && visibleFields(reachVersions, owner, value, 'everyone');
  return shown && shown.length > 0 ? pickFields(value, shown) : undefined;
}
