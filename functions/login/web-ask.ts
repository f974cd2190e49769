import { toEpochSeconds, toInstant } from '../../lib/clock';
import { sameDigest } from '../../lib/crypto/token';
import type { Deps } from '../../lib/deps';
import { AppError } from '../../lib/errors';
import { noBrowser } from '../../lib/gate/browser';
import { truncateAddress } from '../../lib/gate/network-place';
import type { Run } from '../../lib/gate/operation';
import { ConditionFailed, type Item } from '../../lib/table/client';
import {
  MAX_WEB_POLLS,
  pollWebSignIn,
  putWebSignIn,
  readWebSignIn,
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
import { type Asked, approvedOf, pickUp, tell } from './web-pick-up';

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

/**
 * How the request of this browser stands. Once it is approved the browser is told whose account it is about to open, and gets
 * the session when it asks again. A used code and another browser's look like an expired one.
 */
export async function webPoll(deps: Deps, { browser = noBrowser }: Run<'anyone', Nothing>) {
  if (!browser.cookies.asking) return { state: 'no-cookie' as const };
  const claim = readBrowserSecret(browser.cookies.asking);
  const found = claim && (await countPoll(deps, claim));
  if (found?.state === 'waiting' || found?.state === 'shown')
    return { state: found.state, retryAfterSeconds };
  const isApproved = found?.state === 'approved' || found?.state === 'named';
  const approved = isApproved ? await approvedOf(deps, found) : undefined;
  if (approved && found?.state === 'approved' && (await tell(deps, found)))
    return { state: found.state, account: approved.account, retryAfterSeconds };
  browser.setCookie('asking', undefined);
  if (found?.state === 'denied') return { state: found.state };
  const token = approved && found?.state === 'named' && (await pickUp(deps, found, approved));
  if (!token) return { state: 'expired' as const };
  browser.setCookie('session', token);
  return { state: 'signed-in' as const, account: approved.account };
}

/** @throws AppError TOO_MANY_ATTEMPTS */
async function countPoll(
  deps: Deps,
  { code, browserDigest }: { code: string; browserDigest: Buffer },
): Promise<Asked | undefined> {
  const nowMs = deps.clock.now();
  const digest = await codeDigest(deps, code);
  try {
    const item = await deps.table.update(pollWebSignIn(digest, browserDigest, nowMs));
    const found = readWebSignIn(item);
    // One that a restore has brought back may have been denied since the backup.
    return Date.parse(found.askedAt) < deps.policy.openedAtMs() ? undefined : { ...found, seen: item };
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
