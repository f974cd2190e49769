import * as z from 'zod/mini';
import { MINUTE_MS, toEpochSeconds } from '../../clock';
import { retentionMs } from '../../policy/retention';
import { bytes, digest, otherPerson, sealed, type ValueOf } from '../attribute';
import type { Item, Write } from '../client';
import { declareEntity } from '../entity';
import { ofService } from '../place';
import type { Sealer } from '../sealer';

/**
 * A request to sign in on a web page (promise A2). It is found by the code, moved on only under a condition, and dead
 * after minutes:
 *
 *   waiting ──show──▶ shown ──approve──▶ approved ──name──▶ named ──pick up──▶ used
 *                       └──────deny──────────┴────────────────┴──▶ denied
 *
 * The person who has been shown it decides on it, and only the browser that asked can poll it or pick it up. That browser is
 * told whose account it is about to open before it has a session, and not before that person has approved it (promise A1).
 */
export const webSignIn = declareEntity('web-sign-in', {
  place: ofService('account', (codeDigest) => ({ pk: `WEB#${codeDigest}`, sk: 'WEB' })),
  life: { rule: 'web-code-life', until: 'expiresAtSeconds' },
  attributes: {
    /** Of the secret that only the asking browser holds. */
    browserDigest: digest('web-sign-in', bytes),
    state: digest('web-sign-in', z.enum(['waiting', 'shown', 'approved', 'named', 'denied', 'used'])),
    site: digest('web-sign-in', z.string()),
    askedAt: digest('web-sign-in', z.string()),
    polls: digest('web-sign-in', z.int()),
    nextPollAtMs: digest('web-sign-in', z.int()),
    expiresAtSeconds: digest('web-sign-in', z.int()),
    /** An approval that nobody picks up soon is void, so that it cannot surprise anybody later. */
    pickUpUntilSeconds: digest('web-sign-in', z.optional(z.int())),
    /** Who has been shown it. */
    subjectId: otherPerson('account-number', null, z.optional(z.string())),
    /** The session that waits for the browser among those of that person: the approval is over with it. */
    sessionId: digest('web-sign-in', z.optional(z.string())),
    /** Sealed under a key that only the code opens. */
    device: sealed('device', z.optional(z.string())),
    place: sealed('network-place', z.optional(z.string())),
  },
});
export type WebSignIn = ValueOf<typeof webSignIn>;

/** A page asks every two seconds; this is what a code bears before it is dead. */
export const MAX_WEB_POLLS = 200;
/** The pause that a page is asked to make, and the one below which it is refused. */
export const WEB_POLL_PAUSE_MS = 2_000;
export const MIN_WEB_POLL_PAUSE_MS = 1_000;
/** From approval to the browser's pick-up. */
export const PICK_UP_MS = MINUTE_MS;

type Update = NonNullable<Write['Update']>;

/** A request; device and place with the sealer that the code gives. @throws Error for an item that is none; SealError */
export function readWebSignIn(item: Item, sealer?: Sealer): WebSignIn {
  const value = webSignIn.read(item, { sealer });
  if (!value) throw new Error('not a request to sign in');
  return value;
}

/** When a request made at `nowMs` ends. */
export function webExpiry(nowMs: number): number {
  return nowMs + retentionMs('web-code-life');
}

/** The write that makes a request, refused while the same code is alive. */
export function putWebSignIn(codeDigest: string, value: WebSignIn, sealer: Sealer, nowMs: number): Write {
  const item = webSignIn.make(codeDigest, undefined, value, { sealer });
  return {
    Put: {
      Item: item,
      ConditionExpression: 'attribute_not_exists(pk) OR expiresAtSeconds <= :now',
      ExpressionAttributeValues: { ':now': toEpochSeconds(nowMs) },
    },
  };
}

/** Counts one poll, refused for another browser, too often, too quickly or too late. */
export function pollWebSignIn(codeDigest: string, browserDigest: Uint8Array, nowMs: number): Update {
  const sameBrowser = 'browserDigest = :browser';
  const fewEnough = 'polls < :max';
  const slowEnough = 'nextPollAtMs <= :nowMs';
  return {
    Key: webSignIn.key(codeDigest),
    UpdateExpression: 'SET nextPollAtMs = :next ADD polls :one',
    ConditionExpression: `${sameBrowser} AND ${inTime} AND ${fewEnough} AND ${slowEnough}`,
    ExpressionAttributeValues: {
      ':browser': browserDigest,
      ':now': toEpochSeconds(nowMs),
      ':nowMs': nowMs,
      ':next': nowMs + MIN_WEB_POLL_PAUSE_MS,
      ':max': MAX_WEB_POLLS,
      ':one': 1,
    },
  };
}

/** Shows a request to a person, who alone can then decide on it. Of two people, the first one gets it. */
export function showWebSignIn(codeDigest: string, subjectId: string, nowMs: number): Update {
  const untouched = '#state = :waiting';
  const mine = '(#state = :shown AND subjectId = :me)';
  return {
    ...change(codeDigest, nowMs, {
      ':waiting': 'waiting',
      ':shown': 'shown',
      ':me': subjectId,
    }),
    UpdateExpression: 'SET #state = :shown, subjectId = :me',
    ConditionExpression: `${inTime} AND (${untouched} OR ${mine})`,
  };
}

/**
 * Approves what this person has been shown: a session of theirs waits for the browser, which has until then to pick it up.
 */
export function approveWebSignIn(
  codeDigest: string,
  { subjectId, sessionId, untilSeconds }: { subjectId: string; sessionId: string; untilSeconds: number },
  nowMs: number,
): Write {
  return {
    Update: {
      ...change(codeDigest, nowMs, {
        ':shown': 'shown',
        ':approved': 'approved',
        ':me': subjectId,
        ':waiting': sessionId,
        ':until': untilSeconds,
      }),
      UpdateExpression: 'SET #state = :approved, sessionId = :waiting, pickUpUntilSeconds = :until',
      ConditionExpression: `${inTime} AND #state = :shown AND subjectId = :me`,
    },
  };
}

/** Notes that the browser that asked is being told whose account it is about to open. */
export function nameWebSignIn(codeDigest: string, browserDigest: Uint8Array, nowMs: number): Update {
  return {
    ...change(codeDigest, nowMs, { ':approved': 'approved', ':named': 'named', ':browser': browserDigest }),
    UpdateExpression: 'SET #state = :named',
    ConditionExpression: `#state = :approved AND browserDigest = :browser AND pickUpUntilSeconds > :now AND ${inTime}`,
  };
}

/** Denies what this person has been shown; wins over an approval until the browser has picked that up. */
export function denyWebSignIn(codeDigest: string, subjectId: string, nowMs: number): Update {
  return {
    ...change(codeDigest, nowMs, {
      ':shown': 'shown',
      ':approved': 'approved',
      ':named': 'named',
      ':denied': 'denied',
      ':me': subjectId,
    }),
    UpdateExpression: 'SET #state = :denied REMOVE sealed',
    ConditionExpression: `${inTime} AND #state IN (:shown, :approved, :named) AND subjectId = :me`,
  };
}

/** Uses an approval up, for the browser that asked. Of two pick-ups at once, one wins. */
export function useWebSignIn(codeDigest: string, browserDigest: Uint8Array, nowMs: number): Write {
  return {
    Update: {
      ...change(codeDigest, nowMs, { ':named': 'named', ':used': 'used', ':browser': browserDigest }),
      UpdateExpression: 'SET #state = :used REMOVE sealed',
      ConditionExpression: `#state = :named AND browserDigest = :browser AND pickUpUntilSeconds > :now AND ${inTime}`,
    },
  };
}

const inTime = 'expiresAtSeconds > :now';

function change(codeDigest: string, nowMs: number, values: Record<string, unknown>) {
  return {
    Key: webSignIn.key(codeDigest),
    ExpressionAttributeNames: { '#state': 'state' },
    ExpressionAttributeValues: { ...values, ':now': toEpochSeconds(nowMs) },
  };
}
