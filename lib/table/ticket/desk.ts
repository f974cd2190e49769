import { createHash } from 'node:crypto';
import { toInstant } from '../../clock';
import { endOfWorkingDays } from '../../policy/working-days';
import type { Item, Table } from '../client';
import { DESK } from '../due-queue';
import { indexPage } from '../index-page';
import { type Key, subjectOf, textOf } from '../keys';

/** So many working days before its date, what waits is warned of (promise R6): the nearest first. */
const WARNED_DAYS = { soon: 2, warned: 5 } as const;
export const levels = ['late', 'soon', 'warned', 'in-time'] as const;
/** How near the date is of what waits. */
export type Level = (typeof levels)[number];

/** Until when what is due is late, due soon, or warned of: instants. */
export type Marks = { late: string; soon: string; warned: string };

export async function marksAt(nowMs: number): Promise<Marks> {
  const [soon, warned] = await Promise.all(
    [WARNED_DAYS.soon, WARNED_DAYS.warned].map((days) => endOfWorkingDays(nowMs, days)),
  );
  return { late: toInstant(nowMs), soon: toInstant(soon ?? nowMs), warned: toInstant(warned ?? nowMs) };
}

export function levelOf(dueAt: string, { late, soon, warned }: Marks): Level {
  if (dueAt < late) return 'late';
  if (dueAt <= soon) return 'soon';
  return dueAt <= warned ? 'warned' : 'in-time';
}

/** What waits, as the index says: where it lies and when it is due. */
export type Waiting = Key & { dueAt: string };

/** Entries that a page is chosen from: within so many nobody's second comes before anybody's first. */
export const DESK_WINDOW = 1000;

/** Where a page goes on: in which window, behind which place in it, and what was urgent when the first page was read. */
export type DeskPlace = { urgentUntil: string; start?: Key | undefined; after?: string | undefined };

/** The same as a short text, and back: a cursor holds it. */
export function textOfPlace({ urgentUntil, start, after = '' }: DeskPlace): string {
  const { dueAt = '', pk = '', sk = '' } = (start ?? {}) as Partial<Waiting>;
  return [urgentUntil, dueAt, pk, sk, after].join('|');
}
export function placeOfText(text: string): DeskPlace {
  const [urgentUntil = '', dueAt, pk = '', sk = '', ...rest] = text.split('|');
  const after = rest.join('|');
  const start = { dueShard: DESK, dueAt, pk, sk };
  return { urgentUntil, ...(pk !== '' && { start }), ...(after !== '' && { after }) };
}

/**
 * One page of everything that waits for the staff, in the order in which it is served: what is near its date first, then each
 * person's first before anybody's second, and so on, by date (promise R8). One trip; the index alone is read.
 */
export async function deskPage(
  table: Table,
  { urgentUntil, start, after }: DeskPlace,
  limit: number,
): Promise<{ waiting: Waiting[]; next: DeskPlace | undefined }> {
  const { items, lastKey } = await indexPage(table, 'due', DESK, { limit: DESK_WINDOW, after: start });
  const places = inOrder(items.map(waitingOf), urgentUntil).filter(
    ({ place }) => after === undefined || place > after,
  );
  const page = places.slice(0, limit);
  const isMore = places.length > page.length;
  const following = isMore ? { start, after: page.at(-1)?.place } : lastKey && { start: lastKey };
  return {
    waiting: page.map(({ waiting }) => waiting),
    next: following && { urgentUntil, ...following },
  };
}

/** How many wait, by how near their date is, and of which entity. A trip for every window. */
export async function countDesk(table: Table, marks: Marks) {
  const byLevel: Record<Level, number> = { late: 0, soon: 0, warned: 0, 'in-time': 0 };
  const byEntity: Record<string, number> = {};
  let start: Key | undefined;
  do {
    const { items, lastKey } = await indexPage(table, 'due', DESK, { limit: DESK_WINDOW, after: start });
    for (const item of items) {
      byLevel[levelOf(String(item.dueAt), marks)] += 1;
      byEntity[String(item.entity)] = (byEntity[String(item.entity)] ?? 0) + 1;
    }
    start = lastKey;
  } while (start);
  return { byLevel, byEntity };
}

/** Every entry with its place as text: the order of texts is the order of the queue. */
export function inOrder(all: Waiting[], urgentUntil: string): { waiting: Waiting; place: string }[] {
  const before = new Map<string, number>();
  return [...all]
    .sort((one, other) => compare(one.dueAt, other.dueAt) || compare(textOf(one), textOf(other)))
    .map((waiting) => {
      const rank = before.get(waiting.pk) ?? 0;
      before.set(waiting.pk, rank + 1);
      const lane = waiting.dueAt <= urgentUntil ? 0 : 1;
      const which = createHash('sha256').update(textOf(waiting)).digest('base64url').slice(0, 12);
      return { waiting, place: `${lane}${String(rank).padStart(4, '0')}|${waiting.dueAt}|${which}` };
    })
    .sort((one, other) => compare(one.place, other.place));
}

const compare = (one: string, other: string): number => (one < other ? -1 : one > other ? 1 : 0);

const waitingOf = ({ pk, sk, dueAt }: Item): Waiting => ({ pk, sk, dueAt: String(dueAt) });

/** Whom it concerns. */
export const personOf = (waiting: Waiting): string => subjectOf(waiting) ?? '';
