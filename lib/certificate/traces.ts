import type { Item } from '../table/client';
import type { Pointer } from '../table/keys';
import { DRAWN, INCOMING } from '../table/profile/avatar';

/**
 * What an item leaves outside of its own partition. It is read off the raw item by shape and by no declaration: whoever
 * erases goes by declarations, and one that says too little would otherwise be believed by both.
 */
export type Traces = {
  /** What leads here from elsewhere; with `forget`, what is somebody else's own and named this person. */
  leads: Pointer[];
  /** Names of files. */
  files: string[];
  /** Where indexes have the item. */
  entries: IndexEntry[];
};

/** An entry of an index: its two keys there, and the item that it is of. */
export type IndexEntry = { index: IndexName; partition: string; sort: string; sk: string };

/** The attributes that put an item into an index, as the table is made (infra/data/table.yml; a test compares them). */
export const indexes = {
  everyone: ['everyoneShard', 'pk'],
  due: ['dueShard', 'dueAt'],
  near: ['nearCell', 'nearPath'],
  touched: ['touchedBy', 'at'],
} as const;
export type IndexName = keyof typeof indexes;

/** The folders of the bucket, in which every file of a person lies. */
const FOLDERS = [DRAWN, INCOMING];

/** What one item of a person's partition leaves elsewhere. What leads on within the partition is looked at there. */
export function tracesOf(item: Item): Traces {
  const leads: Pointer[] = [];
  const files = new Set<string>();
  visit(item, (value) => {
    if (typeof value === 'string' && FOLDERS.some((folder) => value.startsWith(folder))) files.add(value);
    if (value !== item && isPointer(value) && value.pk !== item.pk) leads.push(value);
  });
  const entries = (Object.keys(indexes) as IndexName[]).flatMap((index): IndexEntry[] => {
    const [partition, sort] = indexes[index].map((name) => item[name]);
    if (partition === undefined || sort === undefined) return [];
    return [{ index, partition: String(partition), sort: String(sort), sk: item.sk }];
  });
  return { leads, files: [...files], entries };
}

/** Whether an item names a person anywhere, in what it holds or in what leads to it. */
export function namesPerson(item: Item, subjectId: string): boolean {
  let names = false;
  visit(item, (value) => {
    names ||= typeof value === 'string' && value.includes(subjectId);
  });
  return names;
}

function isPointer(value: unknown): value is Pointer {
  const { pk, sk } = (typeof value === 'object' && value !== null ? value : {}) as Partial<Pointer>;
  return typeof pk === 'string' && typeof sk === 'string';
}

/** Every value in a value, and every name in it; bytes are sealed or a digest and say nothing. */
function visit(value: unknown, see: (value: unknown) => void): void {
  see(value);
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return;
  if (Array.isArray(value) || value instanceof Set) for (const one of value) visit(one, see);
  else
    for (const [name, one] of Object.entries(value)) {
      see(name);
      visit(one, see);
    }
}
