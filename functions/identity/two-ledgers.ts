import { toInstant } from '../../lib/clock';
import type { Deps } from '../../lib/deps';
import { AppError } from '../../lib/errors';
import type { Item, Write } from '../../lib/table/client';
import { keys } from '../../lib/table/keys';
import { advanceHead, appendEntry } from '../../lib/table/ledger/append';
import { type EntryWithout, nextEntry } from '../../lib/table/ledger/ledger';
import type { EndedConsents } from '../../lib/table/person/end-consents';
import { ledgerHead, type Person, readPerson } from '../../lib/table/person/person';
import { joinChanges, type PersonChange } from '../../lib/table/person/standing';
import { lostRace, untilWon } from '../../lib/table/races';
import { guardianKey, minorKey } from '../../lib/table/real-name/minor';
import { realNameKeys } from '../../lib/table/real-name/real-name';
import type { Sealer } from '../../lib/table/sealer';

type Undated = EntryWithout<'at'>;
export type ChildItems = { guardian: Item | undefined; mark: Item | undefined; results: Item[] };
export type TwoLedgers = {
  own: Undated;
  others: Undated;
  writes: Write[];
  sealer: Sealer;
  /** What ends of the child's with it: their entries stand before `others`. */
  ends?: EndedConsents | undefined;
  /** The change of the child's own item. */
  change: PersonChange;
};

/**
 * One transaction in two persons' ledgers: a guardian's own, and the child's. `plan` sees the child as they are and says
 * what to write, or undefined when there is nothing left to do.
 * @throws AppError NOT_FOUND when the child's account is gone | BUSY
 */
export async function writeInBothLedgers(
  deps: Deps,
  person: Person,
  childId: string,
  plan: (child: Person, items: ChildItems) => Promise<TwoLedgers | undefined>,
): Promise<void> {
  const wanted = [keys.person(childId), guardianKey(childId), minorKey(childId), ...realNameKeys(childId)];
  await untilWon(async () => {
    const [self, guardian, mark, ...results] = await deps.table.getMany(wanted);
    if (!self) throw new AppError('NOT_FOUND');
    const child = readPerson(self);
    if (child.lifeState === 'erased') throw new AppError('NOT_FOUND');
    const present = results.filter((item): item is Item => item !== undefined);
    const both = await plan(child, { guardian, mark, results: present });
    if (!both) return 'nothing left';
    const at = toInstant(deps.clock.now());
    const before = ledgerHead(child);
    const others = { ...both.others, at, by: deps.table.by };
    const { ends } = both;
    const { write, head } = await nextEntry(deps.ring, childId, ends?.head ?? before, others);
    const change = joinChanges(both.change, ends?.change ?? {});
    const childs = [
      { ...advanceHead(child, head, change), owner: child },
      write,
      ...(ends?.writes ?? []),
      ...both.writes,
    ];
    return appendEntry(deps, person, { ...both.own, at }, childs, { sealer: both.sealer }).catch(lostRace);
  });
}
