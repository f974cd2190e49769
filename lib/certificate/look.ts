import { secondOf } from '../clock';
import type { Deps } from '../deps';
import { slicesOf } from '../slices';
import type { SurveyPart } from '../table/certificate/survey-part';
import type { Item } from '../table/client';
import { isHeld } from '../table/item';
import { type Key, type Pointer, partition, subjectOf, tableOf } from '../table/keys';
import { type IndexEntry, indexes, namesPerson, tracesOf } from './traces';

/** Where something of a person can be, beside their own partition. */
export const outsideStores = ['pointers', 'others', 'files', 'indexes'] as const;
export type OutsideStore = (typeof outsideStores)[number];
/** How much was there, by store. */
export type Found = Record<OutsideStore, number>;

type Sight = Pick<Deps, 'table'> & { objects: Pick<Deps['objects'], 'has'> };

/** Entries of an index that are asked for at a time: each is a query of its own. */
const QUERIES_AT_ONCE = 20;

/** What is to be gone is still there, in these stores: nothing may be certified. */
export class Left extends Error {
  constructor(readonly where: readonly string[]) {
    super(`still there: ${where.join(', ')}`);
    this.name = 'Left';
  }
}

/**
 * What lies in a person's partition leaves elsewhere, for a part of the survey. An item that outlives its person may stay in its
 * indexes, where nothing is besides its own keys.
 */
export function surveyOf(items: readonly Item[], stays: (item: Item) => boolean, nowMs: number): SurveyPart {
  const all = items.map((item) => ({ item, ...tracesOf(item) }));
  return {
    seenAtSeconds: secondOf(nowMs),
    leads: all.flatMap(({ leads }) =>
      leads.map(({ pk, sk, forget }) => ({ pk, sk, ...(forget && { forget: [...forget] }) })),
    ),
    files: all.flatMap(({ files }) => files),
    entries: all.flatMap(({ item, entries }) => (stays(item) ? [] : entries)),
  };
}

/**
 * Looks again at everything that a part of the survey names, and says how much of it there was. What a hold keeps in somebody else's
 * partition stays until its release.
 * @throws Left where any of it is still there
 */
export async function lookAgain(
  sight: Sight,
  subjectId: string,
  part: SurveyPart,
): Promise<Found & { held: number }> {
  const { leads, files, entries } = part;
  const [met, present, listed] = await Promise.all([
    sight.table.getMany(leads, 'ended-too'),
    sight.objects.has(files),
    stillListed(sight, subjectId, entries),
  ]);
  const isLeft = (lead: Pointer, item: Item | undefined) => {
    if (!item) return false;
    if (namesPerson(item, subjectId)) return true;
    // What leads to somebody else by now is theirs, and what is somebody else's own was only to forget.
    if (item.subjectId !== undefined || lead.forget) return false;
    return Number(item.createdAtSeconds) <= part.seenAtSeconds;
  };
  const held = leads.filter((_, index) => isHeld(met[index]));
  const gone = leads.filter((_, index) => !isHeld(met[index]));
  const left = leads.filter((lead, index) => !isHeld(met[index]) && isLeft(lead, met[index]));
  const where = [
    ...left.map(storeOf),
    ...(present.length > 0 ? ['files' as const] : []),
    ...(listed > 0 ? ['indexes' as const] : []),
  ];
  if (where.length > 0) throw new Left([...new Set(where)].sort());
  const others = gone.filter((lead) => storeOf(lead) === 'others').length;
  const found = { pointers: gone.length - others, others, files: files.length, indexes: entries.length };
  return { ...found, held: held.length };
}

function storeOf(key: Key): 'pointers' | 'others' {
  return subjectOf(key) === undefined ? 'pointers' : 'others';
}

/** How many of some entries an index still has. */
async function stillListed(
  { table }: Sight,
  subjectId: string,
  entries: readonly IndexEntry[],
): Promise<number> {
  const places = new Map(entries.map((entry) => [placeOf(subjectId, entry), entry]));
  const sought = new Set(entries.map(({ index, sk }) => `${index}\n${sk}`));
  let found = 0;
  for (const slice of slicesOf([...places.values()], QUERIES_AT_ONCE)) {
    const counts = await Promise.all(
      slice.map(async (entry) => {
        const there = await entriesAt(table, subjectId, entry);
        return there.filter(({ sk }) => sought.has(`${entry.index}\n${sk}`)).length;
      }),
    );
    found += counts.reduce((sum, count) => sum + count, 0);
  }
  return found;
}

/** Which table and index, and where there. */
function placeOf(subjectId: string, { index, partition: at, sort, sk }: IndexEntry): string {
  return [tableOf({ pk: partition(subjectId), sk }), index, at, sort].join('\n');
}

/** The person's own entries at one place of an index, page by page: others may have some at the same place. */
async function entriesAt(
  table: Deps['table'],
  subjectId: string,
  { index, partition: at, sort, sk }: IndexEntry,
): Promise<Item[]> {
  const [partitionName, sortName] = indexes[index];
  const own: Item[] = [];
  let after: Key | undefined;
  do {
    const { items, lastKey } = await table.query(
      {
        IndexName: index,
        KeyConditionExpression: `${partitionName} = :partition AND #sort = :sort`,
        ExpressionAttributeNames: { '#sort': sortName },
        ExpressionAttributeValues: { ':partition': at, ':sort': sort },
        ...(after && { ExclusiveStartKey: after }),
      },
      'ended-too',
      tableOf({ pk: partition(subjectId), sk }),
    );
    own.push(...items.filter(({ pk }) => pk === partition(subjectId)));
    after = lastKey;
  } while (after);
  return own;
}
