import * as z from 'zod/mini';
import { toEpochSeconds } from '../../clock';
import { ageBands } from '../../policy/age';
import type { Item, Write } from '../client';
import { defineEntity, digest, plain, type Sealer, sealed, type ValueOf } from '../entity';
import { type Key, keys } from '../keys';
import { type ResultPurpose, wayIds } from './real-name';

/** A check counts as under way for this long; no partner call lasts so long. */
export const IN_FLIGHT_MS = 30_000;
/** A repeat is recognised for this long after the check. */
const TRY_KEPT_MS = 60 * 60_000;

/**
 * A person's latest check with a partner. It lets a repeat be answered without a second charged call, lets one check at
 * a time be under way, and finishes what died between the partner's answer and our keeping it. No input is in it.
 */
export const attempt = defineEntity('real-name-try', {
  epoch: plain('real-name-result', z.int()),
  /** Digest of the idempotency key, and of the inputs but for the card number, of which nothing is kept. */
  key: digest('id-digest', z.string()),
  content: digest('id-digest', z.string()),
  way: plain('real-name-result', z.enum(wayIds)),
  sentAtMs: plain('real-name-result', z.int()),
  /** Absent while the check is under way. */
  outcome: plain(
    'real-name-result',
    z.optional(z.enum(['VERIFIED', 'NOT_VERIFIED', 'LATER', 'UNAVAILABLE'])),
  ),
  partnerRequestId: plain('real-name-result', z.optional(z.string())),
  uniqueDigest: digest('network-id-digest', z.optional(z.string())),
  band: plain('age-band', z.optional(z.enum(ageBands))),
});
export type Attempt = ValueOf<typeof attempt>;

export const attemptKey = (subjectId: string, home: ResultPurpose): Key => keys.data(subjectId, home, 'try');

export function readAttempt(item: Item | undefined, epoch: number): Attempt | undefined {
  return item?.entity === attempt.name && item.epoch === epoch ? attempt.decode(item, '') : undefined;
}

/** Begins a check, refused while another one of this person is under way, or when this very one has been answered. */
export function beginAttempt(subjectId: string, home: ResultPurpose, value: Attempt): Write {
  const item = {
    ...attemptKey(subjectId, home),
    entity: attempt.name,
    ...attempt.encode(value, ''),
    expiresAtSeconds: toEpochSeconds(value.sentAtMs + TRY_KEPT_MS),
  };
  const noneUnderWay = 'attribute_not_exists(pk) OR attribute_exists(outcome) OR sentAtMs <= :stale';
  const notYetAnswered = 'attribute_not_exists(pk) OR #key <> :key OR NOT (outcome IN (:yes, :no))';
  return {
    Put: {
      Item: item,
      ConditionExpression: `(${noneUnderWay}) AND (${notYetAnswered})`,
      ExpressionAttributeNames: { '#key': 'key' },
      ExpressionAttributeValues: {
        ':stale': value.sentAtMs - IN_FLIGHT_MS,
        ':key': value.key,
        ':yes': 'VERIFIED',
        ':no': 'NOT_VERIFIED',
      },
    },
  };
}

/** Notes the partner's answer, refused when the attempt is gone: its consent has been withdrawn meanwhile. */
export function settleAttempt(subjectId: string, home: ResultPurpose, value: Attempt): Write {
  const { key, sentAtMs, outcome, partnerRequestId, uniqueDigest, band } = value;
  const given = Object.entries({ outcome, partnerRequestId, uniqueDigest, band }).filter(
    ([, one]) => one !== undefined,
  );
  return {
    Update: {
      Key: attemptKey(subjectId, home),
      UpdateExpression: `SET ${given.map(([name]) => `#${name} = :${name}`).join(', ')}`,
      ConditionExpression: '#key = :key AND sentAtMs = :sentAt',
      ExpressionAttributeNames: {
        '#key': 'key',
        ...Object.fromEntries(given.map(([name]) => [`#${name}`, name])),
      },
      ExpressionAttributeValues: {
        ':key': key,
        ':sentAt': sentAtMs,
        ...Object.fromEntries(given.map(([name, one]) => [`:${name}`, one])),
      },
    },
  };
}

/**
 * A face check that was begun: the partner's token, sealed and never shown, with what its result must agree with. It
 * lies under the person, so nobody else's token can be handed in. Gone with either consent.
 */
export const faceSession = defineEntity('face-session', {
  epoch: plain('real-name-result', z.int()),
  wayEpoch: plain('real-name-result', z.int()),
  startedAt: plain('real-name-result', z.string()),
  /** Digest of the key, to recognise a repeat, and of the inputs. */
  key: digest('id-digest', z.string()),
  content: digest('id-digest', z.string()),
  uniqueDigest: digest('id-digest', z.string()),
  maskedName: sealed('real-name-masked', z.string()),
  band: plain('age-band', z.enum(ageBands)),
  token: sealed('face-token', z.string()),
  url: sealed('face-token', z.string()),
});
export type FaceSession = ValueOf<typeof faceSession>;

export const faceSessionKey = (subjectId: string, sessionId: string): Key =>
  keys.data(subjectId, 'real-name', `face-${sessionId}`);

/** Marks under the face consent that a session exists, so that ending that consent ends the session. */
export const faceSessionMark = defineEntity('face-session-mark', {
  epoch: plain('real-name-result', z.int()),
});
const markKey = (subjectId: string, sessionId: string) =>
  keys.data(subjectId, 'real-name-face', `session-${sessionId}`);

export function readFaceSession(
  item: Item | undefined,
  sessionId: string,
  sealer: Sealer,
): FaceSession | undefined {
  return item?.entity === faceSession.name ? faceSession.decode(item, sessionId, sealer) : undefined;
}

/** The two writes that keep a session until `expiresAtMs`. */
export function putFaceSession(
  subjectId: string,
  sessionId: string,
  value: FaceSession,
  expiresAtMs: number,
  sealer: Sealer,
): Write[] {
  const [self, mark] = [faceSessionKey(subjectId, sessionId), markKey(subjectId, sessionId)];
  const expiresAtSeconds = toEpochSeconds(expiresAtMs);
  const session = { entity: faceSession.name, ...faceSession.encode(value, sessionId, sealer) };
  const marked = { entity: faceSessionMark.name, ...faceSessionMark.encode({ epoch: value.wayEpoch }, '') };
  return [
    {
      Put: {
        Item: { ...self, ...session, points: [mark], expiresAtSeconds },
        ConditionExpression: 'attribute_not_exists(pk)',
      },
    },
    { Put: { Item: { ...mark, ...marked, points: [self], expiresAtSeconds } } },
  ];
}

/** Ends a session, whatever its outcome: a token is good for one result. Refused when it is gone. */
export function endFaceSession(subjectId: string, sessionId: string): Write[] {
  return [
    {
      Delete: {
        Key: faceSessionKey(subjectId, sessionId),
        ConditionExpression: 'attribute_exists(pk)',
      },
    },
    { Delete: { Key: markKey(subjectId, sessionId) } },
  ];
}
