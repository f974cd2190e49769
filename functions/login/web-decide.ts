import { toEpochSeconds, toInstant } from '../../lib/clock';
import { issueToken } from '../../lib/crypto/token';
import type { Deps } from '../../lib/deps';
import { AppError } from '../../lib/errors';
import type { Run, Subject } from '../../lib/gate/operation';
import { ConditionFailed, type Item, type Write } from '../../lib/table/client';
import { readPerson } from '../../lib/table/person/person';
import { addSession, endSessions, liveAt, sessionToEvictIfFull } from '../../lib/table/person/sessions';
import { untilWon } from '../../lib/table/races';
import {
  approveWebSignIn,
  denyWebSignIn,
  PICK_UP_MS,
  readWebSignIn,
  showWebSignIn,
  type WebSignIn,
} from '../../lib/table/sign-in/web-sign-in';
import { newSession } from './start-session';
import { codeDigest, codeSealer, readCode } from './web-code';
import { whose } from './web-whose';

type Coded = Run<'subject', { code: string }>;

/** Shows a person which browser asks, on which page, from where and since when; only then can they decide. */
export async function webShow(deps: Deps, { caller, input }: Coded) {
  const { code, digest } = await find(deps, input.code);
  const item = await move(deps, showWebSignIn(digest, caller.person.subjectId, deps.clock.now()));
  const { site, device, place, askedAt, expiresAtSeconds } = readWebSignIn(
    item,
    await codeSealer(deps, code),
  );
  return { site, device, place, askedAt, expiresAt: toInstant(expiresAtSeconds * 1000) };
}

/**
 * Approves what this person has been shown. The approval is a session of theirs that waits for its browser: it is listed and
 * ended as the others, and rests on the session that approves. Sent twice, it answers twice the same; with what the browser
 * will say of whose account it opens.
 */
export async function webApprove(deps: Deps, { caller, input }: Coded) {
  const { digest } = await find(deps, input.code);
  const { subjectId } = caller.person;
  const done = {
    approved: true as const,
    account: whose(deps, caller.person, caller.alsoRead, caller.sealer),
  };
  let { person } = caller;
  return untilWon(async () => {
    const nowMs = deps.clock.now();
    const untilSeconds = toEpochSeconds(nowMs + PICK_UP_MS);
    const { sessionId, session } = waitingSession(deps, caller, untilSeconds);
    const ends = sessionToEvictIfFull(person, liveAt(deps), caller.sessionId);
    const approval = approveWebSignIn(digest, { subjectId, sessionId, untilSeconds }, nowMs);
    try {
      await deps.table.write(approval, { Update: addSession(subjectId, sessionId, session, ends) });
      return done;
    } catch (error) {
      if (!(error instanceof ConditionFailed)) throw error;
      const [request, self] = error.found;
      const met = request?.item && readWebSignIn(request.item);
      if (met?.subjectId === subjectId && decided.has(met.state)) return done;
      if (request || !self?.item) throw new AppError('NOT_FOUND');
      person = readPerson(self.item); // sessions have filled up meanwhile
      return undefined;
    }
  });
}

/** What an approval sent again finds. */
const decided: ReadonlySet<WebSignIn['state']> = new Set(['approved', 'named', 'used']);

/** A session of a browser, whose secret nobody knows until the browser picks it up. */
function waitingSession(
  deps: Deps,
  { person, sessionId: from, session }: Subject,
  pickUpUntilSeconds: number,
) {
  const { identity, link } = session;
  const { sessionId, secretDigest } = issueToken(person.subjectId, deps.random);
  const waiting = newSession(deps, secretDigest, { identity, link, from, pickUpUntilSeconds });
  return { sessionId, session: waiting };
}

/** Denies what this person has been shown, also after an approval that the browser has not picked up yet. */
export async function webDeny(deps: Deps, { caller, input }: Coded) {
  const { subjectId } = caller.person;
  const { digest } = await find(deps, input.code);
  const repeated = ['denied'];
  const item = await move(deps, denyWebSignIn(digest, subjectId, deps.clock.now()), {
    digest,
    subjectId,
    repeated,
  });
  const { sessionId } = readWebSignIn(item);
  // Nobody can pick it up any more; it goes from the list as well.
  if (sessionId !== undefined) await deps.table.update(endSessions(subjectId, [sessionId]));
  return { denied: true as const };
}

async function find(deps: Deps, text: string): Promise<{ code: string; digest: string }> {
  const code = readCode(text);
  if (!code) throw new AppError('NOT_FOUND');
  return { code, digest: await codeDigest(deps, code) };
}

type Before = { digest: string; subjectId: string; repeated: string[] };

/** Moves a request on. Absent, expired, decided and somebody else's all look the same; one's own repeat does not. */
async function move(deps: Deps, update: NonNullable<Write['Update']>, before?: Before): Promise<Item> {
  try {
    return await deps.table.update(update);
  } catch (error) {
    if (!(error instanceof ConditionFailed)) throw error;
    const met = error.found[0]?.item;
    if (met && before) {
      const { state, subjectId } = readWebSignIn(met);
      if (subjectId === before.subjectId && before.repeated.includes(state)) return met;
    }
    throw new AppError('NOT_FOUND');
  }
}
