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
  isSameWebSignIn,
  PICK_UP_MS,
  readWebSignIn,
  type SeenWebSignIn,
  showWebSignIn,
  type WebSignIn,
  webSignInKey,
} from '../../lib/table/sign-in/web-sign-in';
import { newSession } from './start-session';
import { codeDigest, codeSealer, readCode } from './web-code';
import { whose } from './web-whose';

type Coded = Run<'subject', { code: string }>;

/** Shows a person which browser asks, on which page, from where and since when; only then can they decide. */
export async function webShow(deps: Deps, { caller, input }: Coded) {
  const { code, seen } = await find(deps, input.code);
  const item = await move(deps, seen, (now) => showWebSignIn(now, caller.person.subjectId, deps.clock.now()));
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
  const { seen } = await find(deps, input.code);
  const { subjectId } = caller.person;
  const done = {
    approved: true as const,
    account: whose(deps, caller.person, caller.alsoRead, caller.sealer),
  };
  let { person } = caller;
  return untilWon(async () => {
    const nowMs = deps.clock.now();
    const pickUpUntilSeconds = toEpochSeconds(nowMs + PICK_UP_MS);
    const { sessionId, session } = waitingSession(deps, caller, pickUpUntilSeconds);
    const ends = sessionToEvictIfFull(person, liveAt(deps), caller.sessionId);
    const approval = approveWebSignIn(seen, { subjectId, sessionId, pickUpUntilSeconds }, nowMs);
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
  const { seen } = await find(deps, input.code);
  const repeated = { subjectId, state: 'denied' };
  const item = await move(deps, seen, (now) => denyWebSignIn(now, subjectId, deps.clock.now()), repeated);
  const { sessionId } = readWebSignIn(item);
  // Nobody can pick it up any more; it goes from the list as well.
  if (sessionId !== undefined) await deps.table.update(endSessions(subjectId, [sessionId]));
  return { denied: true as const };
}

async function find(deps: Deps, text: string): Promise<{ code: string; seen: SeenWebSignIn }> {
  const code = readCode(text);
  const [seen] = code ? await deps.table.getMany([webSignInKey(await codeDigest(deps, code))]) : [];
  if (!code || !seen) throw new AppError('NOT_FOUND');
  return { code, seen };
}

/** Moves a request on. Absent, expired, decided and somebody else's all look the same; one's own repeat does not. */
async function move(
  deps: Deps,
  seen: SeenWebSignIn,
  change: (now: SeenWebSignIn) => NonNullable<Write['Update']>,
  repeated?: { subjectId: string; state: string },
): Promise<Item> {
  let now = seen;
  return untilWon(async () => {
    try {
      return await deps.table.update(change(now));
    } catch (error) {
      if (!(error instanceof ConditionFailed)) throw error;
      const met = error.found[0]?.item;
      if (!met) throw new AppError('NOT_FOUND');
      const { state, subjectId } = readWebSignIn(met);
      if (repeated?.state === state && repeated.subjectId === subjectId) return met;
      if (isSameWebSignIn(now, met)) throw new AppError('NOT_FOUND');
      now = met; // decided or shown at this very moment
      return undefined;
    }
  });
}
