import { toInstant } from '../../clock';
import { likelyEndOfWorkingDays } from '../../policy/working-days';
import type { Table } from '../client';
import { DESK, QUEUE_WINDOW } from '../due-queue';
import { indexPage } from '../index-page';
import type { Key } from '../keys';

/** So many working days before its date, what waits is warned of (promise R6): the nearest first. */
const WARNED_DAYS = { soon: 2, warned: 5 } as const;
export const levels = ['late', 'soon', 'warned', 'in-time'] as const;
/** How near the date is of what waits. */
export type Level = (typeof levels)[number];

/** Until when what is due is late, due soon, or warned of: instants. */
export type Marks = { late: string; soon: string; warned: string };

export async function marksAt(nowMs: number): Promise<Marks> {
  const [soon, warned] = await Promise.all(
    [WARNED_DAYS.soon, WARNED_DAYS.warned].map((days) => likelyEndOfWorkingDays(nowMs, days)),
  );
  return { late: toInstant(nowMs), soon: toInstant(soon ?? nowMs), warned: toInstant(warned ?? nowMs) };
}

export function levelOf(dueAt: string, { late, soon, warned }: Marks): Level {
  if (dueAt < late) return 'late';
  if (dueAt <= soon) return 'soon';
  return dueAt <= warned ? 'warned' : 'in-time';
}

/** How many wait, by how near their date is, and of which entity. A trip for every window. */
export async function countDesk(table: Table, marks: Marks) {
  const byLevel: Record<Level, number> = { late: 0, soon: 0, warned: 0, 'in-time': 0 };
  const byEntity: Record<string, number> = {};
  let start: Key | undefined;
  do {
    const { items, lastKey } = await indexPage(table, 'due', DESK, { limit: QUEUE_WINDOW, after: start });
    for (const item of items) {
      byLevel[levelOf(String(item.dueAt), marks)] += 1;
      byEntity[String(item.entity)] = (byEntity[String(item.entity)] ?? 0) + 1;
    }
    start = lastKey;
  } while (start);
  return { byLevel, byEntity };
}
