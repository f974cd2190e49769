import { isPersonNumber } from '../../crypto/pseudonym';
import type { Deps } from '../../deps';
import { beijingDay } from '../../policy/working-days';
import { slicesOf } from '../../slices';
import type { Item } from '../../table/client';
import { subjectOf, textOf } from '../../table/keys';
import { appendRetentionEntries, digestOf } from '../../table/retention/append';

/**
 * What was found: `earlier`, something that had been replaced or deleted lies in the table again; `lower`, a number is there that had
 * been passed; `rolled-back`, a chain ends before what was noted of it, or goes on in another way; `lost`, the same of a table that was
 * restored from a backup of before.
 */
export type Found = { how: 'earlier' | 'lower' | 'rolled-back' | 'lost'; item: Item };

/** Entries of one transaction. */
const ENTRIES_AT_ONCE = 50;

/**
 * Names what was found (promise S9): in a chain of its own, which officers read (`audit/putBack`), and to whoever is on duty. People
 * are named by the pseudonyms of the day. What has been told is told again where a runner is killed right behind it.
 */
export async function tellFound(
  deps: Pick<Deps, 'table' | 'ring' | 'clock' | 'log'>,
  found: readonly Found[],
  line: { requestId: string; operation: string },
): Promise<void> {
  if (found.length === 0) return;
  // One who was noted on many days is told of once.
  const once = new Map(found.map((one) => [`${one.how} ${textOf(one.item)}`, one]));
  const day = beijingDay(deps.clock.now());
  const cipher = await deps.ring.dayCipher(day);
  const named = await Promise.all(
    [...once.values()].map(async ({ how, item }) => {
      const subjectId = subjectOf(item) ?? item.subjectId;
      const isPerson = typeof subjectId === 'string' && isPersonNumber(subjectId);
      const person = isPerson ? cipher?.of(subjectId) : undefined;
      const digest = await digestOf(deps.ring, [item]);
      return { how, entity: String(item.entity), person, digest };
    }),
  );
  const entries = named.map(({ how, entity, person, digest }) => ({
    ...{ act: 'state.put-back' as const, kind: entity, count: 1, digest },
    details: { how, day, ...(person !== undefined && { person }) },
  }));
  for (const some of slicesOf(entries, ENTRIES_AT_ONCE))
    await appendRetentionEntries(deps, some, [], 'put-back');
  const persons = [...new Set(named.flatMap(({ person }) => person ?? []))];
  deps.log({ event: 'alarm', ...line, persons, day, outcome: 'PUT_BACK', count: entries.length });
}
