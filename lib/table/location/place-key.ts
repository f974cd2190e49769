import * as z from 'zod/mini';
import { DAY_MS, HOUR_MS, toInstant } from '../../clock';
import { startOfDay } from '../../policy/period';
import { retentionMs } from '../../policy/retention';
import { beijingDay } from '../../policy/working-days';
import { bytes, plain } from '../attribute';
import type { Table, Write } from '../client';
import { declareEntity } from '../entity';
import { PLACE_KEYS } from '../keys';
import { ofService } from '../place';

/** A place is where somebody is, and others find them there, for this long without a new sign. */
export const FRESH_MS = 2 * HOUR_MS;

const names = ['hour', 'near'] as const;
/**
 * A key that places end with: `hour` seals those of one hour (`2026-12-01T02`, UTC), `near` makes the index entries of one day
 * (`2026-12-01`, Beijing).
 */
export type PlaceKeyId = { name: (typeof names)[number]; of: string };

/**
 * A key of an hour or a day, random and sealed under a key of the service. It lies in the table without backups, so its end
 * is the end of everything under it: no backup of this or of the other table brings it back (promise L2).
 */
export const placeKey = declareEntity('place-key', {
  place: ofService('security', (name, of: string) => ({ pk: PLACE_KEYS, sk: `${name}#${of}` }), 'places'),
  life: { rule: 'key-life' },
  unguarded: 'wrapped for its name: another one does not open',
  attributes: {
    name: plain('key-material', z.enum(names)),
    of: plain('key-material', z.string()),
    wrapped: plain('key-material', bytes),
    suite: plain('key-material', z.enum(['aes', 'sm'])),
  },
});

/** The hour that a place of this moment lies in. */
export function hourOf(atMs: number): string {
  return toInstant(atMs).slice(0, 'yyyy-mm-ddThh'.length);
}

/** The days by whose keys somebody can be found at this moment, this day's first: two while yesterday's places are fresh. */
export function nearDays(nowMs: number): string[] {
  return [...new Set([beijingDay(nowMs), beijingDay(nowMs - FRESH_MS)])];
}

/** When a key ends: 24 hours after its hour began, or when nothing of its day is fresh any more. */
export function endOfPlaceKey({ name, of }: PlaceKeyId): number {
  if (name === 'hour') return Date.parse(`${of}:00:00Z`) + retentionMs('location-day');
  return startOfDay(of) + DAY_MS + FRESH_MS;
}

/** The keys whose end has come. There are never more than a few dozen in all, so this is one trip and one page. */
export async function endedPlaceKeys(table: Table, nowMs: number): Promise<PlaceKeyId[]> {
  const query = { KeyConditionExpression: 'pk = :keys', ExpressionAttributeValues: { ':keys': PLACE_KEYS } };
  const { items } = await table.query(query, 'alive', 'places');
  return items
    .flatMap((item) => placeKey.read(item) ?? [])
    .filter((key) => endOfPlaceKey(key) <= nowMs)
    .map(({ name, of }) => ({ name, of }));
}

/** Destroys a key, and with it everything under it. Refused where somebody else has done it. */
export function destroyPlaceKey({ name, of }: PlaceKeyId): Write {
  return { Delete: { Key: placeKey.key(name, of), ConditionExpression: 'attribute_exists(pk)' } };
}
