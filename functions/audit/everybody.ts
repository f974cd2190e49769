import type { Deps } from '../../lib/deps';
import type { Run } from '../../lib/gate/operation';
import type { Table } from '../../lib/table/client';
import { readCursor, sealCursor } from '../../lib/table/cursor';
import { EVERYONE_SHARDS, keys } from '../../lib/table/keys';
import { emptyHead } from '../../lib/table/ledger/chain';
import { ledger } from '../../lib/table/ledger/ledger';
import { subjectsOfShard } from '../../lib/table/person/all-subjects';
import { ledgerHead, readPerson } from '../../lib/table/person/person';
import { guardianKey, minorKey, minorMark, readGuardian } from '../../lib/table/real-name/minor';
import { emptyMinors, noteMinor } from './minors';
import { count, isWithin, type Tally, type Window, windowOf } from './tally';

/** The list that its cursors belong to. */
export const EVERYBODY = 'audit.everybody';

/** People of one call: with a ledger of a page each, so many trips. */
export const PEOPLE_PER_CALL = 20;

type Asked = Window & { limit?: number | undefined; cursor?: string | undefined };
/** Where a call has ended: the part of the index, and the last person of it that was looked at. */
type Position = { shard: number; after?: string | undefined };

/**
 * Goes through everybody, some people a call: verifies each one's ledger as it is stored, with no key of anybody's, and counts
 * what the entries of a window say: acts, accesses by each member of the staff, and the same of minors (promises S6, S9, N4).
 * Nothing of a person is answered but, where their ledger is broken, whose.
 * @throws AppError CURSOR_INVALID
 */
export async function everybody(deps: Deps, { caller, input }: Run<'staff', Asked>) {
  const { table, ring } = deps;
  const { cursor } = input;
  const window = windowOf(input);
  const from: Position =
    cursor === undefined
      ? { shard: 0 }
      : JSON.parse(await readCursor(ring, EVERYBODY, caller.staffId, cursor));
  const { subjectIds, next } = await someFrom(table, from, input.limit ?? PEOPLE_PER_CALL);
  const found = await table.getMany(
    subjectIds.flatMap((id) => [keys.person(id), minorKey(id), guardianKey(id)]),
  );

  let entries = 0;
  const broken: { subjectId: string; brokenAt: number }[] = [];
  const acts: Tally = {};
  const staff: Record<string, Tally> = {};
  const minors = emptyMinors();
  for (const [index, owner] of subjectIds.entries()) {
    const [item, mark, guardian] = found.slice(index * 3);
    if (!item) continue;
    const person = readPerson(item);
    const own: Tally = {};
    const range = { from: emptyHead, until: ledgerHead(person) };
    const reach = await ledger.read(deps, owner, range, (entry) => {
      if (!isWithin(entry, window)) return;
      count(own, String(entry.act));
      if (entry.act !== 'staff.accessed') return;
      const member = String(entry.staff);
      staff[member] ??= {};
      count(staff[member], String(entry.way));
    });
    entries += reach.whole;
    if (reach.brokenAt !== undefined) broken.push({ subjectId: owner, brokenAt: reach.brokenAt });
    for (const [act, times] of Object.entries(own)) count(acts, act, times);
    const band = minorMark.read(mark)?.band;
    if (band !== undefined) noteMinor(minors, band, person, readGuardian(guardian), own);
  }

  return {
    people: subjectIds.length,
    entries,
    broken,
    acts,
    staff,
    minors,
    ...(next && { cursor: await sealCursor(ring, EVERYBODY, caller.staffId, JSON.stringify(next)) }),
  };
}

/** The next people of the index, whatever part of it they are in; a part where nobody is costs a trip. */
async function someFrom(
  table: Table,
  from: Position,
  limit: number,
): Promise<{ subjectIds: string[]; next: Position | undefined }> {
  const subjectIds: string[] = [];
  let next: Position | undefined = from;
  while (next && subjectIds.length < limit) {
    const { shard, after }: Position = next;
    const page = await subjectsOfShard(table, shard, limit - subjectIds.length, after);
    subjectIds.push(...page.subjectIds);
    if (page.last !== undefined) next = { shard, after: page.last };
    else next = shard + 1 < EVERYONE_SHARDS ? { shard: shard + 1 } : undefined;
  }
  return { subjectIds, next };
}
