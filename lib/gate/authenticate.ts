import { HOUR_MS, toEpochSeconds } from '../clock';
import { parseToken, sameDigest } from '../crypto/token';
import type { Deps } from '../deps';
import { AppError } from '../errors';
import { faultOf } from '../log';
import { ConditionFailed } from '../table/client';
import { keys } from '../table/keys';
import { readPerson, type Session, session } from '../table/person/person';
import { openPerson } from '../table/person/person-key';
import { liveAt, liveSession, noteSessionUse } from '../table/person/sessions';
import type { Call } from './call';
import { truncateAddress } from './network-place';
import type { AlsoRead, Subject } from './operation';
import { presentedKey } from './proof';

/** A session's last use is noted at most this often. */
export const TOUCH_EVERY_MS = HOUR_MS;
/** Short, so that the person's item stays within one read unit. */
const MAX_DEVICE_CHARS = 24;
export const MAX_CLIENT_VERSION_CHARS = 16;

/**
 * The person behind a token: one strongly consistent trip for session, consent, data key, the items asked for beside them,
 * and the proof of self that is presented. Absent, altered, ended and expired tokens all look the same, and so does one of a session that rests on
 * something ended.
 * @throws AppError SIGN_IN_REQUIRED
 */
export async function authenticate(
  deps: Deps,
  token: string | undefined,
  alsoRead?: (id: string) => AlsoRead | Promise<AlsoRead>,
  proof?: string,
): Promise<Subject> {
  const claim = token === undefined ? undefined : parseToken(token);
  if (!claim) throw new AppError('SIGN_IN_REQUIRED');
  const beside = alsoRead ? [await alsoRead(claim.subjectId)].flat() : [];
  const presented = presentedKey(claim.subjectId, proof);
  const wanted = [keys.person(claim.subjectId), ...beside, ...(presented ? [presented] : [])];
  const [self, ...read] = await deps.table.getMany(wanted);
  const [first, ...further] = read.slice(0, beside.length);
  const person = self && readPerson(self);
  const live = person && liveSession(person, claim.sessionId, liveAt(deps));
  if (!live || !sameDigest(live.secretDigest, claim.secretDigest) || live.pickUpUntilSeconds !== undefined)
    throw new AppError('SIGN_IN_REQUIRED');
  const sealer = await openPerson(deps, person);
  if (!sealer) throw new AppError('SIGN_IN_REQUIRED');
  return {
    kind: 'subject',
    person,
    sessionId: claim.sessionId,
    session: live,
    sealer,
    alsoRead: first,
    furtherRead: further,
    proof: presented && read.at(-1),
  };
}

/**
 * Notes that a session is in use, at most once an hour, and what the device says of itself. Does nothing before the
 * person has been shown the policy (promise S8). Comes after the operation, so as not to contend with its writes, and
 * never fails it; a session ended meanwhile is not revived.
 */
export async function touchSession(
  deps: Deps,
  call: Call,
  { person, sessionId, sealer }: Subject,
): Promise<void> {
  const nowMs = deps.clock.now();
  const stored = person.sessions[sessionId];
  if (!person.noticedAt || !stored) return;
  const before: Session = session.decode(stored, sessionId);
  if (before.usedAtSeconds && nowMs - before.usedAtSeconds * 1000 < TOUCH_EVERY_MS) return;
  const after: Session = {
    ...before,
    usedAtSeconds: toEpochSeconds(nowMs - (nowMs % HOUR_MS)),
    device: call.client?.device?.slice(0, MAX_DEVICE_CHARS),
    clientVersion: call.client?.version?.slice(0, MAX_CLIENT_VERSION_CHARS),
    place: call.address && truncateAddress(call.address),
  };
  try {
    await deps.table.update(noteSessionUse(person, sessionId, after, sealer, liveAt(deps)));
  } catch (error) {
    if (error instanceof ConditionFailed) return; // ended meanwhile: nothing to note
    deps.log({ event: 'fault', requestId: call.requestId, ...faultOf(error) });
  }
}
