import * as z from 'zod/mini';
import { type Clock, toEpochSeconds } from '../../clock';
import { digest, plain, sealed, type ValueOf } from '../attribute';
import type { Item, Write } from '../client';
import { declareEntity } from '../entity';
import { endExport } from '../export/export';
import type { MadeItem } from '../item';
import type { Key } from '../keys';
import { consentHolds } from '../person/consents';
import { inPerson } from '../place';
import type { Sealer } from '../sealer';
import { historyKeys } from './location-history';
import { endOfPlaceKey, hourOf } from './place-key';
import type { PlaceKeys, PlaceSealer } from './place-keys';

export const precisions = ['district', '1km', '100m'] as const;
export type Precision = (typeof precisions)[number];
export const findables = ['nobody', 'mutual'] as const;

/**
 * Where a person is while they want it: switch, settings and the last square in one item, so that the front door reads
 * all of it with the caller and one conditional write decides. The whole item ends 24 hours after the hour began of the last
 * sign of the person, with the key of that hour, or at the time they set: what is forgotten is off (promises L1, L2).
 */
export const location = declareEntity('location', {
  place: inPerson('location', 'point'),
  life: { rule: 'location-day', until: 'expiresAtSeconds' },
  /** What others may see. It is switched off by a write that does not read. */
  guarded: ['precision', 'findable'],
  attributes: {
    /** Of the settings and the switch, as the person saw them. */
    version: plain('location-state', z.int()),
    /** Counts every write, so that a write knows that nothing came between. */
    revision: plain('location-state', z.int()),
    on: plain('location-state', z.boolean()),
    /** When it was last switched on or off (ms): nothing that was taken before is accepted. */
    sinceMs: plain('location-state', z.int()),
    precision: plain('location-state', z.enum(precisions)),
    findable: plain('location-state', z.enum(findables)),
    keepsHistory: plain('location-state', z.boolean()),
    untilSeconds: plain('location-state', z.optional(z.int())),
    expiresAtSeconds: plain('location-state', z.int()),
    /** Until when others find the person at this place. */
    nearUntilSeconds: plain('location-state', z.optional(z.int())),
    /** By whose key the square is sealed as well. */
    hour: plain('location-state', z.optional(z.string())),
    /** Keys of the index `near`: keyed digests, of one day, of the squares around the person; only while they want to be found. */
    nearCell: digest('location-cell', z.optional(z.string())),
    nearPath: digest('location-cell', z.optional(z.string())),
    /** For the speed alone, and only while the key of its day lasts: the region of the last place, and when that was. */
    region: digest('location-region', z.optional(z.string())),
    regionAtMs: plain('location-state', z.optional(z.int())),
    /** The squares of a day in which the person was found: which, while it is on, and how many. */
    originsOn: plain('location-state', z.optional(z.string())),
    originCount: plain('location-state', z.optional(z.int())),
    origins: digest('location-cell', z.optional(z.array(z.string()))),
    /** The square in GCJ-02, never the point. */
    cell: sealed('location-point', z.optional(z.string())),
    takenAtMs: sealed('location-point', z.optional(z.int())),
  },
  indexes: ['nearCell', 'nearPath'],
  hour: 'hour',
  unheld: 'it ends with the key of its hour for everybody, and no hold keeps such a key',
  fenced: 'switching off, a withdrawal, its end and giving the account up each change this very item',
});
export type Location = ValueOf<typeof location>;

export const locationKey = (subjectId: string): Key => location.key(subjectId);

/**
 * What is stored under the consent of this epoch and has not expired; without its square where the key of its hour is gone.
 * @param own the sealer of the person it is about
 * @throws SealError
 */
export async function readLocation(
  { placeKeys, clock }: { placeKeys: PlaceKeys; clock: Clock },
  item: Item | undefined,
  epoch: number,
  own: Sealer,
): Promise<Location | undefined> {
  const clear = location.read(item, { epoch });
  if (!clear || clear.expiresAtSeconds <= toEpochSeconds(clock.now())) return undefined;
  const sealer = await placeKeys.openerFor(clear.hour, own);
  return sealer ? location.read(item, { sealer, epoch }) : clear;
}

/** When an item with a sign of the person at `atMs` ends. */
export function endOf(atMs: number, untilSeconds: number | undefined): number {
  const keyEndsMs = endOfPlaceKey({ name: 'hour', of: hourOf(atMs) });
  return Math.min(toEpochSeconds(keyEndsMs), untilSeconds ?? Number.POSITIVE_INFINITY);
}

/** What seals a place; nothing where there is none. @throws AppError BUSY when the key of its hour has just ended */
export async function sealerOf(
  { placeKeys }: { placeKeys: PlaceKeys },
  { takenAtMs }: Pick<Location, 'takenAtMs'>,
  own: Sealer,
): Promise<PlaceSealer | undefined> {
  return takenAtMs === undefined ? undefined : placeKeys.sealerFor(takenAtMs, own);
}

function itemOf(subjectId: string, value: Location, sealer: PlaceSealer | undefined): MadeItem {
  return location.make(subjectId, undefined, { ...value, hour: sealer?.hour }, { sealer });
}

/**
 * Puts the settings in the place of what was seen, while the consent stands (promise K3). What changes the item holds only
 * off what was there before, so switching on is held to the consent by hand.
 */
export function putSettings(
  subjectId: string,
  value: Location,
  before: Location | undefined,
  nowMs: number,
  sealer: PlaceSealer | undefined,
): [Write, Write] {
  const nothingThere = 'attribute_not_exists(pk) OR epoch <> :epoch OR expiresAtSeconds <= :now';
  const ExpressionAttributeValues = before
    ? { ':epoch': value.epoch, ':revision': before.revision }
    : { ':epoch': value.epoch, ':now': toEpochSeconds(nowMs) };
  return [
    {
      Put: {
        Item: itemOf(subjectId, value, sealer),
        ConditionExpression: before ? 'epoch = :epoch AND revision = :revision' : nothingThere,
        ExpressionAttributeValues,
      },
      seen: before && { holds: location.holds(before) },
    },
    consentHolds(subjectId, 'location', value.epoch),
  ];
}

/**
 * Puts a new square in the place of what was seen: one item, one unit. Refused once it was switched off, has expired or
 * the consent has ended, for every one of these changes the item itself (see `emptyLocation`).
 */
export function putPoint(
  subjectId: string,
  value: Location,
  before: Location,
  nowMs: number,
  sealer: PlaceSealer | undefined,
): Write {
  return {
    Put: {
      Item: itemOf(subjectId, value, sealer),
      ConditionExpression:
        'epoch = :epoch AND revision = :revision AND #on = :true AND expiresAtSeconds > :now',
      ExpressionAttributeNames: { '#on': 'on' },
      ExpressionAttributeValues: {
        ':epoch': value.epoch,
        ':revision': before.revision,
        ':true': true,
        ':now': toEpochSeconds(nowMs),
      },
    },
    seen: { holds: location.holds(before) },
  };
}

/** What goes with the square: itself, its entries in both indexes, the day's squares, and that it waits to be swept. */
const content = 'sealed, #hour, origins, nearCell, nearPath, nearUntilSeconds, untilSeconds, dueShard, dueAt';

/**
 * Switches off: square and index entry go with this write, and with it the history where one may have been kept. Refused
 * where there is no place, and where a withdrawal has left its mark in it: that is not to be written into.
 */
export function stopLocation(
  subjectId: string,
  history: Item[] | undefined,
  nowMs: number,
  seen: Item | undefined,
): [Write, ...Write[]] {
  const stop: Write = {
    seen,
    holds: [],
    Update: {
      Key: locationKey(subjectId),
      UpdateExpression: `SET #on = :false, keepsHistory = :false, sinceMs = :now, expiresAtSeconds = :ends, ttlSeconds = :ends ADD version :one, revision :one REMOVE ${content}`,
      ConditionExpression: `entity = :location${history ? '' : ' AND (attribute_not_exists(keepsHistory) OR keepsHistory = :false)'}`,
      ExpressionAttributeNames: { '#on': 'on', '#hour': 'hour' },
      ExpressionAttributeValues: {
        ':location': location.name,
        ':false': false,
        ':one': 1,
        ':now': nowMs,
        ':ends': endOf(nowMs, undefined),
      },
    },
  };
  // A copy that was made for the person has the place as well.
  return [stop, ...(history ? forgetHistory(subjectId, nowMs, history) : []), endExport(subjectId)];
}

/** The removal of every day of the history that can still be there; `seen` are those that are known to be. */
export function forgetHistory(subjectId: string, nowMs: number, seen: Item[] = []): Write[] {
  return historyKeys(subjectId, nowMs).map((Key) => ({
    Delete: { Key },
    seen: seen.find(({ sk }) => sk === Key.sk),
  }));
}

/** What a withdrawal leaves for the erasure to take and to count: nothing of the person. */
export const endedLocation = declareEntity('ended-location', {
  place: inPerson('location', 'point'),
  life: { rule: 'location-day', until: 'expiresAtSeconds' },
  unguarded: 'it holds nothing and only ends what was there',
  attributes: { expiresAtSeconds: plain('location-state', z.int()) },
  fenced: 'it holds nothing and only ends what was there',
});

/**
 * Part of the transaction of a withdrawal: from that moment no update under way can be stored, without a condition on
 * the consent in every update.
 */
export function emptyLocation(subjectId: string, epoch: number, nowMs: number): Write[] {
  const value = { epoch, expiresAtSeconds: endOf(nowMs, undefined) };
  return [
    { Put: { Item: endedLocation.make(subjectId, undefined, value) } },
    ...forgetHistory(subjectId, nowMs),
  ];
}
