import { toInstant } from '../../clock';
import type { KeyRing } from '../../crypto/key-ring';
import type { Deps } from '../../deps';
import { AppError } from '../../errors';
import type { Table, Write } from '../client';
import { appendPlanned } from '../ledger/append';
import type { EntryWithout } from '../ledger/ledger';
import { type LifeState, life } from './life';
import type { Person } from './person';
import { joinChanges, moveTo, type PersonChange } from './standing';

type Parts = { ring: KeyRing; table: Table; clock: Deps['clock'] };

/**
 * Moves a person's life from exactly these states to another, with its entry in the ledger, in one transaction. Of somebody who is
 * there already nothing changes. Answers since when they are. Which moves there are says `life`; the table knows more ways into
 * a state than one operation has, such as back from a closing. `changeOf` says what else of the person's item changes with it.
 * @throws AppError NOT_NOW from any other state, with what the state itself says to it | BUSY; ConditionFailed for `also`
 */
export async function moveLife(
  parts: Parts,
  person: Person,
  { from, to }: { from: readonly LifeState[]; to: LifeState },
  entry: EntryWithout<'at'>,
  changeOf: (now: Person) => PersonChange = () => ({}),
  also: Write[] = [],
): Promise<{ since: string }> {
  let since = toInstant(parts.clock.now());
  await appendPlanned(parts, person, (now) => {
    const { lifeState, lifeStateAt, createdAt } = now;
    if (lifeState === to) {
      since = lifeStateAt ?? createdAt;
      return undefined;
    }
    if (!from.includes(lifeState)) throw new AppError('NOT_NOW', { why: life[lifeState].why });
    const at = toInstant(parts.clock.now());
    since = at;
    return {
      entry: { ...entry, at },
      change: joinChanges(moveTo(to, at), changeOf(now)),
      also,
    };
  });
  return { since };
}
