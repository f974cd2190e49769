import * as z from 'zod/mini';
import { plain } from '../attribute';
import type { Item, Write } from '../client';
import { declareEntity } from '../entity';
import type { Key } from '../keys';
import { ofService } from '../place';
import { create } from '../replace';

const OPENED = 'OPENED';

/**
 * Which table the service was opened on (`Table.identity`). A restored table holds a copy of this, but is another table: so it
 * is known for what it is by itself, and nobody has to remember to say so (promise S7). Whatever copies items from table to
 * table is to leave this one out.
 */
export const openedTable = declareEntity('opened-table', {
  place: ofService('security', () => ({ pk: OPENED, sk: OPENED })),
  life: { rule: 'key-life' },
  guarded: ['table', 'openedAt'],
  attributes: {
    table: plain('key-material', z.string()),
    openedAt: plain('key-material', z.string()),
  },
});

export const openedTableKey: Key = openedTable.key('');

/**
 * The identity of the table that the service was opened on last, and since when, as an instant; undefined where it never was.
 * What lets somebody in by itself (a session, a link, an approval) and came before that lets nobody in: whether it had been
 * taken back after the backup is known to nobody.
 */
export function readOpened(item: Item | undefined): { table: string; openedAt: string } | undefined {
  return openedTable.read(item);
}

/**
 * Opens the service on a table: a new one, or a restored one that says of another, `seen`, that it is open. Refused where
 * somebody has opened it meanwhile.
 */
export function openTable(seen: string | undefined, table: string, at: string): Write {
  const item = openedTable.make('', undefined, { table, openedAt: at });
  if (seen === undefined) return create(item);
  return {
    Put: {
      Item: item,
      ConditionExpression: '#table = :seen',
      ExpressionAttributeNames: { '#table': 'table' },
      ExpressionAttributeValues: { ':seen': seen },
    },
  };
}
