import { type Clock, secondOf } from '../../clock';
import { retentionMs } from '../../policy/retention';
import type { ReachVersions } from '../../policy/version';
import { beijingDay } from '../../policy/working-days';
import type { Write } from '../client';
import { keys } from '../keys';
import type { Sealer } from '../sealer';
import { whileHere } from './life';
import { kindOf, MAX_SESSIONS_PER_PERSON, type Person, type Session, session } from './person';
import { restsHold, sessionOf, whileRests } from './ways';

/** When a session ends by itself: a browser's after hours, and an approval that nobody has picked up after a minute. */
export function expiryOf(value: Session): number {
  const { startedAtSeconds, pickUpUntilSeconds } = value;
  if (pickUpUntilSeconds !== undefined) return pickUpUntilSeconds * 1000;
  const rule = kindOf(value) === 'web' ? 'web-session-life' : 'session-life';
  return startedAtSeconds * 1000 + retentionMs(rule);
}

/** By what a session is judged: now, since when the service is open on its table, and the policy in force. */
export type LiveAt = { nowMs: number; openedAtMs: number; reachVersions(): ReachVersions };

export function liveAt({
  clock,
  policy,
}: {
  clock: Clock;
  policy: { openedAtMs(): number; inForce(): { reachVersions: ReachVersions } };
}): LiveAt {
  return {
    nowMs: clock.now(),
    openedAtMs: policy.openedAtMs(),
    reachVersions: () => policy.inForce().reachVersions,
  };
}

/** Whether its time is not over. One that a restore has brought back is: it may have been ended since the backup (promise S7). */
export function isInTime(value: Session, { nowMs, openedAtMs }: Omit<LiveAt, 'reachVersions'>): boolean {
  return expiryOf(value) > nowMs && value.startedAtSeconds >= secondOf(openedAtMs);
}

/** The session of this id, or undefined when it is over by itself or by the end of anything that it rests on. */
export function liveSession(person: Person, id: string, at: LiveAt): Session | undefined {
  const value = sessionOf(person, id);
  if (!value || !isInTime(value, at) || !restsHold(person, value, at.reachVersions)) return undefined;
  return value.from === undefined || liveSession(person, value.from, at) ? value : undefined;
}

/** The sessions that live, oldest first. */
export function liveSessions(person: Person, at: LiveAt): [id: string, session: Session][] {
  return Object.keys(person.sessions)
    .flatMap((id): [string, Session][] => {
      const value = liveSession(person, id, at);
      return value ? [[id, value]] : [];
    })
    .sort(([, a], [, b]) => a.startedAtSeconds - b.startedAtSeconds);
}

/** Who gives way to one session more: one that has lapsed, or else the one that began first, but never the one it comes from. */
export function sessionToEvict(person: Person, at: LiveAt, from?: string): string | undefined {
  const live = liveSessions(person, at);
  const lapsed = Object.keys(person.sessions).find((id) => !live.some(([liveId]) => liveId === id));
  return lapsed ?? live.find(([id]) => id !== from)?.[0];
}

/** The session to give way when every place is taken as far as is known. */
export function sessionToEvictIfFull(person: Person, at: LiveAt, from?: string): string | undefined {
  return Object.keys(person.sessions).length < MAX_SESSIONS_PER_PERSON
    ? undefined
    : sessionToEvict(person, at, from);
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

/**
 * Adds a session, refused when the person is not here any more, when they have as many as allowed, or when anything that it
 * rests on has ended (promises A5, K3); `ends` makes room in the same write.
 */
export function addSession(
  subjectId: string,
  id: string,
  value: Session,
  ends?: string,
): NonNullable<Write['Update']> {
  const thereIsRoom = 'size(#sessions) < :max';
  const leaverIsThere = 'attribute_exists(#sessions.#ends)';
  const rests = whileRests(value);
  return {
    Key: keys.person(subjectId),
    UpdateExpression: `SET #sessions.#id = :session, usedOn = :on${ends ? ' REMOVE #sessions.#ends' : ''}`,
    ConditionExpression: [whileHere.condition, ends ? leaverIsThere : thereIsRoom, ...rests.conditions].join(
      ' AND ',
    ),
    ExpressionAttributeNames: {
      '#sessions': 'sessions',
      '#id': id,
      ...(ends && { '#ends': ends }),
      ...rests.names,
    },
    ExpressionAttributeValues: {
      ':session': session.encode(value, id),
      ':on': beijingDay(value.startedAtSeconds * 1000),
      ...whileHere.values,
      ...(!ends && { ':max': MAX_SESSIONS_PER_PERSON }),
      ...rests.values,
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
