import { createHash } from 'node:crypto';
import type { Item, Table } from './client';
import { indexPage } from './index-page';
import { type Key, subjectOf, textOf } from './keys';

/** The part of the index `due` in which everything waits that the staff owes somebody an answer or an act for. */
export const DESK = 'DESK';

/** What waits for the staff in one part of the index `due`, the most urgent first: its keys and dates only. One trip. */
export async function waitingIn(table: Table, queue: string, limit: number): Promise<Item[]> {
  return (await indexPage(table, 'due', queue, { limit })).items;
}

/** What waits, as the index says: where it lies, since or until when, and how much stands for the same as it. */
export type Waiting = Key & { dueAt: string; many: number };

/** Entries that a page is chosen from: within so many nobody's second comes before anybody's first. */
export const QUEUE_WINDOW = 1000;

/** Where a page goes on: in which window, behind which place in it, and what was urgent when the first page was read. */
export type QueuePlace = { urgentUntil: string; start?: Key | undefined; after?: string | undefined };

/** The same as a short text, and back: a cursor holds it. */
export function textOfPlace({ urgentUntil, start, after = '' }: QueuePlace): string {
  const { dueAt = '', pk = '', sk = '' } = (start ?? {}) as Partial<Waiting>;
  return [urgentUntil, dueAt, pk, sk, after].join('|');
}
export function placeOfText(queue: string, text: string): QueuePlace {
  const [urgentUntil = '', dueAt, pk = '', sk = '', ...rest] = text.split('|');
  const after = rest.join('|');
  const start = { dueShard: queue, dueAt, pk, sk };
  return { urgentUntil, ...(pk !== '' && { start }), ...(after !== '' && { after }) };
}

/**
 * One page of what waits for the staff in a queue, in the order in which it is served: what is near its date first, then each
 * person's first before anybody's second, and so on, by date: nobody hides anybody else behind what they bring (promises A7, R8).
 * Entries for which `sameAs` answers the same stand once, by the first of them. One trip; the index alone is read.
 */
export async function fairPage(
  table: Table,
  queue: string,
  { urgentUntil, start, after }: QueuePlace,
  limit: number,
  sameAs: (item: Key) => string = textOf,
): Promise<{ waiting: Waiting[]; next: QueuePlace | undefined }> {
  const { items, lastKey } = await indexPage(table, 'due', queue, { limit: QUEUE_WINDOW, after: start });
  const places = inOrder(once(items, sameAs), urgentUntil).filter(
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

function once(items: Item[], sameAs: (item: Key) => string): Waiting[] {
  const firsts = new Map<string, Waiting>();
  for (const { pk, sk, dueAt } of items) {
    const known = firsts.get(sameAs({ pk, sk }));
    if (known) known.many += 1;
    else firsts.set(sameAs({ pk, sk }), { pk, sk, dueAt: String(dueAt), many: 1 });
  }
  return [...firsts.values()];
}

/** Every entry with its place as text: the order of texts is the order of the queue. */
export function inOrder<W extends Omit<Waiting, 'many'>>(
  all: W[],
  urgentUntil: string,
): { waiting: W; place: string }[] {
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

/** Whom it concerns. */
export const personOf = (waiting: Key): string => subjectOf(waiting) ?? '';
