import { isStronger, type WayId } from './assurance';
import type { ConsentPurposeId } from './purposes';

/** Age as far as the law asks (PIPL art. 31; 未成年人网络保护条例): never a birth date. Younger ones first. */
export const ageBands = ['under-14', 'under-18', 'adult'] as const;
export type AgeBand = (typeof ageBands)[number];

export const isYounger = (band: AgeBand, than: AgeBand): boolean =>
  ageBands.indexOf(band) < ageBands.indexOf(than);

/** What is known of an account's age, and the way that showed it; none where a human decided by a document. */
export type KnownAge = { band: AgeBand; way?: WayId | undefined };

/**
 * The band of an account after somebody has proved, or merely not said, an age: what is not said is as it is known, and
 * younger is believed at once. Older is believed of the number by which the account is verified already, since people grow
 * up, and otherwise of a stronger proof only; undefined where it is not (promise N4). What was shown before and is said again
 * rests on the surer of the two.
 */
export function ageAfter(
  known: KnownAge | undefined,
  said: { band: AgeBand | undefined; way: WayId; isSameNumber: boolean },
): Partial<KnownAge> | undefined {
  const { band, way, isSameNumber } = said;
  if (band === undefined) return known ?? {};
  const isSurer = known?.way !== undefined && isStronger(way, known.way);
  if (known && isYounger(known.band, band) && !isSameNumber && !isSurer) return undefined;
  return known?.band === band && !isSurer ? known : { band, way };
}

/**
 * Below 14 nothing that rests on a consent goes on without a guardian (PIPL art. 31): `never` for somebody who is known or has
 * said to be so young, `until-proved` for what shows how old somebody is who has only said so. What rests on the service's
 * contract or on the law is the basic service, which everybody has. A new purpose does not compile without saying.
 */
export const aloneBelow14: Readonly<Record<ConsentPurposeId, 'never' | 'until-proved'>> = {
  cards: 'never',
  'card-public': 'never',
  'viewer-name': 'never',
  phone: 'never',
  email: 'never',
  'account-link': 'never',
  'real-name': 'until-proved',
  'real-name-bank': 'until-proved',
  'real-name-face': 'until-proved',
  'real-name-network': 'until-proved',
  profile: 'never',
  'service-fund': 'never',
  'service-social': 'never',
  'service-transport': 'never',
  'service-tax': 'never',
  'service-household': 'never',
  delivery: 'never',
  location: 'never',
  'location-history': 'never',
};

/** What an account that waits for a guardian is known by: its owner's own word, or a proof. */
export const guardianNeeds = ['said', 'proved'] as const;
export type GuardianNeed = (typeof guardianNeeds)[number];

/** Whether a purpose has to wait for a guardian in such an account. */
export function waitsForGuardian(need: GuardianNeed | undefined, purpose: ConsentPurposeId): boolean {
  return need === 'proved' || (need === 'said' && aloneBelow14[purpose] === 'never');
}
