import type { Table } from '../client';
import { fairPage, type QueuePlace } from '../due-queue';
import { dataPrefix, subjectOf } from '../keys';
import { TEXT_QUEUE } from './card';

const MAX_TEXTS_SHOWN = 50;

/**
 * Cards of everybody in which something waits for a human, each person's longest waiting one first: ids and times only. `place`:
 * where a page goes on; absent for the first.
 */
export async function waitingTexts(
  table: Table,
  place: QueuePlace = { urgentUntil: '' },
): Promise<{
  texts: { subjectId: string; cardId: string; since: string }[];
  next: QueuePlace | undefined;
}> {
  const { waiting, next } = await fairPage(table, TEXT_QUEUE, place, MAX_TEXTS_SHOWN);
  const prefix = dataPrefix('cards');
  const texts = waiting.flatMap(({ pk, sk, dueAt }) => {
    const subjectId = subjectOf({ pk, sk });
    return subjectId && sk.startsWith(prefix)
      ? [{ subjectId, cardId: sk.slice(prefix.length), since: dueAt }]
      : [];
  });
  return { texts, next };
}
