import * as z from 'zod/mini';
import { toEpochSeconds } from '../../clock';
import { ageBands } from '../../policy/age';
import { retentionMs } from '../../policy/retention';
import { digest, plain, sealed, type ValueOf } from '../attribute';
import type { Item, Write } from '../client';
import { declareEntity } from '../entity';
import type { MadeItem } from '../item';
import type { Key } from '../keys';
import { inPerson } from '../place';
import type { Sealer } from '../sealer';
import { ageBand } from './age-band';

/**
 * A face check that was begun: the partner's token, sealed and never shown, with what its result must agree with. It
 * lies under the person, so nobody else's token can be handed in. Gone with either consent.
 */
const begun = {
  startedAt: plain('face-session', z.string()),
  wayEpoch: plain('face-session', z.int()),
  /** Digest of the inputs, to recognise a key used for something else. */
  content: digest('request-digest', z.string()),
};
const place = inPerson('real-name', (sessionId: string) => `face-${sessionId}`);
const life = { rule: 'face-session-life', from: 'startedAt' } as const;
const pointers = ['face-session-mark'];
export const faceSession = declareEntity('face-session', {
  place,
  life,
  pointers,
  guarded: [
    'startedAt',
    'wayEpoch',
    'content',
    'uniqueDigest',
    'nameDigest',
    'maskedName',
    'band',
    'token',
    'url',
  ],
  attributes: {
    ...begun,
    uniqueDigest: digest('id-digest', z.string()),
    maskedName: sealed('real-name-masked', z.string()),
    nameDigest: digest('name-digest', z.string()),
    band: ageBand(z.enum(ageBands)),
    token: sealed('face-token', z.string()),
    url: sealed('face-token', z.string()),
  },
});
export type FaceSession = ValueOf<typeof faceSession>;

/** In the place of a session before the partner has answered, and when it is over: that its key is used. */
export const faceStart = declareEntity('face-start', {
  place,
  life,
  pointers,
  unguarded: 'that a check of a face was begun; what comes of it says the session of the partner',
  attributes: { ...begun, isOver: plain('face-session', z.boolean()) },
});
export type FaceStart = ValueOf<typeof faceStart>;

export const faceSessionKey = (subjectId: string, sessionId: string): Key =>
  faceSession.key(subjectId, sessionId);

/** Marks under the face consent that a session exists, so that ending that consent ends the session. */
export const faceSessionMark = declareEntity('face-session-mark', {
  place: inPerson('real-name-face', (sessionId: string) => `session-${sessionId}`),
  life,
  pointers: ['face-session', 'face-start'],
  unguarded: 'that there is a session of a face check, which is bound itself',
  attributes: { startedAt: plain('face-session', z.string()) },
});

export function readFaceSession(item: Item | undefined, sealer: Sealer): FaceSession | undefined {
  return faceSession.read(item, { sealer });
}

export function readFaceStart(item: Item | undefined): FaceStart | undefined {
  return faceStart.read(item);
}

/** Until when a check that began then can be finished, in milliseconds. */
export function faceSessionEndsMs(startedAt: string): number {
  return Date.parse(startedAt) + retentionMs('face-session-life');
}

function startItem(subjectId: string, sessionId: string, value: FaceStart): MadeItem {
  return faceStart.make(subjectId, sessionId, value, { points: [faceSessionMark.key(subjectId, sessionId)] });
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
): [Write, Write] {
  const { epoch, wayEpoch, content, startedAt } = value;
  const dead = 'epoch <> :epoch OR wayEpoch <> :wayEpoch OR expiresAtSeconds <= :now';
  const sameAgain = 'entity = :start AND isOver = :no AND content = :content';
  const points = [faceSessionKey(subjectId, sessionId)];
  const mark = faceSessionMark.make(subjectId, sessionId, { startedAt, epoch: wayEpoch }, { points });
  return [
    {
      Put: {
        Item: startItem(subjectId, sessionId, value),
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
    { Put: { Item: mark } },
  ];
}

/** Keeps a session, in the place of its start. Refused when that is gone or a twin was quicker. */
export function putFaceSession(
  subjectId: string,
  sessionId: string,
  value: FaceSession,
  sealer: Sealer,
): Write[] {
  const points = [faceSessionMark.key(subjectId, sessionId)];
  return [
    {
      Put: {
        Item: faceSession.make(subjectId, sessionId, value, { sealer, points }),
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
  { epoch, wayEpoch, content, startedAt }: FaceSession,
  seen: Item | undefined,
): Write[] {
  const over = { epoch, wayEpoch, content, startedAt, isOver: true };
  return [
    {
      seen,
      Put: {
        Item: startItem(subjectId, sessionId, over),
        ConditionExpression: 'entity = :session',
        ExpressionAttributeValues: { ':session': faceSession.name },
      },
    },
  ];
}
