import type { AgeBand } from '../../lib/policy/age';
import { consentPurposeIds } from '../../lib/policy/purposes';
import { consentOf, type Person } from '../../lib/table/person/person';
import type { Guardian } from '../../lib/table/real-name/minor';
import { count, type Tally } from './tally';

/** What the yearly audit of minors' data asks of one band of age (未成年人网络保护条例 art. 37): numbers alone. */
export type MinorsOfBand = {
  people: number;
  /** Of them, those whose guardian consents, and those whose guardian has said no or taken it back. */
  guardianConsents: number;
  guardianRefuses: number;
  /** How many have agreed to each purpose, and of how many each sensitive kind is held. */
  purposes: Tally;
  sensitiveKinds: Tally;
  /** What their ledgers say of the window. */
  acts: Tally;
};

/** Bands that are audited. Whoever is not verified is of no known age, and stands in none of them. */
export const minorBands = ['under-14', 'under-18'] as const satisfies readonly AgeBand[];
export type Minors = Record<(typeof minorBands)[number], MinorsOfBand>;

const none = (): MinorsOfBand => ({
  people: 0,
  guardianConsents: 0,
  guardianRefuses: 0,
  purposes: {},
  sensitiveKinds: {},
  acts: {},
});

export const emptyMinors = (): Minors => ({ 'under-14': none(), 'under-18': none() });

/** Counts one person in. An adult counts nowhere. */
export function noteMinor(
  minors: Minors,
  band: AgeBand,
  person: Person,
  guardian: Guardian | undefined,
  acts: Tally,
): void {
  if (band === 'adult') return;
  const of = minors[band];
  of.people += 1;
  if (guardian?.state === 'consented') of.guardianConsents += 1;
  if (guardian?.state === 'refused' || guardian?.state === 'withdrawn') of.guardianRefuses += 1;
  for (const purpose of consentPurposeIds)
    if (consentOf(person, purpose)?.granted) count(of.purposes, purpose);
  for (const [kind, items] of Object.entries(person.held ?? {}))
    if (items > 0) count(of.sensitiveKinds, kind);
  for (const [act, times] of Object.entries(acts)) count(of.acts, act, times);
}
