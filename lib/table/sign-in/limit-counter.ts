import * as z from 'zod/mini';
import { toEpochSeconds } from '../../clock';
import { retentionMs } from '../../policy/retention';
import { digest } from '../attribute';
import { ConditionFailed, type Item, type Table, type Write } from '../client';
import { declareEntity } from '../entity';
import type { Key } from '../keys';
import { ofService } from '../place';
import { FORM } from '../sealer';

/** Attempts by or at one source in one window of time. Kept under a keyed digest, gone when the window is over (A7). */
export const limitCounter = declareEntity('limit-counter', {
  place: ofService('security', (sourceDigest, window: string) => ({ pk: `TRY#${sourceDigest}`, sk: window })),
  life: { rule: 'attempt-window', until: 'expiresAtSeconds' },
  unguarded: 'a count that only refuses',
  attributes: {
    count: digest('attempt-counter', z.int()),
    expiresAtSeconds: digest('attempt-counter', z.int()),
  },
});

/** Windows last this long unless a limit names another length. */
const WINDOW_MS = retentionMs('attempt-window');

/** The counter of the window that `nowMs` lies in. */
export function limitCounterKey(sourceDigest: string, nowMs: number, windowMs = WINDOW_MS): Key {
  return limitCounter.key(sourceDigest, `${windowMs}#${Math.floor(nowMs / windowMs)}`);
}

export function readCount(item: Item | undefined): number {
  return limitCounter.read(item)?.count ?? 0;
}

/** Seconds until the window of `nowMs` is over. */
export function windowEndsInSeconds(nowMs: number, windowMs = WINDOW_MS): number {
  return Math.ceil((windowMs - (nowMs % windowMs)) / 1000);
}

/** Counts one attempt and answers how many there are in this window. One trip, one key per source: never a hot key. */
export async function countUse(
  table: Table,
  sourceDigest: string,
  nowMs: number,
  windowMs = WINDOW_MS,
): Promise<number> {
  return readCount(await table.update(oneMore(sourceDigest, nowMs, windowMs)));
}

/** Takes one attempt back from the window it was counted in. When that one is over, nothing is left to take back from. */
export async function giveBackUse(
  table: Table,
  sourceDigest: string,
  countedAtMs: number,
  windowMs: number,
): Promise<void> {
  await table
    .update({
      Key: limitCounterKey(sourceDigest, countedAtMs, windowMs),
      UpdateExpression: 'ADD #count :taken',
      ConditionExpression: '#count > :none',
      ExpressionAttributeNames: { '#count': 'count' },
      ExpressionAttributeValues: { ':taken': -1, ':none': 0 },
    })
    .catch((error: unknown) => {
      if (!(error instanceof ConditionFailed)) throw error;
    });
}

/**
 * The same count as a write, to ride in the transaction of what is being counted. Refused when the window already holds
 * `max`.
 */
export function useWrite(sourceDigest: string, nowMs: number, windowMs: number, max: number): Write {
  const update = oneMore(sourceDigest, nowMs, windowMs);
  return {
    Update: {
      ...update,
      ConditionExpression: 'attribute_not_exists(pk) OR #count < :max',
      ExpressionAttributeValues: { ...update.ExpressionAttributeValues, ':max': max },
    },
  };
}

/** A count makes its own item, with all that the maker would give it: nobody knows whether it is the first. */
function oneMore(sourceDigest: string, nowMs: number, windowMs: number) {
  return {
    Key: limitCounterKey(sourceDigest, nowMs, windowMs),
    UpdateExpression:
      'ADD #count :one SET entity = :entity, form = :form, expiresAtSeconds = :expires, ttlSeconds = :expires',
    ExpressionAttributeNames: { '#count': 'count' },
    ExpressionAttributeValues: {
      ':one': 1,
      ':entity': limitCounter.name,
      ':form': FORM,
      ':expires': toEpochSeconds(nowMs) + windowEndsInSeconds(nowMs, windowMs),
    },
  };
}
