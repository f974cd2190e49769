import { toInstant } from '../../clock';
import type { KeyRing } from '../../crypto/key-ring';
import type { Deps } from '../../deps';
import { AppError } from '../../errors';
import type { Table } from '../client';
import { appendPlanned } from '../ledger/append';
import type { EntryWithout } from '../ledger/ledger';
import { type LifeState, life, moveTo } from './life';
import type { Person } from './person';

type Parts = { ring: KeyRing; table: Table; clock: Deps['clock'] };

/**
 * Moves a person's life from exactly one state to another, with its entry in the ledger, in one transaction. Of somebody who is
 * there already nothing changes. Answers since when they are. Which moves there are says `life`; the table knows more ways into
 * a state than one operation has, such as back from a closing.
 * @throws AppError NOT_NOW from any other state, with what the state itself says to it | BUSY
 */
export async function moveLife(
  parts: Parts,
  person: Person,
  { from, to }: { from: LifeState; to: LifeState },
  entry: EntryWithout<'at'>,
): Promise<{ since: string }> {
  let since = toInstant(parts.clock.now());
  await appendPlanned(parts, person, ({ lifeState, lifeStateAt, createdAt }) => {
    if (lifeState === to) {
      since = lifeStateAt ?? createdAt;
      return undefined;
    }
    if (lifeState !== from) throw new AppError('NOT_NOW', { why: life[lifeState].why });
    const at = toInstant(parts.clock.now());
    const { set, condition, values } = moveTo(to, at);
    since = at;
    return {
      entry: { ...entry, at },
      change: {
        set,
        condition: `${condition} AND lifeState = :from`,
        values: { ...values, ':from': from },
      },
    };
  });
  return { since };
}
