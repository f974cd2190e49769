import type { KindId } from '../../policy/kinds';
import type { PassingKind } from '../../policy/recipients';

/**
 * Every act that a ledger can hold, and whether it is about data: whether something about a person was taken in, looked at,
 * moved, handed on or erased by it. Who writes such an entry has to say which kinds (`NewEntry` in ledger.ts does not compile
 * without), so that whoever asks what was touched is told which data. What only notes a choice, a question or an answer to a
 * sending that has an entry of its own is not about data.
 */
export const acts = {
  'account.opened': { aboutData: true },
  'account.joined': { aboutData: true },
  'account.left': { aboutData: true },
  'closing.began': { aboutData: false },
  'closing.cancelled': { aboutData: false },
  'closing.cut-short': { aboutData: false },
  'restriction.began': { aboutData: false },
  'restriction.lifted': { aboutData: false },
  'directive.given': { aboutData: false },
  'death.reported': { aboutData: false },
  'death.confirmed': { aboutData: false },
  'death.righted': { aboutData: false },
  'death.ended': { aboutData: false },
  'identity.linked': { aboutData: true },
  'identity.unlinked': { aboutData: true },
  'consent.granted': { aboutData: false },
  'consent.withdrawn': { aboutData: false },
  'consent.refused': { aboutData: false },
  'consent.corrected': { aboutData: false },
  'correction.made': { aboutData: true },
  'erasure.asked': { aboutData: false },
  'erasure.done': { aboutData: true },
  'phone.bound': { aboutData: true },
  'phone.unbound': { aboutData: true },
  'mail.bound': { aboutData: true },
  'mail.removed': { aboutData: true },
  'disclosure.made': { aboutData: true },
  'disclosure.answered': { aboutData: false },
  'staff.accessed': { aboutData: true },
  'review.asked': { aboutData: true },
  'review.decided': { aboutData: true },
  'guardian.asked': { aboutData: false },
  'guardian.consented': { aboutData: false },
  'guardian.refused': { aboutData: false },
  'guardian.withdrawn': { aboutData: true },
  'real-name.verified': { aboutData: true },
  'real-name.ended': { aboutData: true },
  'export.asked': { aboutData: false },
  'export.taken': { aboutData: true },
  'transfer.asked': { aboutData: false },
  'transfer.taken': { aboutData: true },
  'duty.settled': { aboutData: false },
  'incident.contained': { aboutData: false },
  'hold.placed': { aboutData: true },
  'hold.released': { aboutData: true },
} as const satisfies Record<string, { aboutData: boolean }>;

export type LedgerAct = keyof typeof acts;
export const ledgerActs = Object.keys(acts) as LedgerAct[];

/** The acts whose entries say which kinds of data they are about. */
export type ActAboutData = {
  [A in LedgerAct]: (typeof acts)[A]['aboutData'] extends true ? A : never;
}[LedgerAct];

/** A kind that an entry can be about: one that is stored, or one that only passes through. */
export type EntryKind = KindId | PassingKind;
