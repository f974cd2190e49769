import * as z from 'zod/mini';
import { DAY_MS, toEpochSeconds } from '../../clock';
import { ageBands } from '../../policy/age';
import type { Item, Write } from '../client';
import { defineEntity, digest, plain, type Sealer, sealed, type ValueOf } from '../entity';
import { type Key, keys } from '../keys';
import { type ResultPurpose, wayIds } from './real-name';

/** A check counts as under way for this long; no partner call lasts so long. */
export const IN_FLIGHT_MS = 30_000;
/** A key is remembered for this long after its check, and longer where a result rests on it. */
const TRY_KEPT_MS = DAY_MS;
/** Checks remembered beside the latest one: with it as many as a person may ask for in a day. */
const MAX_EARLIER = 9;
const outcome = z.optional(z.enum(['VERIFIED', 'NOT_VERIFIED', 'LATER', 'UNAVAILABLE']));

/**
 * A person's latest check with a partner. It lets a repeat be answered without a second charged call, lets one check at
 * a time be under way, and finishes what died between the partner's answer and our keeping it. No input is in it.
 */
const common = {
  epoch: plain('real-name-result', z.int()),
  /** Digest of the idempotency key. */
  key: plain('real-name-result', z.string()),
  way: plain('real-name-result', z.enum(wayIds)),
  sentAtMs: plain('real-name-result', z.int()),
  /** Absent while the check is under way. */
  outcome: plain('real-name-result', outcome),
  partnerRequestId: plain('real-name-result', z.optional(z.string())),
  uniqueDigest: digest('network-id-digest', z.optional(z.string())),
  band: plain('age-band', z.optional(z.enum(ageBands))),
};
/** Digest of the inputs; of a card number nothing is kept, so nothing of it is in there. */
const content = z.string();
/** The checks before it, newest first: enough to tell that their keys are used. */
const earlier = z.optional(z.array(z.object({ key: z.string(), content: z.string(), outcome })));
export const attempt = defineEntity('real-name-try', {
  ...common,
  content: digest('id-digest', content),
  earlier: digest('id-digest', earlier),
});
/** The same for 网号, where no number is typed: who has this alone is not counted as somebody whose number is held. */
export const networkAttempt = defineEntity('network-try', {
  ...common,
  content: digest('network-id-digest', content),
  earlier: digest('network-id-digest', earlier),
});
export type Attempt = ValueOf<typeof attempt>;

const entityOf = (home: ResultPurpose) => (home === 'real-name' ? attempt : networkAttempt);
export const attemptKey = (subjectId: string, home: ResultPurpose): Key => keys.data(subjectId, home, 'try');

export function readAttempt(item: Item | undefined, epoch: number): Attempt | undefined {
  const entity = [attempt, networkAttempt].find(({ name }) => name === item?.entity);
  return item?.epoch === epoch ? entity?.decode(item, '') : undefined;
}

/**
 * Begins a check after the one that was seen before, which joins the earlier ones. Refused while another one of this
 * person is under way, when one was begun meanwhile, or when this very one has been answered.
 */
export function beginAttempt(
  subjectId: string,
  home: ResultPurpose,
  value: Attempt,
  before: Item | undefined,
): Write {
  const entity = entityOf(home);
  const last = readAttempt(before, value.epoch);
  const others = last ? [last, ...(last.earlier ?? [])].filter(({ key }) => key !== value.key) : [];
  const remembered = others
    .slice(0, MAX_EARLIER)
    .map(({ key, content, outcome }) => ({ key, content, outcome }));
  const item = {
    ...attemptKey(subjectId, home),
    entity: entity.name,
    ...entity.encode({ ...value, earlier: remembered }, ''),
    expiresAtSeconds: toEpochSeconds(value.sentAtMs + TRY_KEPT_MS),
  };
  const noneUnderWay = 'attribute_not_exists(pk) OR attribute_exists(outcome) OR sentAtMs <= :stale';
  const notYetAnswered = 'attribute_not_exists(pk) OR #key <> :key OR NOT (outcome IN (:yes, :no))';
  const isAsSeen = before
    ? '#key = :seenKey AND sentAtMs = :seenAt'
    : 'attribute_not_exists(pk) OR expiresAtSeconds <= :now';
  return {
    Put: {
      Item: item,
      ConditionExpression: `(${noneUnderWay}) AND (${notYetAnswered}) AND (${isAsSeen})`,
      ExpressionAttributeNames: { '#key': 'key' },
      ExpressionAttributeValues: {
        ':stale': value.sentAtMs - IN_FLIGHT_MS,
        ':key': value.key,
        ':yes': 'VERIFIED',
        ':no': 'NOT_VERIFIED',
        ...(before
          ? { ':seenKey': before.key, ':seenAt': before.sentAtMs }
          : { ':now': toEpochSeconds(value.sentAtMs) }),
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
