import { toInstant } from '../../lib/clock';
import type { Deps } from '../../lib/deps';
import { ConditionFailed, type Item, type Write } from '../../lib/table/client';
import { appendEntry } from '../../lib/table/ledger/append';
import type { NewEntry } from '../../lib/table/ledger/ledger';
import { endOfWays } from '../../lib/table/person/end-ways';
import { waysInKinds } from '../../lib/table/person/join';
import { canSignIn } from '../../lib/table/person/life';
import type { Person } from '../../lib/table/person/person';
import { openPerson } from '../../lib/table/person/person-key';
import { joinChanges, type PersonChange } from '../../lib/table/person/standing';
import { endedWays } from '../../lib/table/person/ways';
import {
  readWechatAccount,
  rewriteWechatAccount,
  wechatAccountKey,
  withoutOpenids,
} from '../../lib/table/person/wechat-account';
import { untilWon } from '../../lib/table/races';
import type { Sealer } from '../../lib/table/sealer';

type Ending = {
  /** Which identities end, by short name, of the person as they are at each attempt. */
  which: (now: Person) => string[];
  entry: NewEntry;
  /** What else is written with it; a refusal of it is thrown. */
  also?: Write[];
  change?: PersonChange;
  /** The person's, where it is at hand. */
  sealer?: Sealer | undefined;
};

/**
 * Ends identities of a person in one transaction with what ended them: nobody signs in by them from then on, whoever did is
 * signed out, and the openids go (promise A5). With nothing to end, the rest is written all the same.
 * @throws ConditionFailed when a condition of `also` does not hold
 */
export async function endWays(deps: Deps, seen: Person, ending: Ending): Promise<Person> {
  const { which, entry, also = [], change: more = {} } = ending;
  let person = seen;
  return untilWon(async () => {
    const names = which(person);
    const { change, gone } = endOfWays(person, names);
    const openids = names.length > 0 ? await withoutTheirs(deps, person, names, ending.sealer) : [];
    try {
      return await appendEntry(deps, person, entry, [...also, ...gone, ...openids], {
        change: joinChanges(more, change),
        sealer: ending.sealer,
        stillAllowed: (now) => {
          person = now;
          throw new ConditionFailed([]); // another identity may rest on it by now: look again
        },
      });
    } catch (error) {
      if (!(error instanceof ConditionFailed)) throw error;
      if (error.found.slice(0, also.length).some(Boolean)) throw error;
      return undefined;
    }
  });
}

/** What WeChat calls them goes with them. What a hold keeps stays with the hold. */
async function withoutTheirs(
  deps: Deps,
  person: Person,
  names: string[],
  atHand: Sealer | undefined,
): Promise<Write[]> {
  const [item]: (Item | undefined)[] = await deps.table.getMany([wechatAccountKey(person.subjectId)]);
  const sealer = item && (atHand ?? (await openPerson(deps, person)));
  const known = sealer && readWechatAccount(item, sealer);
  if (!known) return [];
  return [rewriteWechatAccount(person.subjectId, withoutOpenids(known, new Set(names)), sealer, item)];
}

/**
 * Clears what has ended by itself, because what it rested on is no more: whose identity it is may have an account of their own.
 * Answers whether there was any.
 */
export async function clearEndedWays(deps: Deps, person: Person, requestId: string): Promise<boolean> {
  if (!canSignIn(person) || endedWays(person).length === 0) return false;
  const entry = {
    at: toInstant(deps.clock.now()),
    act: 'identity.unlinked',
    actor: 'service',
    purpose: 'account',
    kinds: waysInKinds,
    requestId,
  } as const;
  await endWays(deps, person, { which: endedWays, entry });
  return true;
}
