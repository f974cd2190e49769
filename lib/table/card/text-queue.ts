import type { Table } from '../client';
import { waitingIn } from '../due-queue';
import { dataPrefix, subjectOf } from '../keys';
import { TEXT_QUEUE } from './card';

const MAX_TEXTS_SHOWN = 50;

/** Cards of everybody in which something waits for a human, the longest waiting first: ids and times only. */
export async function waitingTexts(
  table: Table,
): Promise<{ subjectId: string; cardId: string; since: string }[]> {
  const items = await waitingIn(table, TEXT_QUEUE, MAX_TEXTS_SHOWN);
  const prefix = dataPrefix('cards');
  return items.flatMap((item) => {
    const subjectId = subjectOf(item);
    return subjectId && item.sk.startsWith(prefix)
      ? [{ subjectId, cardId: item.sk.slice(prefix.length), since: String(item.dueAt) }]
      : [];
  });
}
