import { toInstant } from '../../lib/clock';
import type { Deps } from '../../lib/deps';
import { AppError } from '../../lib/errors';
import type { Item, Write } from '../../lib/table/client';
import { type Key, keys } from '../../lib/table/keys';
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
export type SeenItems = {
  guardian: Item | undefined;
  mark: Item | undefined;
  results: Item[];
  /** The guardian's own at the keys that were asked for. */
  own: (Item | undefined)[];
};
export type TwoLedgers = {
  own: Undated;
  others: Undated;
  writes: Write[];
  sealer: Sealer;
  /** What ends of the child's with it: their entries stand before `others`. */
  ends?: EndedConsents | undefined;
  /** The change of the child's own item. */
  change: PersonChange;
  /** Sees the guardian as they are at the very moment of the write, and throws when they may not write this any more. */
  stillAllowed?(now: Person): void;
};

/**
 * One transaction in two persons' ledgers: a guardian's own, and the child's. `plan` sees the child as they are and says
 * what to write, or undefined when there is nothing left to do. What it rests on of the guardian's is read anew with the child, at
 * `ownKeys`.
 * @throws AppError NOT_FOUND when the child's account is gone | BUSY
 */
export async function writeInBothLedgers(
  deps: Deps,
  person: Person,
  childId: string,
  ownKeys: readonly Key[],
  plan: (child: Person, items: SeenItems) => Promise<TwoLedgers | undefined>,
): Promise<void> {
  const childs = [keys.person(childId), guardianKey(childId), minorKey(childId), ...realNameKeys(childId)];
  await untilWon(async () => {
    const items = await deps.table.getMany([...childs, ...ownKeys]);
    const [self, guardian, mark, ...results] = items.slice(0, childs.length);
    if (!self) throw new AppError('NOT_FOUND');
    const child = readPerson(self);
    if (child.lifeState === 'erased') throw new AppError('NOT_FOUND');
    const present = results.filter((item): item is Item => item !== undefined);
    const both = await plan(child, { guardian, mark, results: present, own: items.slice(childs.length) });
    if (!both) return 'nothing left';
    const at = toInstant(deps.clock.now());
    const before = ledgerHead(child);
    const others = { ...both.others, at, by: deps.table.by };
    const { ends } = both;
    const { write, head } = await nextEntry(deps.ring, childId, ends?.head ?? before, others);
    const change = joinChanges(both.change, ends?.change ?? {});
    const theirs = [
      { ...advanceHead(child, head, change), owner: child },
      write,
      ...(ends?.writes ?? []),
      ...both.writes,
    ];
    const { sealer, stillAllowed } = both;
    return appendEntry(deps, person, { ...both.own, at }, theirs, { sealer, stillAllowed }).catch(lostRace);
  });
}
