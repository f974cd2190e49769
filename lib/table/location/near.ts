import type { Item, Table } from '../client';
import { subjectOf } from '../keys';
import { locationKey } from './location';

/** Somebody who wants to be found, and where in the index: the path names the square. */
export type NearEntry = { subjectId: string; path: string };

/**
 * One page of who wants to be found in one square of the index `near`, after the entry `after`. `last` is there while
 * more may follow. Entries may be out of date: look at the person themselves.
 */
export async function queryNear(
  table: Table,
  square: { nearCell: string; nearPath: string },
  limit: number,
  after?: NearEntry,
): Promise<{ entries: NearEntry[]; last: NearEntry | undefined }> {
  const { nearCell, nearPath } = square;
  const page = {
    IndexName: 'near',
    KeyConditionExpression: 'nearCell = :cell AND begins_with(nearPath, :path)',
    ExpressionAttributeValues: { ':cell': nearCell, ':path': nearPath },
    Limit: limit,
    ...(after && {
      ExclusiveStartKey: { nearCell, nearPath: after.path, ...locationKey(after.subjectId) },
    }),
  };
  const { items, lastKey } = await table.query(page, 'alive', 'places');
  return {
    entries: items.flatMap((item) => entryOf(item) ?? []),
    last: lastKey && entryOf(lastKey as Item),
  };
}

function entryOf(item: Item): NearEntry | undefined {
  const subjectId = subjectOf(item);
  return subjectId ? { subjectId, path: String(item.nearPath) } : undefined;
}
