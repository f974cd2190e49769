import * as z from 'zod/mini';
import { toEpochSeconds } from '../../clock';
import { ageBands } from '../../policy/age';
import type { Item, Write } from '../client';
import { defineEntity, digest, plain, type Sealer, sealed, type ValueOf } from '../entity';
import { type Key, keys } from '../keys';

/**
 * A face check that was begun: the partner's token, sealed and never shown, with what its result must agree with. It
 * lies under the person, so nobody else's token can be handed in. Gone with either consent.
 */
const begun = {
  epoch: plain('real-name-result', z.int()),
  wayEpoch: plain('real-name-result', z.int()),
  /** Digest of the inputs, to recognise a key used for something else. */
  content: digest('id-digest', z.string()),
};
export const faceSession = defineEntity('face-session', {
  ...begun,
  startedAt: plain('real-name-result', z.string()),
  uniqueDigest: digest('id-digest', z.string()),
  maskedName: sealed('real-name-masked', z.string()),
  band: plain('age-band', z.enum(ageBands)),
  token: sealed('face-token', z.string()),
  url: sealed('face-token', z.string()),
});
export type FaceSession = ValueOf<typeof faceSession>;

/** In the place of a session before the partner has answered, and when it is over: that its key is used. */
export const faceStart = defineEntity('face-start', {
  ...begun,
  isOver: plain('real-name-result', z.boolean()),
});
export type FaceStart = ValueOf<typeof faceStart>;

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

export function readFaceStart(item: Item | undefined): FaceStart | undefined {
  return item?.entity === faceStart.name ? faceStart.decode(item, '') : undefined;
}

function startItem(subjectId: string, sessionId: string, value: FaceStart, expiresAtMs: number): Item {
  const encoded = { entity: faceStart.name, ...faceStart.encode(value, '') };
  const points = [markKey(subjectId, sessionId)];
  const expiresAtSeconds = toEpochSeconds(expiresAtMs);
  return { ...faceSessionKey(subjectId, sessionId), ...encoded, points, expiresAtSeconds };
}

/**
 * The two writes that note a start before it is sent: [the start, its mark]. Refused when the key has been used for
 * something else, or its session is there or over; one of an ended consent, or that has expired, is not in the way.
 */
export function putFaceStart(
  subjectId: string,
  sessionId: string,
  value: FaceStart,
  nowMs: number,
  expiresAtMs: number,
): [Write, Write] {
  const { epoch, wayEpoch, content } = value;
  const dead = 'epoch <> :epoch OR wayEpoch <> :wayEpoch OR expiresAtSeconds <= :now';
  const sameAgain = 'entity = :start AND isOver = :no AND content = :content';
  const expiresAtSeconds = toEpochSeconds(expiresAtMs);
  const self = faceSessionKey(subjectId, sessionId);
  const mark = markKey(subjectId, sessionId);
  const marked = { entity: faceSessionMark.name, ...faceSessionMark.encode({ epoch: wayEpoch }, '') };
  return [
    {
      Put: {
        Item: startItem(subjectId, sessionId, value, expiresAtMs),
        ConditionExpression: `attribute_not_exists(pk) OR ${dead} OR (${sameAgain})`,
        ExpressionAttributeValues: {
          ':epoch': epoch,
          ':wayEpoch': wayEpoch,
          ':content': content,
          ':start': faceStart.name,
          ':no': false,
          ':now': toEpochSeconds(nowMs),
        },
      },
    },
    { Put: { Item: { ...mark, ...marked, points: [self], expiresAtSeconds } } },
  ];
}

/** Keeps a session until `expiresAtMs`, in the place of its start. Refused when that is gone or a twin was quicker. */
export function putFaceSession(
  subjectId: string,
  sessionId: string,
  value: FaceSession,
  expiresAtMs: number,
  sealer: Sealer,
): Write[] {
  const session = { entity: faceSession.name, ...faceSession.encode(value, sessionId, sealer) };
  const points = [markKey(subjectId, sessionId)];
  const expiresAtSeconds = toEpochSeconds(expiresAtMs);
  return [
    {
      Put: {
        Item: { ...faceSessionKey(subjectId, sessionId), ...session, points, expiresAtSeconds },
        ConditionExpression: 'entity = :start AND isOver = :no',
        ExpressionAttributeValues: { ':start': faceStart.name, ':no': false },
      },
    },
  ];
}

/**
 * Ends a session, whatever its outcome: a token is good for one result. Token, address and name are gone with this write;
 * that the key is used stays until the session would have expired. Refused when it is gone.
 */
export function endFaceSession(
  subjectId: string,
  sessionId: string,
  { epoch, wayEpoch, content }: FaceSession,
  expiresAtMs: number,
): Write[] {
  const over = { epoch, wayEpoch, content, isOver: true };
  return [
    {
      Put: {
        Item: startItem(subjectId, sessionId, over, expiresAtMs),
        ConditionExpression: 'entity = :session',
        ExpressionAttributeValues: { ':session': faceSession.name },
      },
    },
  ];
}
