import { z } from 'zod/mini';
import { toEpochSeconds } from '../clock';
import { retentionMs } from '../policy/retention';
import type { Item, Table } from './client';
import { defineEntity, digest } from './entity';
import { type Key, keys } from './keys';

/** Failed attempts by one source in one window of time. Kept under a keyed digest, gone when the window is over (A7). */
export const attempts = defineEntity('attempts', {
  failed: digest('attempt-counter', z.int()),
});

const WINDOW_MS = retentionMs('attempt-window');

/** The counter of the window that `nowMs` lies in. */
export function attemptsKey(sourceDigest: string, nowMs: number): Key {
  return keys.attempts(sourceDigest, String(Math.floor(nowMs / WINDOW_MS)));
}

export function readAttempts(item: Item | undefined): number {
  return item ? attempts.decode(item, '').failed : 0;
}

/** Seconds until the window of `nowMs` is over. */
export function windowEndsInSeconds(nowMs: number): number {
  return Math.ceil((WINDOW_MS - (nowMs % WINDOW_MS)) / 1000);
}

/** Counts one failure and answers how many there are in this window. */
export async function countFailure(table: Table, sourceDigest: string, nowMs: number): Promise<number> {
  const item = await table.update({
    Key: attemptsKey(sourceDigest, nowMs),
    UpdateExpression: 'ADD failed :one SET entity = :entity, expiresAtSeconds = :expires',
    ExpressionAttributeValues: {
      ':one': 1,
      ':entity': attempts.name,
      ':expires': toEpochSeconds(nowMs) + windowEndsInSeconds(nowMs),
    },
  });
  return readAttempts(item);
}
