import { issueToken } from '../../lib/crypto/token';
import type { Deps } from '../../lib/deps';
import { ConditionFailed } from '../../lib/table/client';
import { keys } from '../../lib/table/keys';
import { readPerson, type Session } from '../../lib/table/person/person';
import { openPerson } from '../../lib/table/person/person-key';
import { addSession, liveAt, liveSession } from '../../lib/table/person/sessions';
import { nicknameKey } from '../../lib/table/profile/nickname';
import {
  nameWebSignIn,
  type SeenWebSignIn,
  useWebSignIn,
  type WebSignIn,
} from '../../lib/table/sign-in/web-sign-in';
import { newSession } from './start-session';
import { whose } from './web-whose';

/** A request as it stands, and the item that it was read from. */
export type Asked = WebSignIn & { seen: SeenWebSignIn };

/** What is approved: the session that waits, and whose account it opens. */
type Approved = { waiting: Session; account: ReturnType<typeof whose> };

/**
 * What an approval would open. Undefined when the session that waits has ended, or anything that it rests on, the session
 * that approved it first (promise A5).
 */
export async function approvedOf(
  deps: Deps,
  { subjectId = '', sessionId = '' }: Asked,
): Promise<Approved | undefined> {
  const [self, nickname] = await deps.table.getMany([keys.person(subjectId), nicknameKey(subjectId)]);
  const person = self && readPerson(self);
  const waiting = person && liveSession(person, sessionId, liveAt(deps));
  if (!person || waiting?.pickUpUntilSeconds === undefined) return undefined;
  return { waiting, account: whose(deps, person, nickname, await openPerson(deps, person)) };
}

/** Notes that the browser is told whose account it is. Answers false when the approval is over. */
export async function tell(deps: Deps, { seen, browserDigest }: Asked): Promise<boolean> {
  try {
    await deps.table.update(nameWebSignIn(seen, browserDigest, deps.clock.now()));
    return true;
  } catch (error) {
    if (error instanceof ConditionFailed) return false;
    throw error;
  }
}

/**
 * The session of an approved request, in the place of the one that waited for it: made now, for the browser that asked, so
 * that nobody can have known its token before. Approval and session change in one transaction, under the condition that the
 * waiting one and all that it rests on are still there. Answers undefined when they are not.
 */
export async function pickUp(
  deps: Deps,
  { seen, browserDigest, subjectId = '', sessionId = '' }: Asked,
  { waiting: { identity, link, from } }: Approved,
): Promise<string | undefined> {
  const { token, sessionId: id, secretDigest } = issueToken(subjectId, deps.random);
  const value = newSession(deps, secretDigest, { identity, link, from });
  try {
    const Update = addSession(subjectId, id, value, sessionId);
    await deps.table.write(useWebSignIn(seen, browserDigest, deps.clock.now()), { Update });
    return token;
  } catch (error) {
    if (error instanceof ConditionFailed) return undefined; // used, taken back or ended meanwhile
    throw error;
  }
}
