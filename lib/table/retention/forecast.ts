import * as z from 'zod/mini';
import { DAY_MS } from '../../clock';
import { plain, type ValueOf } from '../attribute';
import type { Table, Write } from '../client';
import { declareEntity } from '../entity';
import { ofService } from '../place';

/** How far the forecast looks ahead: 180 days, and what is left of the week that they end in. */
export const FORECAST_WEEKS = 26;
const WEEK_MS = 7 * DAY_MS;

/** How many of each entity end in each of the coming weeks; what has ended already counts into the first. */
export type Forecast = Record<string, number[]>;

/** The latest forecast of what ends by the clock: numbers of items by entity and week, and of nobody. */
export const retentionForecast = declareEntity('retention-forecast', {
  place: ofService('accountability', () => ({ pk: 'RETENTION#forecast', sk: 'FORECAST' })),
  life: { rule: 'service-life' },
  unguarded: 'numbers of what is coming',
  attributes: {
    /** The day in Beijing that it was begun on, and the moment that its weeks count from. */
    day: plain('retention-record', z.string()),
    from: plain('retention-record', z.string()),
    weeks: plain('retention-record', z.record(z.string(), z.array(z.int()))),
    /** Digest of the periods that everything that waits has its end by. */
    periods: plain('retention-record', z.string()),
  },
});
export type StoredForecast = ValueOf<typeof retentionForecast>;

export async function readForecast(table: Table): Promise<StoredForecast | undefined> {
  const [item] = await table.getMany([retentionForecast.key('')]);
  return retentionForecast.read(item);
}

/** Puts a forecast in the place of the one before. */
export function putForecast(value: StoredForecast): Write {
  return { Put: { Item: retentionForecast.make('', undefined, value) } };
}

/** In which week something ends, counted from a moment; undefined behind the last. */
export function weekOf(dueAt: string, fromMs: number): number | undefined {
  const week = Math.max(0, Math.floor((Date.parse(dueAt) - fromMs) / WEEK_MS));
  return week < FORECAST_WEEKS ? week : undefined;
}
