import type { Item, Table } from './client';
import { indexPage } from './index-page';

/** The part of the index `due` in which everything waits that the staff owes somebody an answer or an act for. */
export const DESK = 'DESK';

/** What waits for the staff in one part of the index `due`, the most urgent first: its keys and dates only. One trip. */
export async function waitingIn(table: Table, queue: string, limit: number): Promise<Item[]> {
  return (await indexPage(table, 'due', queue, { limit })).items;
}
