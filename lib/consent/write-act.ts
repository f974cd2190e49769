import type { Deps } from '../deps';
import { AppError } from '../errors';
import type { ConsentPurposeId } from '../policy/purposes';
import { ConditionFailed, type Write } from '../table/client';
import { moveConsent } from '../table/consent/consent-state';
import { endOf } from '../table/consent/ends-with';
import { type Append, appendPlanned } from '../table/ledger/append';
import type { LedgerEntry, NewEntry } from '../table/ledger/ledger';
import { demandGuardianFor } from '../table/person/consents';
import { type Consent, consent, consentOf, type Person } from '../table/person/person';
import type { ProcessRef } from '../table/process/process';
import type { Sealer } from '../table/sealer';

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
  /** For an act with evidence. */
  sealer?: Sealer;
  /** Counts an act that ends nothing: nobody fills a ledger without end, and nothing stands in the way of a withdrawal (K3, A7). */
  counted?: { write: Write; refused: AppError };
};

/** `entry` is absent where the act had been recorded before. */
type Outcome = { state: Consent; person: Person; entry?: LedgerEntry };

/** Of each: enough to tell a few acts of one person apart, and short, since the person's item holds one for each purpose. */
const MARK_CHARS = 6;

/** Digests of the idempotency key and of the whole request: the first tells a repeat, the second a misuse. */
export async function repeatMark(
  { ring }: Deps,
  subjectId: string,
  idempotencyKey: string,
  content: unknown,
): Promise<string> {
  const key = await ring.digest('request', `key|${subjectId}|${idempotencyKey}`);
  const whole = await ring.digest('request', `consent|${subjectId}|${JSON.stringify(content)}`);
  return `${key.slice(0, MARK_CHARS)}:${whole.slice(0, MARK_CHARS)}`;
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
 * @throws AppError VERSION_CONFLICT when the act was made on another state; GUARDIAN_REQUIRED for a grant of somebody under 14
 *   without a guardian (N4); IDEMPOTENCY_CONFLICT; BUSY; TOO_MANY_ATTEMPTS where it is counted
 */
export async function writeActs(
  deps: Deps,
  person: Person,
  naming: Naming,
  plan: (before: Consent | undefined) => Change,
): Promise<Outcome> {
  const { purpose, seenEntry, request, sealer, counted } = naming;
  let reached: { state: Consent; erasures: ProcessRef[] } | undefined;
  const attempt = (now: Person, seq: number): Append | undefined => {
    const repeated = stateBroughtBy(now, request);
    reached = repeated && { state: repeated, erasures: [] };
    if (repeated) return undefined;
    const before = consentOf(now, purpose);
    const current = before?.entry ?? 0;
    if (seenEntry !== current) throw new AppError('VERSION_CONFLICT', { purpose, seenEntry: current });
    const change = plan(before);
    if (change.entry.act === 'consent.granted') demandGuardianFor(now, purpose);
    const state = { ...change.state, entry: seq, request };
    const { erasures, ...append } = actWrites(deps, now, purpose, before, change, state);
    reached = { state, erasures };
    // Taking back is never refused for its number.
    const isWithdrawal = change.ends && !change.state.granted;
    return counted && !isWithdrawal ? { ...append, also: [...(append.also ?? []), counted.write] } : append;
  };
  const { person: after, entry } = await appendPlanned(deps, person, attempt, sealer).catch(
    (error: unknown) => {
      throw counted && isFull(error, counted.write) ? counted.refused : error;
    },
  );
  if (!reached) throw new Error('nothing was planned');
  const { state, erasures } = reached;
  if (!entry) return { state, person: after };
  if (erasures.length > 0) await deps.queue.send(erasures);
  const consents = { ...after.consents, [purpose]: consent.encode(state, purpose) };
  return { state, entry, person: { ...after, consents } };
}

function isFull(error: unknown, { Update }: Write): boolean {
  return error instanceof ConditionFailed && error.found.some((one) => one?.item?.pk === Update?.Key?.pk);
}

/** The entry with the state it brings, and for an ending the promise to erase what rested on it. */
function actWrites(
  deps: Deps,
  person: Person,
  purpose: ConsentPurposeId,
  before: Consent | undefined,
  { entry, ends }: Change,
  after: Consent,
): Append & { erasures: ProcessRef[] } {
  const { subjectId } = person;
  const shownAt = entry.actor === 'self' ? entry.at : undefined;
  const { entry: seq, granted } = after;
  const ended = ends ? [{ purpose, epoch: before?.epoch ?? 0, seq, granted }] : [];
  const gone = endOf(subjectId, ended, deps.clock.now());
  const change = moveConsent(person, { purpose, after, ends: gone.change, shownAt });
  return { entry, change, also: gone.writes, erasures: gone.erasures };
}
