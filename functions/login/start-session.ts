import { secondOf, toInstant } from '../../lib/clock';
import { promptsFor } from '../../lib/consent/prompts-due';
import { issueToken } from '../../lib/crypto/token';
import type { Deps } from '../../lib/deps';
import { AppError } from '../../lib/errors';
import type { ConsentPurposeId } from '../../lib/policy/purposes';
import { ConditionFailed } from '../../lib/table/client';
import { canSignIn, type LifeState, life } from '../../lib/table/person/life';
import { type Person, readPerson, type Session } from '../../lib/table/person/person';
import { addSession, expiryOf, liveAt, sessionToEvict } from '../../lib/table/person/sessions';
import { restsHold } from '../../lib/table/person/ways';
import { lostRaceOrBusy } from '../../lib/table/races';

/** What a session is and rests on. */
export type SessionOrigin = Partial<
  Pick<Session, 'byPhone' | 'identity' | 'link' | 'from' | 'pickUpUntilSeconds'>
>;

export type SignedIn = {
  token: string;
  sessionId: string;
  expiresAt: string;
  newAccount: boolean;
  asks: ConsentPurposeId[];
  /** The account is being closed: `rights/closing` says until when that can be taken back. */
  closing?: true;
  /** The person has had processing restricted: `rights/liftRestriction` takes that back. */
  restricted?: true;
  /** The number that was bound has turned out to be somebody else's by now, and is bound no more. */
  phoneGone?: true;
};

/** What somebody who signs in is told of how their account stands. */
const saidOf: Partial<Record<LifeState, Pick<SignedIn, 'closing' | 'restricted'>>> = {
  closing: { closing: true },
  restricted: { restricted: true },
};

/** A session that begins now. */
export function newSession(deps: Deps, secretDigest: Buffer, origin: SessionOrigin): Session {
  return { ...origin, secretDigest, startedAtSeconds: secondOf(deps.clock.now()) };
}

/**
 * A session for a known person. Answers undefined when a race was lost, or what it would rest on has ended, and the world must
 * be looked at again.
 */
export async function startSession(
  deps: Deps,
  subjectId: string,
  origin: SessionOrigin,
): Promise<SignedIn | undefined> {
  const { token, sessionId, secretDigest } = issueToken(subjectId, deps.random);
  const value = newSession(deps, secretDigest, origin);
  const open = async (ends?: string) => {
    const after = await deps.table.update(addSession(subjectId, sessionId, value, ends));
    const expiresAt = toInstant(expiryOf(value));
    const person = readPerson(after);
    const asks = purposesToAsk(deps, person);
    const gone = person.phoneGoneAt !== undefined && { phoneGone: true as const };
    return { token, sessionId, expiresAt, newAccount: false, asks, ...saidOf[person.lifeState], ...gone };
  };
  try {
    return await open();
  } catch (error) {
    const met = error instanceof ConditionFailed ? error.found[0]?.item : undefined;
    if (!met) return lostRaceOrBusy(error);
    const person = readPerson(met);
    if (!canSignIn(person)) return notHere(person);
    if (!restsHold(person, value, () => deps.policy.inForce().reachVersions)) return undefined;
    // Every place is taken: the session that has lapsed, or else the one that began first, gives way in the same write.
    return open(sessionToEvict(person, liveAt(deps))).catch(lostRaceOrBusy);
  }
}

/**
 * An account given up or erased has let its ways in go in one write with that: whoever looks again finds where they lead.
 * One that nobody may sign in to says so.
 */
function notHere({ lifeState }: Person): undefined {
  const { why } = life[lifeState];
  if (why) throw new AppError('NOT_NOW', { why });
}

/** What the person is to be asked now; a refusal rests for a while (promise K5). */
export function purposesToAsk({ clock, policy }: Deps, person: Person): ConsentPurposeId[] {
  return promptsFor(person, clock.now(), policy.inForce().reachVersions).asks.map(({ purpose }) => purpose);
}
