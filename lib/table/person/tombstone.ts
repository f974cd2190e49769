/** Every tombstone in the locked bucket lies below it. */
export const TOMBSTONES = 'tombstones/';

/**
 * What says in the locked bucket that a person has been erased: their number, which is random and leads to nobody any more
 * (promise S7). It is put there before anything is erased; whoever restores the table erases them anew. `at` is an instant.
 */
export function tombstoneOf(subjectId: string, at: string): { name: string; content: Buffer } {
  return { name: `${TOMBSTONES}${at.slice(0, 10)}/${subjectId}`, content: Buffer.from(at) };
}

/** Whom a tombstone is of, by its name. */
export function whoseTombstone(name: string): string {
  return name.slice(name.lastIndexOf('/') + 1);
}
