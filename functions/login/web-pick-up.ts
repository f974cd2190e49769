import { issueToken } from '../../lib/crypto/token';
import type { Deps } from '../../lib/deps';
import { ConditionFailed } from '../../lib/table/client';
import { keys } from '../../lib/table/keys';
import { readPerson } from '../../lib/table/person/person';
import { addSession, liveAt, liveSession } from '../../lib/table/person/sessions';
import { nameWebSignIn, useWebSignIn, type WebSignIn } from '../../lib/table/sign-in/web-sign-in';
import { newSession } from './start-session';

/** A request as it stands, and the digest that it is found by. */
export type Asked = WebSignIn & { digest: string };

/** Notes that the browser is told whose account it is. Answers false when the approval is over. */
export async function tell(deps: Deps, { digest, browserDigest }: Asked): Promise<boolean> {
  try {
    await deps.table.update(nameWebSignIn(digest, browserDigest, deps.clock.now()));
    return true;
  } catch (error) {
    if (error instanceof ConditionFailed) return false;
    throw error;
  }
}

/**
 * The session of an approved request, in the place of the one that waited for it: made now, for the browser that asked, so
 * that nobody can have known its token before. Approval and session change in one transaction, under the condition that the
 * waiting one and all that it rests on, the approving session first, are still there (promise A5). Answers undefined when they
 * are not.
 */
export async function pickUp(
  deps: Deps,
  { digest, browserDigest, subjectId = '', sessionId = '' }: Asked,
): Promise<string | undefined> {
  const [self] = await deps.table.getMany([keys.person(subjectId)]);
  const waiting = self && liveSession(readPerson(self), sessionId, liveAt(deps));
  if (waiting?.pickUpUntilSeconds === undefined) return undefined;
  const { identity, link, from } = waiting;
  const { token, sessionId: id, secretDigest } = issueToken(subjectId, deps.random);
  const value = newSession(deps, secretDigest, { identity, link, from });
  try {
    const Update = addSession(subjectId, id, value, sessionId);
    await deps.table.write(useWebSignIn(digest, browserDigest, deps.clock.now()), { Update });
    return token;
  } catch (error) {
    if (error instanceof ConditionFailed) return undefined; // used, taken back or ended meanwhile
    throw error;
  }
}
