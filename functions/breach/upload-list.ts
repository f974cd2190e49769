import type { Deps } from '../../lib/deps';
import type { Run } from '../../lib/gate/operation';
import type { KindId } from '../../lib/policy/kinds';
import {
  addToList,
  type DigestDomain,
  digestKey,
  readDigestPointer,
} from '../../lib/table/incident/people-list';
import { keys } from '../../lib/table/keys';
import { person } from '../../lib/table/person/person';

type Part = { incidentId: string; list: string; part: number };
type Digests = Part & {
  kinds: readonly KindId[];
  digests: readonly { domain: DigestDomain; digest: string }[];
};
type Opened = Part & { opened: readonly { subjectId: string; kinds: readonly string[] }[] };

/**
 * One part of a list of what a leak was seen to hold: keyed digests, by which their people are found. Whose account is gone is
 * a stranger by now, and counted as one. Sent twice, it answers twice the same.
 * @throws AppError NOT_FOUND | IDEMPOTENCY_CONFLICT | NOT_NOW
 */
export async function uploadDigests(deps: Deps, { input }: Run<'staff', Digests>) {
  const { digests, kinds } = input;
  const items = await deps.table.getMany(digests.map(({ domain, digest }) => digestKey(domain, digest)));
  const found = digests.map(({ domain }, index) => readDigestPointer(domain, items[index]));
  const people = new Map(found.flatMap((id): [string, readonly string[]][] => (id ? [[id, kinds]] : [])));
  return add(deps, input, people, found.filter((id) => id === undefined).length);
}

/** The same of whom the trail names as opened: by number, each with the kinds that were opened. */
export async function uploadOpened(deps: Deps, { input }: Run<'staff', Opened>) {
  const { opened } = input;
  const items = await deps.table.getMany(opened.map(({ subjectId }) => keys.person(subjectId)));
  const people = new Map<string, readonly string[]>();
  let strangers = 0;
  opened.forEach(({ subjectId, kinds }, index) => {
    if (person.is(items[index])) people.set(subjectId, [...(people.get(subjectId) ?? []), ...kinds]);
    else strangers += 1;
  });
  return add(deps, input, people, strangers);
}

async function add(
  deps: Deps,
  input: Part,
  people: ReadonlyMap<string, readonly string[]>,
  strangers: number,
) {
  const { incidentId, list, part } = input;
  const request = await deps.ring.digest('request', `list|${JSON.stringify(input)}`);
  const done = await addToList(deps.table, { incidentId, list, part, request, people, strangers });
  return { known: done.known, strangers: done.strangers };
}
