import type { KeyRing } from '../../crypto/key-ring';
import { blurred } from './blur';
import type { ViewShard } from './views';

/** How often something was opened on one day in Beijing. */
export type DayViews = { day: string; views: number };

/**
 * The counts of one link as its owner may see them (promise C6): only days that are over, and every count blurred by itself. A
 * day of which nothing may be told is not there.
 */
export async function toldViews(
  ring: KeyRing,
  shards: readonly ViewShard[],
  today: string,
): Promise<DayViews[]> {
  const all = byDay(
    shards.flatMap(({ days }) => Object.entries(days).map(([day, views]) => ({ day, views }))),
  );
  const told = await Promise.all(
    all
      .filter(({ day }) => day < today)
      .map(async ({ day, views }) => ({
        day,
        views: await blurred(ring, `${shards[0]?.shareId}|${day}`, views),
      })),
  );
  return told.filter(({ views }) => views > 0);
}

/** Sums of what is told, so that no difference of two numbers tells more than the numbers do; in the order of the days. */
export function byDay(cells: readonly DayViews[]): DayViews[] {
  const sums = new Map<string, number>();
  for (const { day, views } of cells) sums.set(day, (sums.get(day) ?? 0) + views);
  return [...sums].map(([day, views]) => ({ day, views })).sort((a, b) => (a.day < b.day ? -1 : 1));
}
