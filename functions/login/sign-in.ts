import { toInstant } from '../../lib/clock';
import { randomId } from '../../lib/crypto/random';
import { issueToken } from '../../lib/crypto/token';
import type { Deps } from '../../lib/deps';
import { AppError, invalidInput } from '../../lib/errors';
import type { Run } from '../../lib/gate/operation';
import type { ConsentPurposeId } from '../../lib/policy/purposes';
import { asksOf } from '../../lib/table/asks';
import { attemptsKey, countAttempt, readAttempts, windowEndsInSeconds } from '../../lib/table/attempts';
import { ConditionFailed } from '../../lib/table/client';
import { createSealer } from '../../lib/table/entity';
import { gaugeWrite } from '../../lib/table/gauge';
import { claimIdentity, identityKey, readIdentity } from '../../lib/table/identity';
import { emptyHead, nextEntry } from '../../lib/table/ledger';
import {
  addSession,
  expiryOf,
  leaverOf,
  type Person,
  putPerson,
  readPerson,
  type Session,
  session,
} from '../../lib/table/person';
import { putWechatAccount } from '../../lib/table/phone';

/** Refused codes from one network address in ten minutes. Whole offices share an address, so it is generous. */
export const MAX_FAILED_CODES_PER_ADDRESS = 300;
/** Races with other first sign-ins of the same person, or with sessions filling up, before we ask to try again. */
const RACES = 4;

/** Signs a person in by what WeChat attests, and makes their account the first time (promise A1). */
export async function signIn(
  deps: Deps,
  { caller, input, requestId, address }: Run<'wechat', { code?: string | undefined }>,
) {
  const source = await deps.ring.digest('address', address ?? 'unknown');
  const who = caller.platform ?? (await exchangeCode(deps, source, input.code));
  const digest = await deps.ring.digest('openid', `${deps.appid}:${who.openid}`);
  const pointer = identityKey('openid', digest);

  for (let race = 0; race < RACES; race += 1) {
    const [known, failures] = await deps.table.getMany([pointer, attemptsKey(source, deps.clock.now())]);
    if (!caller.platform) demandFewFailures(deps, readAttempts(failures));
    const reply = known
      ? await openSession(deps, readIdentity(known))
      : await openAccount(deps, who.openid, digest, requestId);
    if (reply) return reply;
  }
  throw new AppError('BUSY');
}

async function exchangeCode(deps: Deps, source: string, code: string | undefined) {
  if (!code) throw invalidInput('code', '缺少登录凭证');
  try {
    return await deps.wechat.exchangeCode(code);
  } catch (error) {
    if (error instanceof AppError && error.code === 'LOGIN_CODE_INVALID') {
      demandFewFailures(deps, await countAttempt(deps.table, source, deps.clock.now()));
    }
    throw error;
  }
}

function demandFewFailures(deps: Deps, failed: number): void {
  if (failed <= MAX_FAILED_CODES_PER_ADDRESS) return;
  throw new AppError('TOO_MANY_ATTEMPTS', { retryAfterSeconds: windowEndsInSeconds(deps.clock.now()) });
}

function newSession(deps: Deps, secretDigest: Buffer): Session {
  return { secretDigest, startedAt: toInstant(deps.clock.now()) };
}

/** A session for a known person. Answers undefined when a race was lost and the world must be looked at again. */
async function openSession(deps: Deps, subjectId: string) {
  const { token, sessionId, secretDigest } = issueToken(subjectId, deps.random);
  const value = newSession(deps, secretDigest);
  const reply = { token, sessionId, expiresAt: toInstant(expiryOf(value)), newAccount: false };
  try {
    const after = await deps.table.update(addSession(subjectId, sessionId, value));
    return { ...reply, asks: purposesToAsk(deps, readPerson(after)) };
  } catch (error) {
    if (!(error instanceof ConditionFailed)) throw error;
    const full = error.found[0]?.item;
    if (!full) return undefined;
    return makeRoom(deps, readPerson(full), sessionId, value, reply);
  }
}

/** Every place is taken: the session that has lapsed, or else the one that began first, gives way in the same write. */
async function makeRoom<R>(deps: Deps, person: Person, sessionId: string, value: Session, reply: R) {
  const leaver = leaverOf(person, deps.clock.now());
  try {
    const after = await deps.table.update(addSession(person.subjectId, sessionId, value, leaver));
    return { ...reply, asks: purposesToAsk(deps, readPerson(after)) };
  } catch (error) {
    return lostRace(error);
  }
}

/**
 * The account of a new person: pointer, person and first ledger entry in one transaction. Of two first sign-ins at
 * once, one finds the pointer taken and signs in to the account the other has made.
 */
async function openAccount(deps: Deps, openid: string, digest: string, requestId: string) {
  const subjectId = randomId(deps.random);
  const now = toInstant(deps.clock.now());
  const { dataKey, wrapped } = await deps.ring.newDataKey(subjectId);
  const sealer = createSealer(subjectId, dataKey, deps.ring.suite, deps.random);
  const { token, sessionId, secretDigest } = issueToken(subjectId, deps.random);
  const opened = { at: now, act: 'account.opened', actor: 'self', purpose: 'account', requestId } as const;
  const { write, head } = await nextEntry(deps.ring, subjectId, emptyHead, opened);
  const value = newSession(deps, secretDigest);
  const person: Person = {
    subjectId,
    createdAt: now,
    wrappedKey: wrapped,
    identities: [{ domain: 'openid', digest }],
    sessions: { [sessionId]: session.encode(value, sessionId) },
    consents: {},
    cardCount: 0,
    ledgerSeq: head.seq,
    ledgerHash: head.hash,
  };
  try {
    const counted = gaugeWrite(subjectId, { persons: 1 });
    await deps.table.write(
      claimIdentity('openid', digest, subjectId),
      putPerson(person),
      write,
      counted,
      putWechatAccount(subjectId, openid, sealer),
    );
    return {
      token,
      sessionId,
      expiresAt: toInstant(expiryOf(value)),
      newAccount: true,
      asks: purposesToAsk(deps, person),
    };
  } catch (error) {
    return lostRace(error);
  }
}

/** The purposes to ask for now; what was refused a short while ago rests (promise K5). */
function purposesToAsk(deps: Deps, person: Person): ConsentPurposeId[] {
  return asksOf(person, deps.clock.now()).asks.map(({ purpose }) => purpose);
}

/** Somebody else was quicker, or still is: look again. Anything else is thrown on. */
function lostRace(error: unknown): undefined {
  const isBusy = error instanceof AppError && error.code === 'BUSY';
  if (!isBusy && !(error instanceof ConditionFailed)) throw error;
}
