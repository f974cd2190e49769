import * as z from 'zod/mini';
import { toEpochSeconds } from '../../clock';
import { ageBands } from '../../policy/age';
import { wayIds } from '../../policy/assurance';
import { digest, plain, type ValueOf } from '../attribute';
import { MAC } from '../bound';
import type { Item, Write } from '../client';
import { declareEntity } from '../entity';
import type { Key } from '../keys';
import { inPerson } from '../place';
import { ageBand } from './age-band';
import type { ResultPurpose } from './real-name';

/** A check counts as under way for this long; no partner call lasts so long. */
export const IN_FLIGHT_MS = 30_000;
/** Checks remembered beside the latest one: with it as many as a person may ask for in a day. */
const MAX_EARLIER = 9;
const outcome = z.optional(z.enum(['VERIFIED', 'NOT_VERIFIED', 'LATER', 'UNAVAILABLE']));

/**
 * A person's latest check with a partner. It lets a repeat be answered without a second charged call, lets one check at
 * a time be under way, and finishes what died between the partner's answer and our keeping it. No input is in it.
 */
const common = {
  /** Digest of the idempotency key. */
  key: plain('real-name-check', z.string()),
  way: plain('real-name-check', z.enum(wayIds)),
  sentAtMs: plain('real-name-check', z.int()),
  /** Absent while the check is under way. */
  outcome: plain('real-name-check', outcome),
  partnerRequestId: plain('real-name-check', z.optional(z.string())),
  /** Digest of the inputs; of a card number nothing is kept, so nothing of it is in there. */
  content: digest('request-digest', z.string()),
  /** The checks before it, newest first: enough to tell that their keys are used. */
  earlier: digest(
    'request-digest',
    z.optional(z.array(z.object({ key: z.string(), content: z.string(), outcome }))),
  ),
  band: ageBand(z.optional(z.enum(ageBands))),
};
/** The inputs as well: what the partner has said is of them and of no others. Earlier checks only refuse. */
const guarded = ['key', 'content', 'way', 'sentAtMs', 'outcome', 'partnerRequestId', 'band'] as const;
/** A key is remembered for this long after its check, and longer where a result rests on it. */
const life = { rule: 'check-repeat-life', from: 'sentAtMs' } as const;
export const attempt = declareEntity('real-name-try', {
  place: inPerson('real-name', 'try'),
  life,
  guarded,
  grows: true,
  attributes: common,
});
/** The same for 网号, which answers with a number of its own for the person. */
export const networkAttempt = declareEntity('network-try', {
  place: inPerson('real-name-network', 'try'),
  life,
  guarded: [...guarded, 'uniqueDigest'],
  grows: true,
  attributes: { ...common, uniqueDigest: digest('network-id-digest', z.optional(z.string())) },
});
export type Attempt = ValueOf<typeof networkAttempt>;

const entityOf = (home: ResultPurpose) => (home === 'real-name' ? attempt : networkAttempt);
export const attemptKey = (subjectId: string, home: ResultPurpose): Key => entityOf(home).key(subjectId);

export function readAttempt(item: Item | undefined, epoch: number): Attempt | undefined {
  return attempt.read(item, { epoch }) ?? networkAttempt.read(item, { epoch });
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
  const last = readAttempt(before, value.epoch);
  const others = last ? [last, ...(last.earlier ?? [])].filter(({ key }) => key !== value.key) : [];
  const remembered = others
    .slice(0, MAX_EARLIER)
    .map(({ key, content, outcome }) => ({ key, content, outcome }));
  const item = entityOf(home).make(subjectId, undefined, { ...value, earlier: remembered }, { before });
  const noneUnderWay = 'attribute_not_exists(pk) OR attribute_exists(outcome) OR sentAtMs <= :stale';
  const notYetAnswered = 'attribute_not_exists(pk) OR #key <> :key OR NOT (outcome IN (:yes, :no))';
  const isAsSeen = before
    ? '#key = :seenKey AND sentAtMs = :seenAt'
    : 'attribute_not_exists(pk) OR expiresAtSeconds <= :now';
  return {
    seen: before,
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
  const made = entityOf(home).make(subjectId, undefined, value);
  const { holds } = made as { holds?: Write['holds'] };
  const given = Object.entries({ outcome, partnerRequestId, uniqueDigest, band, [MAC]: made[MAC] }).filter(
    ([, one]) => one !== undefined,
  );
  return {
    holds: holds ?? [],
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
