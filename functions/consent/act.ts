import { DAY_MS, toEpochSeconds, toInstant } from '../../lib/clock';
import { type Change, repeatMark, stateBroughtBy, writeActs } from '../../lib/consent/write-act';
import type { Deps } from '../../lib/deps';
import { AppError } from '../../lib/errors';
import { MAX_CLIENT_VERSION_CHARS } from '../../lib/gate/authenticate';
import { spendWrite, tooMany } from '../../lib/gate/limit';
import { truncateAddress } from '../../lib/gate/network-place';
import type { Run } from '../../lib/gate/operation';
import type { ConsentPurposeId } from '../../lib/policy/purposes';
import { retainedAfter } from '../../lib/policy/retained';
import type { NewEntry } from '../../lib/table/ledger/ledger';
import { covers } from '../../lib/table/person/consents';
import { type Consent, consentOf, type Person } from '../../lib/table/person/person';
import { signReceipt } from './receipt';
import { soundEntry } from './sound-entry';

/**
 * Acts of one person that end no consent: a ledger is kept for years and nobody fills it. Ending one always goes through (PIPL art.
 * 15), and each grant before it has counted.
 */
export const CONSENT_ACTS_PER_DAY = { name: 'CONSENT_ACTS_PER_DAY', max: 100, windowMs: DAY_MS } as const;

export type Choice = 'granted' | 'refused' | 'withdrawn';

type ActInput = {
  purpose: ConsentPurposeId;
  seenEntry: number;
  policyVersion: number;
  textHash: string;
  language: string;
  evidence: { control: string; defaultState: string; dwellMs: number };
  idempotencyKey: string;
};
type ActRun = Run<'subject', ActInput>;

/**
 * Records that a person grants, refuses or withdraws one purpose (promises K1, K2, K3, K5; PIPL art. 14, 15). State,
 * ledger entry and, for a withdrawal, the duty to erase are one transaction; the gate obeys from the next call on, on
 * every instance.
 * @throws AppError POLICY_CHANGED | VERSION_CONFLICT | IDEMPOTENCY_CONFLICT | NOT_NOW | TOO_MANY_ATTEMPTS | BUSY
 */
export async function act(deps: Deps, run: ActRun, choice: Choice) {
  const { input, caller } = run;
  const { person, sealer } = caller;
  const { subjectId } = person;
  const request = await repeatMark(deps, subjectId, input.idempotencyKey, [input, choice]);
  // A repeat is answered as the first time, also when the text has changed since.
  if (!stateBroughtBy(person, request)) await demandKnownText(deps, input, choice);
  const { purpose, seenEntry } = input;
  const write = await spendWrite(deps, CONSENT_ACTS_PER_DAY, subjectId);
  const counted = { write, refused: tooMany(deps, CONSENT_ACTS_PER_DAY) };
  const outcome = await writeActs(
    deps,
    person,
    { purpose, seenEntry, request, sealer, counted },
    (before) => ({
      entry: entryOf(deps, run, choice),
      ...stateAfter(deps, input, before, choice),
    }),
  );
  const { state } = outcome;
  const entry = outcome.entry ?? (await soundEntry(deps, subjectId, state.entry, sealer));
  const shown = {
    purpose,
    granted: state.granted,
    seenEntry: state.entry,
    policyVersion: state.policyVersion,
    at: entry.at,
  };
  const keeps = choice === 'withdrawn' ? { keeps: keptAfter(outcome.person, purpose) } : {};
  const { receipt } = await signReceipt(deps, subjectId, entry);
  return { ...shown, ...keeps, receipt };
}

/**
 * A grant or a refusal is bound to the text in force. A withdrawal needs no more than a text that once was: a new version
 * must not stand in its way (PIPL art. 15). @throws AppError POLICY_CHANGED
 */
async function demandKnownText(
  { policy }: Deps,
  { policyVersion, textHash }: ActInput,
  choice: Choice,
): Promise<void> {
  const { version, textHash: current } = policy.inForce();
  if (policyVersion === version && textHash === current) return;
  const isOlder = choice === 'withdrawn' && policyVersion < version;
  const older = isOlder ? await policy.load(policyVersion) : undefined;
  if (older?.textHash !== textHash) throw new AppError('POLICY_CHANGED', { version });
}

/** What outlives the withdrawal, for this very person. */
function keptAfter(person: Person, purpose: ConsentPurposeId) {
  return retainedAfter(purpose, (id) => consentOf(person, id as ConsentPurposeId)?.granted === true);
}

function entryOf(deps: Deps, { input, requestId, address, client }: ActRun, choice: Choice): NewEntry {
  const { purpose, policyVersion, textHash, language } = input;
  const at = toInstant(deps.clock.now());
  return {
    at,
    trueAt: at,
    act: `consent.${choice}`,
    actor: 'self',
    purpose,
    policyVersion,
    textHash,
    language,
    requestId,
    evidence: {
      ...input.evidence,
      ...(client?.version && { clientVersion: client.version.slice(0, MAX_CLIENT_VERSION_CHARS) }),
      ...(address && { address: truncateAddress(address) ?? '' }),
    },
  };
}

/** The state that a choice leads to. */
function stateAfter(
  deps: Deps,
  { purpose, policyVersion }: ActInput,
  before: Consent | undefined,
  choice: Choice,
): Pick<Change, 'state' | 'ends'> {
  const atSeconds = toEpochSeconds(deps.clock.now());
  const epoch = before?.epoch ?? 0;
  if (choice === 'refused' && before?.granted) {
    // What was agreed to stands until it is withdrawn; only its change can be refused.
    if (covers(deps.policy.inForce().reachVersions, before, purpose))
      throw new AppError('NOT_NOW', { why: '您已经同意过；不再同意的，请撤回。', purpose });
    const { entry: _, request: __, ...grant } = before;
    return { state: { ...grant, refusedAtSeconds: atSeconds }, ends: false };
  }
  const ends = choice === 'withdrawn' && before?.granted === true;
  const state = {
    granted: choice === 'granted',
    policyVersion,
    atSeconds,
    epoch: ends ? epoch + 1 : epoch,
  };
  return { state, ends };
}
