import type { ReachVersions } from '../../policy/version';
import type { Key } from '../keys';
import { consentInForce } from '../person/consents';
import type { Person } from '../person/person';
import { type Card, cardKey } from './card';

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

/** The key of the card that speaks for a person, while they have agreed to cards and chosen one. */
export function publicCardKey(reachVersions: ReachVersions, owner: Person): Key | undefined {
  const agreed = consentInForce(reachVersions, owner, 'cards');
  return agreed && owner.defaultCard ? cardKey(owner.subjectId, owner.defaultCard) : undefined;
}
