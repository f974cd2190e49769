import type { Deps } from '../deps';
import { EVERYONE_SHARDS, keys } from '../table/keys';
import { subjectsOfShard } from '../table/person/all-subjects';
import { type Person, readPerson } from '../table/person/person';
import type { ProcessRef, ProcessState } from '../table/process/process';

/** People that one step looks at; the row then says from where to go on, so memory is a page whatever their number. */
export const PEOPLE_PER_STEP = 100;

/** A process for each part of everybody, by the number of its shard: they go through all side by side. */
export function partsOf({ kind, id }: ProcessRef): ProcessRef[] {
  return Array.from({ length: EVERYONE_SHARDS }, (_, shard) => ({ kind, id: `${id}-${shard}` }));
}

/** The people whom the next step of a part looks at, from behind `after`, `limit` at most; `last` is where to go on, absent at the end. */
export async function nextPeople(
  { table }: Pick<Deps, 'table'>,
  { shard, after }: ProcessState,
  limit = PEOPLE_PER_STEP,
): Promise<{ people: Person[]; last: string | undefined }> {
  const from = after === undefined ? undefined : String(after);
  const { subjectIds, last } = await subjectsOfShard(table, Number(shard), limit, from);
  const items = await table.getMany(subjectIds.map(keys.person));
  return { people: items.flatMap((item) => (item ? [readPerson(item)] : [])), last };
}
