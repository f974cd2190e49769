import type { Deps } from '../../lib/deps';
import { AppError } from '../../lib/errors';
import type { ConsentPurposeId } from '../../lib/policy/purposes';
import { ConditionFailed } from '../../lib/table/client';
import { moveConsent } from '../../lib/table/consent/consent-state';
import { endOf } from '../../lib/table/consent/ends-with';
import { type LedgerEntry, type NewEntry, nextEntry } from '../../lib/table/ledger/ledger';
import {
  type Consent,
  consent,
  consentOf,
  ledgerHead,
  type Person,
  readPerson,
} from '../../lib/table/person/person';
import type { Sealer } from '../../lib/table/sealer';

/** Other acts of the same person at the same moment, before we ask to try again. */
const RACES = 4;

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
  const { purpose, seenEntry, request } = naming;
  let known = person;
  for (let race = 0; race < RACES; race += 1) {
    const repeated = stateBroughtBy(known, request);
    if (repeated) return { state: repeated, person: known };
    const before = consentOf(known, purpose);
    const current = before?.entry ?? 0;
    if (seenEntry !== current) throw new AppError('VERSION_CONFLICT', { purpose, seenEntry: current });
    const written = await tryOnce(deps, known, naming, before, plan(before));
    if ('state' in written) return written;
    known = written.person;
  }
  throw new AppError('BUSY');
}

/** The transaction. Answers the new state, or the person as another act has left them in the meantime. */
async function tryOnce(
  deps: Deps,
  person: Person,
  { purpose, request, sealer }: Naming,
  before: Consent | undefined,
  { entry, state, ends }: Change,
): Promise<Outcome | { person: Person }> {
  const { subjectId } = person;
  const chain = ledgerHead(person);
  const { write: append, head } = await nextEntry(deps.ring, subjectId, chain, entry, sealer);
  const { seq } = head;
  const after: Consent = { ...state, entry: seq, request };
  const gone = endOf(subjectId, ends ? [{ purpose, epoch: before?.epoch ?? 0, seq }] : [], deps.clock.now());
  const update = moveConsent(person, {
    purpose,
    after,
    head,
    ends: gone.change,
    shownAt: entry.actor === 'self' ? entry.at : undefined,
  });
  try {
    await deps.table.write(update, append, ...gone.writes);
  } catch (error) {
    const now = error instanceof ConditionFailed ? error.found[0]?.item : undefined;
    if (!now) throw error;
    return { person: readPerson(now) };
  }
  if (ends) await deps.queue.send(gone.erasures);
  const written = { ...entry, seq, prev: chain.hash, hash: head.hash };
  const consents = { ...person.consents, [purpose]: consent.encode(after, purpose) };
  return { state: after, entry: written, person: { ...person, consents } };
}
