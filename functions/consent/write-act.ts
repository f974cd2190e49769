import { MINUTE_MS, toInstant } from '../../lib/clock';
import type { Deps } from '../../lib/deps';
import { AppError } from '../../lib/errors';
import type { ConsentPurposeId } from '../../lib/policy/purposes';
import { moveConsent } from '../../lib/table/consent/consent-state';
import { putDuty } from '../../lib/table/consent/erasure-duty';
import { type Append, appendPlanned } from '../../lib/table/ledger/append';
import type { LedgerEntry, NewEntry } from '../../lib/table/ledger/ledger';
import { emptyLocation } from '../../lib/table/location/location';
import { type Consent, consent, consentOf, type Person } from '../../lib/table/person/person';
import type { Sealer } from '../../lib/table/sealer';

/** The nightly sweep takes up an erasure that the queue has not finished by then. */
export const ERASE_BY_QUEUE_WITHIN_MS = 15 * MINUTE_MS;

export type Change = {
  entry: NewEntry;
  /** The state afterwards; its number and the mark of its request are added here. */
  state: Omit<Consent, 'entry' | 'request'>;
  /** Whether a grant ends: what rested on it is to be erased. */
  ends: boolean;
};

type Naming = {
  purpose: ConsentPurposeId;
  /** The state that the act was made on, by the number of the entry that brought it. */
  seenEntry: number;
  request: string;
  sealer: Sealer;
};

/** `entry` is absent where the act had been recorded before. */
type Outcome = { state: Consent; person: Person; entry?: LedgerEntry };

/** Digests of the idempotency key and of the whole request: the first tells a repeat, the second a misuse. */
export async function repeatMark(
  { ring }: Deps,
  subjectId: string,
  idempotencyKey: string,
  content: unknown,
): Promise<string> {
  const key = await ring.digest('request', `key|${subjectId}|${idempotencyKey}`);
  const whole = await ring.digest('request', `consent|${subjectId}|${JSON.stringify(content)}`);
  return `${key.slice(0, 10)}:${whole.slice(0, 10)}`;
}

/**
 * The state that this very request has brought, where it is the latest on its purpose.
 * @throws AppError IDEMPOTENCY_CONFLICT when its key has been used for another act, whichever purpose that was on
 */
export function stateBroughtBy(person: Person, request: string): Consent | undefined {
  const states = Object.keys(person.consents).flatMap(
    (id) => consentOf(person, id as ConsentPurposeId) ?? [],
  );
  const keyOf = (mark: string) => mark.split(':')[0];
  const known = [...states.map((state) => state.request), ...(person.acts ?? [])];
  if (known.some((mark) => keyOf(mark) === keyOf(request) && mark !== request))
    throw new AppError('IDEMPOTENCY_CONFLICT');
  return states.find((state) => state.request === request);
}

/**
 * Writes one act: the state, its ledger entry and what it makes due, in one transaction. `plan` sees the state as it is
 * at each attempt.
 * @throws AppError VERSION_CONFLICT when the act was made on another state; IDEMPOTENCY_CONFLICT; BUSY
 */
export async function writeActs(
  deps: Deps,
  person: Person,
  naming: Naming,
  plan: (before: Consent | undefined) => Change,
): Promise<Outcome> {
  const { purpose, seenEntry, request, sealer } = naming;
  let reached: { state: Consent; ends: boolean } | undefined;
  const attempt = (now: Person, seq: number): Append | undefined => {
    const repeated = stateBroughtBy(now, request);
    reached = repeated && { state: repeated, ends: false };
    if (repeated) return undefined;
    const before = consentOf(now, purpose);
    const current = before?.entry ?? 0;
    if (seenEntry !== current) throw new AppError('VERSION_CONFLICT', { purpose, seenEntry: current });
    const change = plan(before);
    const state = { ...change.state, entry: seq, request };
    reached = { state, ends: change.ends };
    return actWrites(deps, now, purpose, before, change, state);
  };
  const { person: after, entry } = await appendPlanned(deps, person, attempt, sealer);
  if (!reached) throw new Error('nothing was planned');
  const { state, ends } = reached;
  if (!entry) return { state, person: after };
  if (ends) await deps.eraseQueue.send({ subjectId: person.subjectId, seq: entry.seq });
  const consents = { ...after.consents, [purpose]: consent.encode(state, purpose) };
  return { state, entry, person: { ...after, consents } };
}

/** The entry with the state it brings, and for an ending the promise to erase what rested on it. */
function actWrites(
  deps: Deps,
  person: Person,
  purpose: ConsentPurposeId,
  before: Consent | undefined,
  { entry, ends }: Change,
  after: Consent,
): Append {
  const { subjectId } = person;
  const shownAt = entry.actor === 'self' ? entry.at : undefined;
  const nowMs = deps.clock.now();
  const dueAt = toInstant(nowMs + ERASE_BY_QUEUE_WITHIN_MS);
  const epoch = before?.epoch ?? 0;
  const duty = ends ? [putDuty(subjectId, { seq: after.entry, purpose, epoch, erased: 0, dueAt })] : [];
  const atOnce = ends && purpose === 'location' ? emptyLocation(subjectId, epoch, nowMs) : [];
  const change = moveConsent(person, { purpose, after, ends, shownAt });
  return { entry, change, also: [...duty, ...atOnce] };
}
