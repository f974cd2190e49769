import * as z from 'zod/mini';
import { DAY_MS, toEpochSeconds } from '../../clock';
import { startOfDay } from '../../policy/period';
import { retentionMs } from '../../policy/retention';
import { beijingDay } from '../../policy/working-days';
import { plain, sealed, type ValueOf } from '../attribute';
import type { Item, Table, Visible, Write } from '../client';
import { declareEntity } from '../entity';
import { dataPrefix, type Key, partition } from '../keys';
import { inPerson } from '../place';
import type { Sealer } from '../sealer';

/** Squares kept of one day; more on the same day are not kept. */
export const MAX_PLACES_PER_DAY = 48;
const DAYS = retentionMs('location-month') / DAY_MS;

/** The squares of one Beijing day, under a consent of their own. The keys of all days are known, so that all can go at once. */
export const historyDay = declareEntity('history-day', {
  place: inPerson('location-history', ({ day }: { day: string }) => day),
  life: { rule: 'location-month', until: 'expiresAtSeconds' },
  unguarded: 'seen by its person alone, and sealed in its place',
  attributes: {
    day: plain('location-history-state', z.string()),
    version: plain('location-history-state', z.int()),
    expiresAtSeconds: plain('location-history-state', z.int()),
    places: sealed('location-history', z.array(z.object({ cell: z.string(), takenAtMs: z.int() }))),
  },
});
export type HistoryDay = ValueOf<typeof historyDay>;

export const historyKey = (subjectId: string, day: string): Key => historyDay.key(subjectId, { day });

/** The keys of every day that can still be there at `nowMs`, and of tomorrow for calls that meet midnight. */
export function historyKeys(subjectId: string, nowMs: number): Key[] {
  return Array.from({ length: DAYS + 2 }, (_, back) =>
    historyKey(subjectId, beijingDay(nowMs + DAY_MS - back * DAY_MS)),
  );
}

/** A day of this epoch. @throws SealError */
export function readHistoryDay(
  item: Item | undefined,
  epoch: number,
  sealer: Sealer,
): HistoryDay | undefined {
  return historyDay.read(item, { sealer, epoch });
}

/** The day with one more place; the same day where it is full or the place is the last one. */
export function withPlace(
  before: HistoryDay | undefined,
  epoch: number,
  place: HistoryDay['places'][number],
): HistoryDay | undefined {
  const places = before?.places ?? [];
  if (places.length >= MAX_PLACES_PER_DAY || places.at(-1)?.cell === place.cell) return undefined;
  const day = beijingDay(place.takenAtMs);
  const expiresAtSeconds = toEpochSeconds(startOfDay(day) + retentionMs('location-month'));
  return { day, epoch, version: (before?.version ?? 0) + 1, expiresAtSeconds, places: [...places, place] };
}

/** Puts a day in the place of the version before it. */
export function putHistoryDay(subjectId: string, value: HistoryDay, sealer: Sealer): Write {
  const item = historyDay.make(subjectId, value, value, { sealer });
  const first = value.version === 1;
  return {
    Put: {
      Item: item,
      ConditionExpression: first
        ? 'attribute_not_exists(pk) OR epoch <> :epoch'
        : 'version = :before AND epoch = :epoch',
      ExpressionAttributeValues: { ':epoch': value.epoch, ...(!first && { ':before': value.version - 1 }) },
    },
    ...(!first && { seen: { holds: historyDay.holds(value) } }),
  };
}

/** Every day that is kept, newest first: at most 32 small items, one trip. */
export async function queryHistory(
  table: Table,
  subjectId: string,
  epoch: number,
  sealer: Sealer,
): Promise<HistoryDay[]> {
  const items = await historyItems(table, subjectId);
  return items.flatMap((item) => readHistoryDay(item, epoch, sealer) ?? []);
}

/** The same as stored, also what an ended epoch has left and what has ended and was not swept. */
export async function historyItems(
  table: Table,
  subjectId: string,
  which: Visible = 'alive',
): Promise<Item[]> {
  const query = {
    KeyConditionExpression: 'pk = :pk AND begins_with(sk, :prefix)',
    ExpressionAttributeValues: { ':pk': partition(subjectId), ':prefix': dataPrefix('location-history') },
    ScanIndexForward: false,
    Limit: DAYS + 2,
  };
  return (await table.query(query, which)).items;
}
