import type { Deps } from '../../lib/deps';
import { invalidInput } from '../../lib/errors';
import { discloseBeforeAccount } from '../../lib/gate/disclose';
import type { Run } from '../../lib/gate/operation';
import { clearEndedWays } from '../../lib/process/end-ways';
import type { Item } from '../../lib/table/client';
import { keys } from '../../lib/table/keys';
import { readPerson } from '../../lib/table/person/person';
import { openidDigest, pointerKey, readPointer } from '../../lib/table/person/pointer';
import { shortName } from '../../lib/table/person/wechat-account';
import { untilWon } from '../../lib/table/races';
import { addIdentity } from './add-identity';
import { type Arrival, createAccount } from './create-account';
import { type SignedIn, startSession } from './start-session';

type SignIn = { code?: string | undefined };

/**
 * Signs a person in by what WeChat attests, and makes their account the first time (promise A1). Whoever is known by
 * unionid alone, because the mini-program has moved to another appid, arrives at the account they have.
 */
export async function signIn(
  deps: Deps,
  { caller, input, requestId, address }: Run<'wechat', SignIn>,
): Promise<SignedIn & { otherAccount?: boolean }> {
  const who = caller.platform ?? (await exchangeCode(deps, address, input.code));
  const arrival = await identify(deps, who);
  const { digest, unionDigest } = arrival;

  // Other first sign-ins of the same person, or sessions that fill up.
  return untilWon(async () => {
    const [known, union] = await deps.table.getMany([
      pointerKey('openid', digest),
      ...(unionDigest ? [pointerKey('unionid', unionDigest)] : []),
    ]);
    if (known) return enter(deps, arrival, readPointer(known), union, requestId);
    if (union) return arriveByUnionid(deps, arrival, readPointer(union), requestId);
    return createAccount(deps, arrival, requestId);
  });
}

/** @returns the digests by which an account is found. */
export async function identify(
  deps: Deps,
  { openid, unionid }: { openid: string; unionid?: string | undefined },
): Promise<Arrival> {
  const digest = await openidDigest(deps, openid);
  return { openid, digest, unionDigest: unionid && (await deps.ring.digest('unionid', unionid)) };
}

/**
 * Signs in to the account that the openid leads to. A unionid seen for the first time is added to it; one that leads to
 * another account is only reported: the two are never merged silently.
 */
async function enter(
  deps: Deps,
  { digest, unionDigest }: Arrival,
  subjectId: string,
  union: Item | undefined,
  requestId: string,
) {
  const reply = await startSession(deps, subjectId, byMiniProgram(digest));
  if (!reply) {
    const [self] = await deps.table.getMany([keys.person(subjectId)]);
    if (self) await clearEndedWays(deps, readPerson(self), requestId); // and the next look finds that it leads nowhere
  }
  if (!reply || !unionDigest) return reply;
  const by = `session:${reply.sessionId}` as const;
  const shown = { by: 'openid', digest } as const;
  const identity = { domain: 'unionid', digest: unionDigest, shown, by } as const;
  if (!union) await addIdentity(deps, subjectId, identity, requestId);
  return { ...reply, otherAccount: union ? readPointer(union) !== subjectId : false };
}

/** An openid that nobody has yet, of a person whom WeChat has told us of before. */
async function arriveByUnionid(
  deps: Deps,
  { openid, digest, unionDigest = '' }: Arrival,
  subjectId: string,
  requestId: string,
) {
  const shown = { by: 'unionid', digest: unionDigest } as const;
  await addIdentity(deps, subjectId, { domain: 'openid', digest, openid, shown }, requestId);
  return startSession(deps, subjectId, byMiniProgram(digest));
}

const byMiniProgram = (digest: string) => ({ identity: shortName(digest) });

/** Asks WeChat whose code it is. Nobody's account is known yet, so the network address is limited (promise A7). */
export async function exchangeCode(deps: Deps, address: string | undefined, code: string | undefined) {
  if (!code) throw invalidInput('code', '缺少登录凭证');
  return discloseBeforeAccount(deps, { recipient: 'wechat', kinds: ['login-code'], address }, (wechat) =>
    wechat.exchangeCode(code),
  );
}
