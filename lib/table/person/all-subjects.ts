import type { Table } from '../client';
import { indexPage } from '../index-page';
import { EVERYONE_SHARDS, everyoneShard, type Key, keys, subjectOf } from '../keys';

const PAGE = 500;

/** One page of the people of one shard of the index, from behind `after`; `last` is where to go on, absent at the end. */
export async function subjectsOfShard(
  table: Table,
  shard: number,
  limit: number,
  after?: string,
): Promise<{ subjectIds: string[]; last: string | undefined }> {
  const start =
    after === undefined ? undefined : { ...keys.person(after), everyoneShard: everyoneShard(shard) };
  const { items, lastKey } = await indexPage(table, 'everyone', everyoneShard(shard), {
    limit,
    after: start,
  });
  const idOf = (key: Key) => subjectOf(key) ?? [];
  return { subjectIds: items.flatMap(idOf), last: lastKey && subjectOf(lastKey) };
}

/** Every person's id, shard by shard. Memory is one page, whatever their number. */
export async function* allSubjects(table: Table): AsyncGenerator<string> {
  for (let shard = 0; shard < EVERYONE_SHARDS; shard += 1) {
    let after: string | undefined;
    do {
      const { subjectIds, last } = await subjectsOfShard(table, shard, PAGE, after);
      yield* subjectIds;
      after = last;
    } while (after);
  }
}
