import { needsConsent, type PurposeId, purposes } from '../policy/purposes';
import type { LedgerAct } from '../table/ledger/acts';
import type { LedgerEntry } from '../table/ledger/ledger';

/**
 * Whether processing for a purpose was lawful at a moment, as known at a moment: a pure function of a person's ledger.
 * Every act has two times, when it was true and when it was recorded; a late or corrected record adds to the ledger and
 * changes nothing in it, so what was known at any earlier time can still be answered.
 */
export type Lawful = {
  lawful: boolean;
  basis: 'CONSENT' | 'CONTRACT' | 'LEGAL_DUTY';
  /** Number of the act that decides, when one does. */
  act?: number;
};

/** What an entry must have to be judged. */
export type Judged = Pick<LedgerEntry, 'seq' | 'at' | 'act'> &
  Partial<Pick<LedgerEntry, 'trueAt' | 'purpose' | 'decision' | 'cause' | 'policyVersion'>>;

export type Question = {
  purpose: PurposeId;
  /** Instant in question; acts of this very instant count. */
  at: string;
  /** What had been recorded by then counts. */
  asKnownAt: string;
  /** Only acts numbered below this, where another entry of the same ledger is judged. Corrections count by their times. */
  beforeSeq?: number;
  /** The version since which the purpose reached as far as it did at `at`: a grant to an earlier one does not cover it (K4). */
  reachVersion?: number | undefined;
};

const consentActs: readonly LedgerAct[] = ['consent.granted', 'consent.withdrawn', 'consent.corrected'];

/** Whether an entry is an act that decides what is lawful. A refusal decides nothing: it leaves what is as it is. */
export function isConsentAct({ act }: Pick<Judged, 'act'>): boolean {
  return consentActs.includes(act);
}

/** What an act without a version covers: how far the purpose reached at first, and nothing that was widened later. */
const FIRST_VERSION = 1;

/** Answers one question from the whole ledger of a person, or from its consent acts alone, oldest first. */
export function lawful(entries: readonly Judged[], question: Question): Lawful {
  const { purpose, at, reachVersion = 0 } = question;
  const { basis } = purposes[purpose];
  if (!needsConsent(purpose)) return { lawful: true, basis };
  const last = standing(entries, question)
    .filter(({ when }) => when <= at)
    .sort(byTime)
    .at(-1);
  if (!last) return { lawful: false, basis };
  const covers = (last.policyVersion ?? FIRST_VERSION) >= reachVersion;
  return { lawful: last.granted && covers, basis, act: last.seq };
}

type Standing = { seq: number; when: string; granted: boolean; policyVersion: number | undefined };

/** The acts on the purpose that were known and that no later known correction has put aside. */
function standing(entries: readonly Judged[], question: Question): Standing[] {
  const { purpose, asKnownAt, beforeSeq = Number.POSITIVE_INFINITY } = question;
  const known = entries.filter((entry) => {
    const counts = entry.act === 'consent.corrected' || entry.seq < beforeSeq;
    return isConsentAct(entry) && entry.purpose === purpose && entry.at <= asKnownAt && counts;
  });
  const putAside = new Set<number>();
  for (const { seq, act, cause } of [...known].reverse()) {
    const corrects = act === 'consent.corrected' && cause !== undefined && !putAside.has(seq);
    if (corrects) putAside.add(cause);
  }
  // Two servers' clocks differ by a little; the order in which the ledger took what was done is the true one.
  let latest = '';
  return known.flatMap(({ seq, at, trueAt = at, act, decision, policyVersion }) => {
    const late = act === 'consent.corrected';
    if (!late && trueAt > latest) latest = trueAt;
    const granted = act === 'consent.granted' || decision === 'granted';
    const stands = !putAside.has(seq) && decision !== 'never-happened';
    return stands ? [{ seq, when: late ? trueAt : latest, granted, policyVersion }] : [];
  });
}

function byTime(a: Standing, b: Standing): number {
  if (a.when === b.when) return a.seq - b.seq;
  return a.when < b.when ? -1 : 1;
}

/** Entries that note a choice, an ending or an answer, and are no use of data by themselves. A new act counts as a use. */
const notUses: readonly LedgerAct[] = [
  ...consentActs,
  'consent.refused',
  'erasure.asked',
  'erasure.done',
  'disclosure.answered',
  'phone.unbound',
  'real-name.ended',
  'identity.unlinked',
];

/** Whether an entry is a use of data under a purpose that rests on consent. */
export function isUse({ act, purpose }: Pick<Judged, 'act' | 'purpose'>): boolean {
  return purpose !== undefined && !notUses.includes(act) && isConsentPurpose(purpose);
}

function isConsentPurpose(purpose: string): boolean {
  return Object.hasOwn(purposes, purpose) && needsConsent(purpose as PurposeId);
}

export type Uncovered = {
  seq: number;
  at: string;
  act: LedgerAct;
  purpose: string;
  /** Not covered by what was known at the time, or only by what was recorded later. */
  knownWhen: 'then' | 'hindsight';
};

/**
 * The use that an entry notes, when consent did not cover it: as known when it happened, or as known at `asKnownAt`.
 * `acts` are the consent acts of the same ledger.
 */
export function uncovered(
  entry: Judged,
  acts: readonly Judged[],
  asKnownAt: string,
  reachVersionAt: (purpose: PurposeId, at: string) => number | undefined,
): Uncovered | undefined {
  const { seq, at, act, purpose } = entry;
  if (!isUse(entry) || purpose === undefined) return undefined;
  const id = purpose as PurposeId;
  const before = acts.filter((one) => one.seq < seq);
  // Whatever the clocks say, an entry further down was not there yet, and one further up was.
  const moment = before.reduce((latest, one) => (one.at > latest ? one.at : latest), at);
  const common = { purpose: id, at: moment, beforeSeq: seq, reachVersion: reachVersionAt(id, at) };
  if (!lawful(before, { ...common, asKnownAt: moment }).lawful)
    return { seq, at, act, purpose, knownWhen: 'then' };
  if (!lawful(acts, { ...common, asKnownAt }).lawful)
    return { seq, at, act, purpose, knownWhen: 'hindsight' };
  return undefined;
}
