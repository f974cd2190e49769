import { issueToken, parseToken } from '../crypto/token';
import type { Deps } from '../deps';
import { AppError } from '../errors';
import { ConditionFailed, type Item } from '../table/client';
import { type Key, keys } from '../table/keys';
import { readPerson } from '../table/person/person';
import { liveAt, liveSession } from '../table/person/sessions';
import { proofKey, putProof, sessionOfProof, useProof } from '../table/sign-in/self-proof';

/** The acts that need a proof of self, as data for the operation that gives one; a test compares it with the tables. */
export const provableActs = [
  'login/changePhone',
  'login/linkAccount',
  'login/joinAccounts',
  'login/keepWay',
  'login/endWay',
  'identity/reverify',
  'rights/close',
  'rights/closeNow',
  'rights/proveTicket',
  'rights/startExport',
  'rights/startTransfer',
] as const;
export type ProvableAct = (typeof provableActs)[number];

/** The one act that a proof of self is good for. */
export function actOf(operation: string, target: string): string {
  return `${operation}|${target}`;
}

/** Who proves themselves, and in which session. */
type Prover = { subjectId: string; sessionId: string };

/** Where the proof lies that a person presents; undefined for none, or none of theirs. */
export function presentedKey(subjectId: string, presented: string | undefined): Key | undefined {
  const claim = presented === undefined ? undefined : parseToken(presented);
  return claim?.subjectId === subjectId ? proofKey(subjectId, claim.sessionId) : undefined;
}

/** Makes a proof after the person has proved themselves. It is shown once; only a digest of it is kept. */
export async function issueProof(deps: Deps, { subjectId, sessionId }: Prover, act: string): Promise<string> {
  const { token, sessionId: id, secretDigest } = issueToken(subjectId, deps.random);
  await deps.table.write(putProof(subjectId, id, { secretDigest, act, sessionId }, deps.clock.now()));
  return token;
}

/**
 * Uses a presented proof up before the act (promise A6), as the front door has read it. It is good in the session that it was given to and in no other, so
 * it is over with that. Absent, old, used, somebody else's, and made for another act or another target are all the same. `why` is
 * what the person reads besides.
 * @throws AppError PROOF_REQUIRED
 */
export async function demandProof(
  deps: Deps,
  { subjectId, sessionId, proof }: Prover & { proof: Item | undefined },
  act: string,
  presented: string | undefined,
  why?: string,
): Promise<void> {
  const unproved = () => new AppError('PROOF_REQUIRED', why === undefined ? undefined : { why });
  const claim = presented === undefined ? undefined : parseToken(presented);
  if (claim?.subjectId !== subjectId) throw unproved();
  const { sessionId: id, secretDigest } = claim;
  const use = useProof(subjectId, id, { secretDigest, act, sessionId }, proof, deps.clock.now());
  if (!use) throw unproved();
  try {
    await deps.table.write(use);
  } catch (error) {
    if (error instanceof ConditionFailed) throw unproved();
    throw error;
  }
}

/**
 * The same for a proof of another account, which names the session that it was given to: that one must live as well. Answers
 * that account and session, so that whatever follows can be refused once that has ended.
 * @throws AppError PROOF_REQUIRED
 */
export async function demandProofOfOther(deps: Deps, act: string, presented: string): Promise<Prover> {
  const claim = parseToken(presented);
  if (!claim) throw new AppError('PROOF_REQUIRED');
  const { subjectId, sessionId: id } = claim;
  const [self, proof] = await deps.table.getMany([keys.person(subjectId), proofKey(subjectId, id)]);
  const sessionId = sessionOfProof(proof);
  const person = self && readPerson(self);
  if (!person || !sessionId || !liveSession(person, sessionId, liveAt(deps)))
    throw new AppError('PROOF_REQUIRED');
  await demandProof(deps, { subjectId, sessionId, proof }, act, presented);
  return { subjectId, sessionId };
}
