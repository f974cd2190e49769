import { MINUTE_MS, toEpochSeconds, toInstant } from '../../lib/clock';
import { sign } from '../../lib/crypto/signature';
import type { Deps } from '../../lib/deps';
import { AppError } from '../../lib/errors';
import { MAX_CLIENT_VERSION_CHARS } from '../../lib/gate/authenticate';
import { truncateAddress } from '../../lib/gate/network-place';
import type { Run } from '../../lib/gate/operation';
import { policyInForce, scopeOf } from '../../lib/policy/document';
import type { ConsentPurposeId } from '../../lib/policy/purposes';
import { ConditionFailed, type Write } from '../../lib/table/client';
import { putDuty } from '../../lib/table/duty';
import { keys } from '../../lib/table/keys';
import { nextEntry } from '../../lib/table/ledger';
import {
  type Consent,
  consent,
  consentOf,
  ledgerHead,
  type Person,
  readPerson,
} from '../../lib/table/person';

/** Other acts of the same person at the same moment, before we ask to try again. */
const RACES = 4;
/** The nightly sweep takes up an erasure that the queue has not finished by then. */
export const ERASE_BY_QUEUE_WITHIN_MS = 15 * MINUTE_MS;

type ActInput = {
  purpose: ConsentPurposeId;
  version: number;
  policyVersion: number;
  textHash: string;
  language: string;
  evidence: { control: string; defaultState: string; dwellMs: number };
  idempotencyKey: string;
};
type ActRun = Run<'subject', ActInput>;

/**
 * Records that a person grants or withdraws one purpose (promises K1, K3; PIPL art. 14, 15). State, ledger entry and,
 * for a withdrawal, the duty to erase are one transaction; the gate obeys from the next call on, on every instance.
 */
export async function act(deps: Deps, run: ActRun, granted: boolean) {
  const { input, caller } = run;
  if (input.policyVersion !== policyInForce.version || input.textHash !== policyInForce.textHash) {
    throw new AppError('POLICY_CHANGED', { version: policyInForce.version });
  }
  const repeat = await repeatMark(deps, run, granted);
  let person = caller.person;
  for (let race = 0; race < RACES; race += 1) {
    const before = consentOf(person, input.purpose);
    if (before && before.request.split(':')[0] === repeat.split(':')[0]) {
      if (before.request !== repeat) throw new AppError('IDEMPOTENCY_CONFLICT');
      return answer(deps, person.subjectId, input.purpose, before);
    }
    if (input.version !== (before?.version ?? 0)) {
      throw new AppError('VERSION_CONFLICT', { purpose: input.purpose, version: before?.version ?? 0 });
    }
    const written = await write(deps, run, person, before, granted, repeat);
    if ('consent' in written) return answer(deps, person.subjectId, input.purpose, written.consent);
    person = written.person;
  }
  throw new AppError('BUSY');
}

/** Digests of the idempotency key and of the whole request: the first tells a repeat, the second a misuse. */
async function repeatMark({ ring }: Deps, { input, caller }: ActRun, granted: boolean): Promise<string> {
  const { subjectId } = caller.person;
  const key = await ring.digest('request', `key|${subjectId}|${input.idempotencyKey}`);
  const content = await ring.digest('request', `consent|${subjectId}|${JSON.stringify([input, granted])}`);
  return `${key.slice(0, 10)}:${content.slice(0, 10)}`;
}

/** The transaction. Answers the new state, or the person as another act has left them in the meantime. */
async function write(
  deps: Deps,
  { input, caller, requestId, address, client }: ActRun,
  person: Person,
  before: Consent | undefined,
  granted: boolean,
  request: string,
): Promise<{ consent: Consent } | { person: Person }> {
  const { subjectId } = person;
  const { purpose, policyVersion, textHash, language } = input;
  const at = toInstant(deps.clock.now());
  const evidence = {
    ...input.evidence,
    ...(client?.version && { clientVersion: client.version.slice(0, MAX_CLIENT_VERSION_CHARS) }),
    ...(address && { address: truncateAddress(address) ?? '' }),
  };
  const entry = {
    at,
    act: granted ? 'consent.granted' : 'consent.withdrawn',
    actor: 'self',
    purpose,
    policyVersion,
    textHash,
    language,
    requestId,
    evidence,
  } as const;
  const { write: append, head } = await nextEntry(
    deps.ring,
    subjectId,
    ledgerHead(person),
    entry,
    caller.sealer,
  );
  const epoch = before?.epoch ?? 0;
  const ends = before?.granted === true && !granted;
  const cardsEnd = ends && purpose === 'cards';
  const after: Consent = {
    granted,
    version: head.seq,
    policyVersion,
    scope: scopeOf(purpose),
    atSeconds: toEpochSeconds(deps.clock.now()),
    epoch: ends ? epoch + 1 : epoch,
    request,
  };
  const chainIsWhereWeSawIt = 'ledgerSeq = :before';
  const update: Write = {
    Update: {
      Key: keys.person(subjectId),
      UpdateExpression:
        'SET #consents.#purpose = :consent, ledgerSeq = :seq, ledgerHash = :hash, ' +
        `noticedAt = if_not_exists(noticedAt, :at)${cardsEnd ? ', cardCount = :none REMOVE defaultCard, contactCount' : ''}`,
      ConditionExpression: chainIsWhereWeSawIt,
      ExpressionAttributeNames: { '#consents': 'consents', '#purpose': purpose },
      ExpressionAttributeValues: {
        ':consent': consent.encode(after, purpose),
        ':before': person.ledgerSeq,
        ':seq': head.seq,
        ':hash': head.hash,
        ':at': at,
        ...(cardsEnd && { ':none': 0 }),
      },
    },
  };
  const dueAt = toInstant(deps.clock.now() + ERASE_BY_QUEUE_WITHIN_MS);
  const duty = ends ? [putDuty(subjectId, { seq: head.seq, purpose, epoch, erased: 0, dueAt })] : [];
  try {
    await deps.table.write(update, append, ...duty);
  } catch (error) {
    const now = error instanceof ConditionFailed ? error.found[0]?.item : undefined;
    if (!now) throw error;
    return { person: readPerson(now) };
  }
  if (ends) await deps.eraseQueue.send({ subjectId, seq: head.seq });
  return { consent: after };
}

/** The new state and a receipt anyone can verify. It names the person by internal id only. */
async function answer(deps: Deps, subjectId: string, purpose: ConsentPurposeId, state: Consent) {
  const { granted, version, policyVersion, atSeconds } = state;
  const shown = { purpose, granted, version, policyVersion, at: toInstant(atSeconds * 1000) };
  const receipt = await sign(deps.ring, 'consent-receipt', {
    sub: subjectId,
    ...shown,
    textHash: policyInForce.textHash,
  });
  return { ...shown, receipt };
}
