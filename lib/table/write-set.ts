import type { Write } from './client';
import { type Key, textOf } from './keys';

/** Writes by the item that each is of: a transaction takes one of each, and two items may lead to each other. */
export type WriteSet = Map<string, Write>;

/** The item that a write is of, as text. */
export function placeOf({ Put, Update, Delete, ConditionCheck }: Write): string {
  return textOf((Put?.Item ?? (Update ?? Delete ?? ConditionCheck)?.Key) as Key);
}

/** How many writes a set would have more with these; undefined where an item would forget two things in one write. */
export function addedTo(set: WriteSet, more: readonly Write[]): number | undefined {
  if (more.some((write) => write.Update && set.get(placeOf(write))?.Update)) return undefined;
  return more.filter((write) => !set.has(placeOf(write))).length;
}

/** Adds writes. What goes has nothing to forget, and who has seen it knows what it held. */
export function addTo(set: WriteSet, more: readonly Write[]): void {
  for (const write of more) {
    const before = set.get(placeOf(write));
    if (!before?.Delete || (write.Delete && write.seen)) set.set(placeOf(write), write);
  }
}
