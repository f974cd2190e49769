import { toEpochSeconds, toInstant } from '../../lib/clock';
import { issueToken, sameDigest } from '../../lib/crypto/token';
import type { Deps } from '../../lib/deps';
import { AppError } from '../../lib/errors';
import { noBrowser } from '../../lib/gate/browser';
import { truncateAddress } from '../../lib/gate/network-place';
import type { Run } from '../../lib/gate/operation';
import { ConditionFailed, type Item } from '../../lib/table/client';
import { canSignIn } from '../../lib/table/person/life';
import { readPerson } from '../../lib/table/person/person';
import { addSession, liveAt, sessionToEvict } from '../../lib/table/person/sessions';
import { untilWon } from '../../lib/table/races';
import {
  MAX_WEB_POLLS,
  pollWebSignIn,
  putWebSignIn,
  readWebSignIn,
  useWebSignIn,
  WEB_POLL_PAUSE_MS,
  type WebSignIn,
  webExpiry,
} from '../../lib/table/sign-in/web-sign-in';
import {
  codeDigest,
  codeSealer,
  drawCode,
  newBrowserSecret,
  newCode,
  readBrowserSecret,
  showCode,
} from './web-code';

type Nothing = Record<string, never>;
const retryAfterSeconds = WEB_POLL_PAUSE_MS / 1000;

/** A page asks to be signed in. It gets a code to show, and in a cookie the secret that goes with it (promise A2). */
export async function webBegin(deps: Deps, { browser = noBrowser, address, client }: Run<'anyone', Nothing>) {
  const nowMs = deps.clock.now();
  const code = newCode(deps.random);
  const { cookie, browserDigest } = newBrowserSecret(code, deps.random);
  const digest = await codeDigest(deps, code);
  const value: WebSignIn = {
    browserDigest,
    state: 'waiting',
    site: browser.site,
    askedAt: toInstant(nowMs),
    polls: 0,
    nextPollAtMs: 0,
    expiresAtSeconds: toEpochSeconds(webExpiry(nowMs)),
    device: client?.device,
    place: address && truncateAddress(address),
  };
  await deps.table.write(putWebSignIn(digest, value, await codeSealer(deps, code), nowMs));
  browser.setCookie('asking', cookie);
  const expiresInSeconds = (webExpiry(nowMs) - nowMs) / 1000;
  return { code: showCode(code), picture: drawCode(code), expiresInSeconds, retryAfterSeconds };
}

/** How the request of this browser stands. A used code and another browser's look like an expired one. */
export async function webPoll(deps: Deps, { browser = noBrowser }: Run<'anyone', Nothing>) {
  if (!browser.cookies.asking) return { state: 'no-cookie' as const };
  const claim = readBrowserSecret(browser.cookies.asking);
  const found = claim && (await countPoll(deps, await codeDigest(deps, claim.code), claim.browserDigest));
  if (found?.state === 'waiting' || found?.state === 'shown')
    return { state: found.state, retryAfterSeconds };
  browser.setCookie('asking', undefined);
  if (found?.state === 'denied') return { state: found.state };
  const token =
    found?.state === 'approved' && found.subjectId && (await pickUp(deps, found, found.subjectId));
  if (!token) return { state: 'expired' as const };
  browser.setCookie('session', token);
  return { state: 'signed-in' as const };
}

/** @throws AppError TOO_MANY_ATTEMPTS */
async function countPoll(deps: Deps, digest: string, browserDigest: Buffer) {
  const nowMs = deps.clock.now();
  try {
    const item = await deps.table.update(pollWebSignIn(digest, browserDigest, nowMs));
    const found = readWebSignIn(item);
    // One that a restore has brought back may have been denied since the backup.
    return Date.parse(found.askedAt) < deps.policy.openedAtMs() ? undefined : { ...found, digest };
  } catch (error) {
    if (!(error instanceof ConditionFailed)) throw error;
    refuseEager(error.found[0]?.item, browserDigest, nowMs);
    return undefined;
  }
}

/** Says why a poll was not counted, to the browser that asked and to no other. */
function refuseEager(item: Item | undefined, browserDigest: Buffer, nowMs: number): void {
  if (!item) return;
  const met = readWebSignIn(item);
  const own = sameDigest(met.browserDigest, browserDigest) && met.expiresAtSeconds > toEpochSeconds(nowMs);
  if (own && met.polls < MAX_WEB_POLLS)
    throw new AppError('TOO_MANY_ATTEMPTS', { limit: 'MIN_WEB_POLL_PAUSE_MS', retryAfterSeconds });
}

/**
 * The session of an approved request: made now, for the browser that asked, so that nobody can have known its token
 * before. Approval and session change in one transaction. Answers undefined when the approval is gone.
 */
async function pickUp(
  deps: Deps,
  { digest, browserDigest }: WebSignIn & { digest: string },
  subjectId: string,
): Promise<string | undefined> {
  const { token, sessionId, secretDigest } = issueToken(subjectId, deps.random);
  const nowMs = deps.clock.now();
  const value = { secretDigest, startedAtSeconds: Math.floor(nowMs / 1000) };
  let leaver: string | undefined;
  const pickedUp = await untilWon(async () => {
    try {
      const Update = addSession(subjectId, sessionId, value, { ends: leaver });
      await deps.table.write(useWebSignIn(digest, browserDigest, nowMs), { Update });
      return { token };
    } catch (error) {
      if (!(error instanceof ConditionFailed)) throw error;
      const [request, person] = error.found;
      if (request || !person?.item) return { token: undefined };
      const met = readPerson(person.item);
      if (!canSignIn(met)) return { token: undefined };
      leaver = sessionToEvict(met, liveAt(deps)); // sessions have filled up meanwhile
      return undefined;
    }
  });
  return pickedUp.token;
}
