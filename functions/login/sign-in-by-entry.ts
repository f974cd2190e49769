import { toInstant } from '../../lib/clock';
import { issueToken } from '../../lib/crypto/token';
import type { Deps } from '../../lib/deps';
import { AppError, invalidInput } from '../../lib/errors';
import { discloseBeforeAccount } from '../../lib/gate/disclose';
import type { Run } from '../../lib/gate/operation';
import type { EntryId } from '../../lib/policy/sign-in-entries';
import { ConditionFailed } from '../../lib/table/client';
import { keys } from '../../lib/table/keys';
import { consentInForce } from '../../lib/table/person/consents';
import {
  type EntryPointer,
  entryPointerKey,
  pointerHolds,
  readEntryPointer,
} from '../../lib/table/person/linked-entry';
import { readPerson } from '../../lib/table/person/person';
import { addSession, expiryOf, liveAt, sessionToEvictIfFull } from '../../lib/table/person/sessions';
import { linkOf } from '../../lib/table/person/ways';
import { untilWon } from '../../lib/table/races';
import { newSession, purposesToAsk, type SignedIn } from './start-session';

/**
 * Signs in through another entry that the person has linked (promise A4). It never opens an account, and a link that is
 * undone or no longer agreed to at the very moment of the write lets nobody in.
 * @throws AppError LINK_REQUIRED | LOGIN_CODE_INVALID | BUSY
 */
export async function signInByEntry(
  deps: Deps,
  { input, address }: Run<'anyone', { entry: EntryId; code: string }>,
): Promise<SignedIn> {
  const offered = deps.entries[input.entry];
  if (!offered) throw invalidInput('entry', '这个入口暂未开放');
  const { openid } = await discloseBeforeAccount(
    deps,
    { recipient: 'wechat-link', kinds: ['login-code'], address },
    (entries) => entries.exchangeCode(input.entry, input.code),
  );
  const digest = await deps.ring.digest('openid', `${offered.appid}:${openid}`);
  const [found] = await deps.table.getMany([entryPointerKey(digest)]);
  const pointer = readEntryPointer(found);
  if (!pointer) throw new AppError('LINK_REQUIRED');
  return untilWon(() => startLinkedSession(deps, pointer, digest, input.entry));
}

async function startLinkedSession(
  deps: Deps,
  { subjectId, epoch }: EntryPointer,
  digest: string,
  entry: EntryId,
) {
  const [self] = await deps.table.getMany([keys.person(subjectId)]);
  const person = self && readPerson(self);
  const linking = person && consentInForce(deps.policy.inForce().reachVersions, person, 'account-link');
  if (!person || linking?.epoch !== epoch) throw new AppError('LINK_REQUIRED');
  const { token, sessionId, secretDigest } = issueToken(subjectId, deps.random);
  const value = newSession(deps, secretDigest, { link: linkOf(person, entry) });
  const ends = sessionToEvictIfFull(person, liveAt(deps));
  try {
    const Update = addSession(subjectId, sessionId, value, ends);
    await deps.table.write({ Update }, pointerHolds(digest, subjectId));
  } catch (error) {
    if (!(error instanceof ConditionFailed)) throw error;
    if (error.found[1]) throw new AppError('LINK_REQUIRED');
    return undefined;
  }
  return {
    token,
    sessionId,
    expiresAt: toInstant(expiryOf(value)),
    newAccount: false,
    asks: purposesToAsk(deps, person),
  };
}
