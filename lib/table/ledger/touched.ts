import type { Item, Table } from '../client';
import { type Key, subjectOf } from '../keys';
import { ledgerEntry } from './ledger';
import { type Actor, touchedKeys } from './touched-key';

/** One entry about data that an actor has brought about: whose it is, when, and which kinds; and its number in their ledger. */
export type Touch = { subjectId: string; at: string; kinds: string[]; seq: number };

/** Where a page ended: the part of the index, and the entry in it. */
export type TouchedPosition = { part: number; key?: Key | undefined };

export type TouchedPage = { touched: Touch[]; next: TouchedPosition | undefined };

/** The start of the sort key of every entry. */
const { sk: FIRST } = ledgerEntry.key('', 0);
const LEDGER = FIRST.slice(0, FIRST.indexOf('#') + 1);

/**
 * What an actor has touched between two instants, both counted in, a page at a time: one trip, oldest first within each part
 * of the index (promises B3, D6). A page may be empty and not the last; the last has no `next`. Of each entry there is only
 * what the index holds, and an index follows its items with a delay of seconds. It finds; what it names is in the ledger,
 * whose chain says whether it is true.
 */
export async function touchedBy(
  table: Table,
  actor: Actor,
  from: string,
  to: string,
  { after = { part: 0 }, limit }: { after?: TouchedPosition | undefined; limit: number },
): Promise<TouchedPage> {
  const parts = touchedKeys(actor);
  const { part, key } = after;
  const { items, lastKey } = await table.query({
    IndexName: 'touched',
    KeyConditionExpression: 'touchedBy = :part AND #at BETWEEN :from AND :to',
    ExpressionAttributeNames: { '#at': 'at' },
    ExpressionAttributeValues: { ':part': parts[part], ':from': from, ':to': to },
    Limit: limit,
    ...(key && { ExclusiveStartKey: key }),
  });
  const isLast = !lastKey && part + 1 >= parts.length;
  const next = lastKey ? { part, key: lastKey } : { part: part + 1 };
  return { touched: items.flatMap(touchIn), next: isLast ? undefined : next };
}

function touchIn(item: Item): Touch[] {
  const subjectId = subjectOf(item);
  if (subjectId === undefined) return [];
  const { at, kinds = [] } = item as Partial<Touch>;
  if (!item.sk.startsWith(LEDGER)) return [];
  return [{ subjectId, at: String(at), kinds, seq: Number(item.sk.slice(LEDGER.length)) }];
}
