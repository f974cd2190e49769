import type { Deps } from '../../deps';
import { EVERYONE_SHARDS } from '../../table/keys';
import type { Person } from '../../table/person/person';
import type { ProcessState } from '../../table/process/process';
import { nextPeople } from '../everybody';

/** Parts of everybody that one step asks for people at most: most are empty while there are few people. */
const LOOKS_PER_STEP = 16;

/**
 * The next people of everybody that are chosen, `most` at most, from where the state says; `next` is absent at the end. `choose`
 * is given some people at a time.
 */
export async function walk(
  deps: Pick<Deps, 'table'>,
  state: ProcessState,
  most: number,
  choose: (people: Person[]) => Person[] | Promise<Person[]>,
): Promise<{ people: Person[]; next?: ProcessState }> {
  const found: Person[] = [];
  let at: ProcessState = { shard: 0, ...state };
  for (let look = 0; look < LOOKS_PER_STEP && found.length < most; look += 1) {
    const { people, last } = await nextPeople(deps, at, most - found.length);
    found.push(...(people.length > 0 ? await choose(people) : []));
    const { after: _, ...ofShard } = at;
    if (last !== undefined) at = { ...ofShard, after: last };
    else if (Number(at.shard) + 1 < EVERYONE_SHARDS) at = { ...ofShard, shard: Number(at.shard) + 1 };
    else return { people: found };
  }
  return { people: found, next: at };
}
