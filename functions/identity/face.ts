import { toInstant } from '../../lib/clock';
import { idOfRequest } from '../../lib/crypto/request-id';
import type { Deps } from '../../lib/deps';
import { AppError } from '../../lib/errors';
import { disclose } from '../../lib/gate/disclose';
import type { Run, Subject } from '../../lib/gate/operation';
import type { FaceResult } from '../../lib/partner/faceid';
import { ConditionFailed, type Item } from '../../lib/table/client';
import { epochOf } from '../../lib/table/person/consents';
import type { Person } from '../../lib/table/person/person';
import {
  endFaceSession,
  type FaceSession,
  type FaceStart,
  faceSessionEndsMs,
  faceSessionKey,
  putFaceSession,
  putFaceStart,
  readFaceSession,
  readFaceStart,
} from '../../lib/table/real-name/face-session';
import { guardianConsents } from '../../lib/table/real-name/minor';
import { nameDigestOf } from '../../lib/table/real-name/name-mark';
import { readRealName } from '../../lib/table/real-name/real-name';
import { isSameRequest } from './check';
import { epochsOf } from './check-limits';
import { demandVerified, publicOutcome } from './check-outcome';
import { guardianNotice } from './guardian-notice';
import { keepResult, loadResult, resultForPerson } from './keep-result';
import { demandAge } from './known-age';
import { maskName } from './name';
import { type TypedIdentity, validateInput } from './valid-input';
import { demandOffered } from './ways';

const disclosure = { recipient: 'tencent-faceid', alsoFor: 'real-name-face', way: 'face' } as const;

type Start = Pick<TypedIdentity, 'name' | 'idNumber'> & { idempotencyKey: string };

/** The session of a key: the same for a repeat, and another for everybody else. */
export const faceSessionId = (subjectId: string, idempotencyKey: string): string =>
  idOfRequest('face', subjectId, idempotencyKey);

/**
 * Begins a face check on the partner's page (promise N2). The partner's token stays with us, sealed, bound to this
 * person, these consents and this number; the person gets the address of the page. No image passes through here.
 */
export async function startFace(deps: Deps, run: Run<'subject', Start>) {
  const { caller, input, requestId } = run;
  const { person, sealer } = caller;
  const { subjectId } = person;
  demandOffered(deps, 'face');
  const given = validateInput(input, 'face', deps.clock.now());
  const { epoch, wayEpoch = 0 } = epochsOf(deps, person, 'face');
  const sessionId = faceSessionId(subjectId, input.idempotencyKey);
  const mark = (what: string) => deps.ring.digest('request', `face|${subjectId}|${what}`);
  const content = await mark(JSON.stringify([given.name, given.idNumber]));
  const uniqueDigest = await deps.ring.digest('id-number', given.idNumber);

  const known = liveSession(readFaceSession(caller.alsoRead, sealer), person);
  if (known) return repeatStart(known, sessionId, content);
  demandSameStart(readFaceStart(caller.alsoRead), { epoch, wayEpoch, content });
  const key = await mark(sessionId);
  const seen = await loadResult(deps, subjectId, 'face');
  const live = readRealName(deps.policy.inForce().reachVersions, seen.result, person);
  if (live) {
    isSameRequest(live, { key, content });
    throw new AppError('NOT_NOW', { why: '您已经用人脸核验过。' });
  }
  const age = demandAge(seen, live, { band: given.band, way: 'face', uniqueDigest });
  const child = age.band === 'under-14';
  const nameDigest = await nameDigestOf(deps.ring, subjectId, given.name);

  const session = { epoch, wayEpoch, content, uniqueDigest, nameDigest, band: given.band };
  const startedAtMs = deps.clock.now();
  const startedAt = toInstant(startedAtMs);
  const start = { epoch, wayEpoch, content, startedAt, isOver: false };
  const sent = await disclose(
    deps,
    person,
    { ...disclosure, kinds: ['identity-input'], target: uniqueDigest, requestId },
    (partner) => partner.startFace({ ...given, sessionId }),
    ({ result }) => (result === 'STARTED' ? result : 'UNAVAILABLE'),
    {
      made: [
        ...putFaceStart(subjectId, sessionId, start, startedAtMs),
        ...(child ? [guardianConsents(subjectId, guardianNotice.textHash)] : []),
      ],
      answered: (started) => {
        if (started.result !== 'STARTED') return [];
        const { token, url } = started;
        const maskedName = maskName(given.name);
        const value: FaceSession = { ...session, maskedName, token, url, startedAt };
        return putFaceSession(subjectId, sessionId, value, sealer);
      },
    },
  ).catch((error: unknown) => twinMet(error, start));
  if ('met' in sent) return twinStart(caller, sent.met, sessionId, content);
  const { answer, kept } = sent;
  if (answer.result !== 'STARTED') throw new AppError('PARTNER_UNAVAILABLE');
  if (!kept) return startTwin(deps, run, sessionId, content);
  return { sessionId, url: answer.url, expiresAt: toInstant(faceSessionEndsMs(startedAt)) };
}

/**
 * The item that refused a start: of the same start, sent twice at once, where the other one was quicker.
 * @throws AppError GUARDIAN_REQUIRED when it was not this item that refused; as `demandSameStart`
 */
function twinMet(error: unknown, start: Begun): { met: Item | undefined } {
  if (!(error instanceof ConditionFailed)) throw error;
  const [refused] = error.found;
  if (!refused) throw new AppError('GUARDIAN_REQUIRED');
  if (refused.item?.content !== start.content) throw new AppError('IDEMPOTENCY_CONFLICT');
  demandSameStart(readFaceStart(refused.item), start);
  return { met: refused.item };
}

type Begun = Pick<FaceStart, 'epoch' | 'wayEpoch' | 'content'>;

/**
 * A key whose session has not come about may be tried again with the same content.
 * @throws AppError IDEMPOTENCY_CONFLICT for another content; NOT_NOW when its session is over
 */
function demandSameStart(known: FaceStart | undefined, { epoch, wayEpoch, content }: Begun): void {
  if (known?.epoch !== epoch || known.wayEpoch !== wayEpoch) return;
  if (known.content !== content) throw new AppError('IDEMPOTENCY_CONFLICT');
  if (known.isOver) throw new AppError('NOT_NOW', { why: '这次人脸核验已经结束，请重新开始。' });
}

/** The same start was sent twice at once, and the other one was quicker: its session is the one. */
async function startTwin(
  { table }: Deps,
  { caller }: Run<'subject', Start>,
  sessionId: string,
  content: string,
) {
  const [item] = await table.getMany([faceSessionKey(caller.person.subjectId, sessionId)]);
  return twinStart(caller, item, sessionId, content);
}

function twinStart({ person, sealer }: Subject, item: Item | undefined, sessionId: string, content: string) {
  const session = liveSession(readFaceSession(item, sealer), person);
  if (!session) throw new AppError('BUSY');
  return repeatStart(session, sessionId, content);
}

function repeatStart(session: FaceSession, sessionId: string, content: string) {
  if (session.content !== content) throw new AppError('IDEMPOTENCY_CONFLICT');
  const expiresAt = toInstant(faceSessionEndsMs(session.startedAt));
  return { sessionId, url: session.url, expiresAt };
}

/** A session is dead once either consent it rests on has ended. */
function liveSession(session: FaceSession | undefined, person: Person): FaceSession | undefined {
  const sameEpochs =
    session?.epoch === epochOf(person, 'real-name') &&
    session?.wayEpoch === epochOf(person, 'real-name-face');
  return sameEpochs ? session : undefined;
}

/**
 * Asks what came of a face check that this person began. Whatever the partner says must be about the session and the
 * number it was begun with, or it is refused and rings.
 */
export async function finishFace(deps: Deps, run: Run<'subject', { sessionId: string }>) {
  const { caller, input, requestId } = run;
  const { person, sealer } = caller;
  const { subjectId } = person;
  const { sessionId } = input;
  demandOffered(deps, 'face');
  epochsOf(deps, person, 'face');
  const session = liveSession(readFaceSession(caller.alsoRead, sealer), person);
  const seen = await loadResult(deps, subjectId, 'face');
  const live = readRealName(deps.policy.inForce().reachVersions, seen.result, person, sealer);
  const key = await deps.ring.digest('request', `face|${subjectId}|${sessionId}`);
  if (live?.key === key) return resultForPerson(live);
  if (!session) throw new AppError('NOT_FOUND');
  if (live) throw new AppError('NOT_NOW', { why: '您已经用人脸核验过。' });

  const ends = endFaceSession(subjectId, sessionId, session, caller.alsoRead);
  const { answer, person: after } = await disclose(
    deps,
    person,
    { ...disclosure, kinds: ['login-code'], requestId },
    async (partner) => judge(deps, session, sessionId, await partner.faceResult(session.token)),
    (given) =>
      given.result === 'PENDING' ? given.result : publicOutcome({ ...given, result: given.result }),
    { answered: ({ result }) => (result === 'MISMATCH' ? ends : []) },
  );
  if (answer.result === 'PENDING')
    throw new AppError('NOT_NOW', { why: '人脸核验还没有完成，请稍后再查询。' });
  demandVerified(publicOutcome({ result: answer.result }));
  const { epoch, wayEpoch, content, uniqueDigest, maskedName, nameDigest, band } = session;
  return keepResult(deps, run, after, {
    seen,
    again: false,
    also: ends,
    value: {
      epoch,
      wayEpoch,
      way: 'face',
      key,
      content,
      uniqueDigest,
      maskedName,
      nameDigest,
      band,
      verifiedAt: toInstant(deps.clock.now()),
      partnerRequestId: answer.partnerRequestId,
      consentEntry: epochsOf(deps, person, 'face').entry,
    },
  });
}

/** A pass for another number or another session is no pass, and somebody should look into it. */
async function judge(
  { ring, log }: Deps,
  session: FaceSession,
  sessionId: string,
  { idNumber, sessionId: saidSession, ...answer }: FaceResult,
): Promise<Omit<FaceResult, 'idNumber' | 'sessionId'>> {
  if (answer.result !== 'VERIFIED') return answer;
  const digest = idNumber && (await ring.digest('id-number', idNumber));
  if (digest === session.uniqueDigest && saidSession === sessionId) return answer;
  log({ event: 'alarm', partner: 'faceid', operation: 'identity/finishFace', partnerCode: 'anotherPerson' });
  return { ...answer, result: 'MISMATCH' };
}
