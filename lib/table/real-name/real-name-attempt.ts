import * as z from 'zod/mini';
import { DAY_MS, toEpochSeconds } from '../../clock';
import { ageBands } from '../../policy/age';
import type { Item, Write } from '../client';
import { defineEntity, digest, plain, type ValueOf } from '../entity';
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
