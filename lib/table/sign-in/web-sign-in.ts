import { isDeepStrictEqual } from 'node:util';
import * as z from 'zod/mini';
import { MINUTE_MS, toEpochSeconds } from '../../clock';
import { retentionMs } from '../../policy/retention';
import { bytes, digest, otherPerson, sealed, type ValueOf } from '../attribute';
import { boundAnew, MAC } from '../bound';
import type { Item, Write } from '../client';
import { declareEntity } from '../entity';
import type { Key } from '../keys';
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
  /** Not how often it was asked about: that only grows, by a write that does not read. */
  guarded: [
    'browserDigest',
    'state',
    'site',
    'askedAt',
    'expiresAtSeconds',
    'pickUpUntilSeconds',
    'subjectId',
    'sessionId',
    'device',
  ],
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

export const webSignInKey = (codeDigest: string): Key => webSignIn.key(codeDigest);

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

/** A request as it was seen: it moves on only where it is still as that. */
export type SeenWebSignIn = Item;

/** Whether a request has not moved between two looks. */
export function isSameWebSignIn(one: SeenWebSignIn, other: SeenWebSignIn): boolean {
  return isDeepStrictEqual(one[MAC], other[MAC]);
}

/** Shows a request to a person, who alone can then decide on it. Of two people, the first one gets it. */
export function showWebSignIn(seen: SeenWebSignIn, subjectId: string, nowMs: number): Update {
  const mine = '(#state = :waiting OR (#state = :shown AND subjectId = :me))';
  const values = { ':waiting': 'waiting', ':shown': 'shown', ':me': subjectId };
  return moveOn(seen, { state: 'shown', subjectId }, [inTime, mine], nowMs, values);
}

/**
 * Approves what this person has been shown: a session of theirs waits for the browser, which has until then to pick it up.
 */
export function approveWebSignIn(
  seen: SeenWebSignIn,
  {
    subjectId,
    sessionId,
    pickUpUntilSeconds,
  }: { subjectId: string; sessionId: string; pickUpUntilSeconds: number },
  nowMs: number,
): Write {
  const isShown = '#state = :shown AND subjectId = :me';
  const values = { ':shown': 'shown', ':me': subjectId };
  const approved = { state: 'approved', sessionId, pickUpUntilSeconds };
  return { Update: moveOn(seen, approved, [inTime, isShown], nowMs, values) };
}

/** Notes that the browser that asked is being told whose account it is about to open. */
export function nameWebSignIn(seen: SeenWebSignIn, browserDigest: Uint8Array, nowMs: number): Update {
  const values = { ':from': 'approved', ':browser': browserDigest };
  return moveOn(seen, { state: 'named' }, [inTime, forBrowser], nowMs, values);
}

/** Denies what this person has been shown; wins over an approval until the browser has picked that up. */
export function denyWebSignIn(seen: SeenWebSignIn, subjectId: string, nowMs: number): Update {
  const mine = '#state IN (:shown, :approved, :named) AND subjectId = :me';
  const values = { ':shown': 'shown', ':approved': 'approved', ':named': 'named', ':me': subjectId };
  return moveOn(seen, { state: 'denied', sealed: undefined }, [inTime, mine], nowMs, values);
}

/** Uses an approval up, for the browser that asked. Of two pick-ups at once, one wins. */
export function useWebSignIn(seen: SeenWebSignIn, browserDigest: Uint8Array, nowMs: number): Write {
  const values = { ':from': 'named', ':browser': browserDigest };
  return {
    Update: moveOn(seen, { state: 'used', sealed: undefined }, [inTime, forBrowser], nowMs, values),
  };
}

const inTime = 'expiresAtSeconds > :now';
const forBrowser = '#state = :from AND browserDigest = :browser AND pickUpUntilSeconds > :now';

/** @throws SealError for a request that is not as the service wrote it */
function moveOn(
  seen: SeenWebSignIn,
  change: Partial<Record<keyof WebSignIn | 'sealed', unknown>>,
  only: readonly string[],
  nowMs: number,
  values: Record<string, unknown>,
): Update {
  const said = Object.entries(change).filter(([, value]) => value !== undefined);
  const sets = said.map(([name]) => `${name === 'state' ? '#state' : name} = :to_${name}`);
  const { pk, sk } = seen;
  return {
    Key: { pk, sk },
    UpdateExpression: `SET ${[...sets, `${MAC} = :mac`].join(', ')}${'sealed' in change ? ' REMOVE sealed' : ''}`,
    ConditionExpression: [...only, `${MAC} = :seen`].join(' AND '),
    ExpressionAttributeNames: { '#state': 'state' },
    ExpressionAttributeValues: {
      ...values,
      ...Object.fromEntries(said.map(([name, value]) => [`:to_${name}`, value])),
      ':now': toEpochSeconds(nowMs),
      ':seen': seen[MAC],
      ':mac': boundAnew(seen, change),
    },
  };
}
