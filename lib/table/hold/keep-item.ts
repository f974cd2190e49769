import { boundAnew, MAC } from '../bound';
import type { Item, Write } from '../client';
import { isFrozen } from '../item';
import { filesOf } from '../readers/erase';
import { entityOf } from '../readers/partition';
import type { Sealer } from '../sealer';
import { freeze, inPlaceOf } from './frozen-item';
import type { ClearHold } from './hold';
import { keepingOf } from './in-scope';
import { holdsOn, mark } from './release';

/** A file of a record at most; larger ones are none that we have drawn. */
const MAX_FILE_BYTES = 1024 * 1024;

/** Where files lie (lib/partner/objects.ts). */
type Objects = {
  read(name: string, maxBytes: number): Promise<Buffer | undefined>;
  remove(names: readonly string[]): Promise<void>;
};

/** What opens a person's records, while they have a key, and what seals for the hold. */
export type Sealers = { person: Sealer | undefined; hold: Sealer };

/** Whether a hold still has something to do with an item: to keep it, or to take away the files that are in it now. */
export function wantsKeeping(item: Item, hold: ClearHold, { person }: Sealers): boolean {
  if (isFrozen(item) && item.objects !== undefined) return true;
  const keeping = keepingOf(item, hold);
  if (!keeping || holdsOn(item).includes(hold.holdId)) return false;
  return keeping.way === 'mark' || isFrozen(item) || item.sealed === undefined || person !== undefined;
}

/** The write that keeps an item for a hold: frozen, marked, or marked by one hold more. May be tried again at any time. @throws SealError */
export async function keepItem(
  { objects }: { objects: Objects },
  hold: ClearHold,
  item: Item,
  sealers: Sealers,
): Promise<Write> {
  if (isFrozen(item) && item.objects !== undefined) {
    const { objects: _gone, ...rest } = item;
    const inside = { ...rest, [MAC]: boundAnew(item, { objects: undefined }) } as unknown;
    await objects.remove(item.objects as string[]);
    return inPlaceOf(item, inside as Parameters<typeof inPlaceOf>[1]);
  }
  const keeping = keepingOf(item, hold);
  if (!keeping) throw new Error('a hold does not name what it is to keep');
  const holdIds = [...holdsOn(item), hold.holdId];
  if (keeping.way === 'mark' || isFrozen(item)) return mark(item, holdIds);
  const files = await openFiles(objects, item, sealers.person);
  return inPlaceOf(item, freeze(item, keeping.kinds, files, holdIds, sealers));
}

/** The files of an item that are there, opened. One that somebody has just taken away is not kept. */
async function openFiles(
  objects: Objects,
  item: Item,
  person: Sealer | undefined,
): Promise<Record<string, Buffer>> {
  const entity = entityOf(item);
  const found: Record<string, Buffer> = {};
  for (const name of filesOf(item, entity)) {
    const place = entity.declaration.files?.placeOf?.(name);
    const content = place && person && (await objects.read(name, MAX_FILE_BYTES));
    if (content) found[name] = person.decrypt(content, place);
  }
  return found;
}

/** The files of an item given back, sealed for the person again, by their names. */
export function sealFiles(
  item: Item,
  files: Record<string, Buffer>,
  person: Sealer | undefined,
): [string, Buffer][] {
  const { files: named } = entityOf(item).declaration;
  return Object.entries(files).flatMap(([name, content]): [string, Buffer][] => {
    const place = named?.placeOf?.(name);
    return place && person ? [[name, person.seal(content, place)]] : [];
  });
}
