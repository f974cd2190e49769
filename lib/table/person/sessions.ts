import { type Clock, secondOf } from '../../clock';
import { retentionMs } from '../../policy/retention';
import { beijingDay } from '../../policy/working-days';
import type { Write } from '../client';
import { keys } from '../keys';
import type { Sealer } from '../sealer';
import { whileHere } from './life';
import { MAX_SESSIONS_PER_PERSON, type Person, type Session, session } from './person';

/** When a session ends by itself. */
export function expiryOf({ startedAtSeconds }: Pick<Session, 'startedAtSeconds'>): number {
  return startedAtSeconds * 1000 + retentionMs('session-life');
}

/** By what a session is judged: now, and since when the service is open on its table. */
export type LiveAt = { nowMs: number; openedAtMs: number };

export function liveAt({ clock, policy }: { clock: Clock; policy: { openedAtMs(): number } }): LiveAt {
  return { nowMs: clock.now(), openedAtMs: policy.openedAtMs() };
}

/** Whether a session is not over. One that a restore has brought back is: it may have been ended since the backup (promise S7). */
export function isLive(session: Session, { nowMs, openedAtMs }: LiveAt): boolean {
  return expiryOf(session) > nowMs && session.startedAtSeconds >= secondOf(openedAtMs);
}

/** The sessions that live, oldest first. */
export function liveSessions({ sessions }: Person, at: LiveAt): [id: string, session: Session][] {
  return Object.entries(sessions)
    .map(([id, stored]): [string, Session] => [id, session.decode(stored, id)])
    .filter(([, value]) => isLive(value, at))
    .sort(([, a], [, b]) => a.startedAtSeconds - b.startedAtSeconds);
}

/** Which identity a session came from, by its short name. */
export function signInIdentityOf({ sessions }: Person, sessionId: string): string | undefined {
  const stored = sessions[sessionId];
  return stored && session.decode(stored, sessionId).identity;
}

/** Who gives way to one session more: one that has lapsed, or else the one that began first. */
export function sessionToEvict(person: Person, at: LiveAt): string | undefined {
  const live = liveSessions(person, at);
  const lapsed = Object.keys(person.sessions).find((id) => !live.some(([liveId]) => liveId === id));
  return lapsed ?? live[0]?.[0];
}

/** The session to give way when every place is taken as far as is known. */
export function sessionToEvictIfFull(person: Person, at: LiveAt): string | undefined {
  return Object.keys(person.sessions).length < MAX_SESSIONS_PER_PERSON
    ? undefined
    : sessionToEvict(person, at);
}

/** Ends sessions. Ending one that is gone already changes nothing. */
export function endSessions(subjectId: string, sessionIds: string[]): NonNullable<Write['Update']> {
  const names = Object.fromEntries(sessionIds.map((id, index) => [`#s${index}`, id]));
  return {
    Key: keys.person(subjectId),
    UpdateExpression: `REMOVE ${sessionIds.map((_, index) => `#sessions.#s${index}`).join(', ')}`,
    ConditionExpression: 'attribute_exists(pk)',
    ExpressionAttributeNames: { '#sessions': 'sessions', ...names },
  };
}

/** What else a new session depends on: who gives way to it, and the consent that a linked entry rests on. */
export type SessionTerms = { ends?: string | undefined; linkEpoch?: number | undefined };

/**
 * Adds a session, refused when the person is not here any more or has as many as allowed; `ends` makes room in the same
 * write. A session through a linked entry is refused unless linking is still agreed to (promise K3).
 */
export function addSession(
  subjectId: string,
  id: string,
  value: Session,
  { ends, linkEpoch }: SessionTerms = {},
): NonNullable<Write['Update']> {
  const thereIsRoom = 'size(#sessions) < :max';
  const leaverIsThere = 'attribute_exists(#sessions.#ends)';
  const linkingIsAgreed = '#consents.#link.granted = :true AND #consents.#link.epoch = :epoch';
  const linked = linkEpoch !== undefined;
  return {
    Key: keys.person(subjectId),
    UpdateExpression: `SET #sessions.#id = :session, usedOn = :on${ends ? ' REMOVE #sessions.#ends' : ''}`,
    ConditionExpression: [
      whileHere.condition,
      ends ? leaverIsThere : thereIsRoom,
      ...(linked ? [linkingIsAgreed] : []),
    ].join(' AND '),
    ExpressionAttributeNames: {
      '#sessions': 'sessions',
      '#id': id,
      ...(ends && { '#ends': ends }),
      ...(linked && { '#consents': 'consents', '#link': 'account-link' }),
    },
    ExpressionAttributeValues: {
      ':session': session.encode(value, id),
      ':on': beijingDay(value.startedAtSeconds * 1000),
      ...whileHere.values,
      ...(!ends && { ':max': MAX_SESSIONS_PER_PERSON }),
      ...(linked && { ':true': true, ':epoch': linkEpoch }),
    },
  };
}

/**
 * Notes what is newly known of a session, and lets go of those that have expired. Refused when it was ended meanwhile: an
 * ended session is not revived.
 */
export function noteSessionUse(
  person: Person,
  id: string,
  value: Session,
  sealer: Sealer,
  at: LiveAt,
): NonNullable<Write['Update']> {
  const live = new Set(liveSessions(person, at).map(([liveId]) => liveId));
  const expired = Object.keys(person.sessions).filter((other) => !live.has(other));
  const names = Object.fromEntries(expired.map((other, index) => [`#e${index}`, other]));
  const gone = Object.keys(names).map((name) => `#sessions.${name}`);
  return {
    Key: keys.person(person.subjectId),
    UpdateExpression: `SET #sessions.#id = :session, usedOn = :on${gone.length > 0 ? ` REMOVE ${gone.join(', ')}` : ''}`,
    ConditionExpression: '#sessions.#id.secretDigest = :digest',
    ExpressionAttributeNames: { '#sessions': 'sessions', '#id': id, ...names },
    ExpressionAttributeValues: {
      ':session': session.encode(value, id, sealer),
      ':on': beijingDay(at.nowMs),
      ':digest': value.secretDigest,
    },
  };
}
