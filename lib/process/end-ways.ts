import { toInstant } from '../clock';
import type { Deps } from '../deps';
import { ConditionFailed, type Item, type Write } from '../table/client';
import { beginWayEnd, phoneEnded, wayEndRef, wechatEnded } from '../table/ends/way-end';
import { appendEntry } from '../table/ledger/append';
import type { NewEntry } from '../table/ledger/ledger';
import { endOfWays } from '../table/person/end-ways';
import { waysInKinds } from '../table/person/join';
import { canSignIn } from '../table/person/life';
import type { Person } from '../table/person/person';
import { openPerson } from '../table/person/person-key';
import { joinChanges, type PersonChange } from '../table/person/standing';
import { endedWays } from '../table/person/ways';
import {
  readWechatAccount,
  rewriteWechatAccount,
  wechatAccountKey,
  withoutOpenids,
} from '../table/person/wechat-account';
import { untilWon } from '../table/races';
import type { Sealer } from '../table/sealer';

type Ending = {
  /** Which identities end, by short name, of the person as they are at each attempt. */
  which: (now: Person) => string[];
  entry: NewEntry;
  /** What else is written with it; a refusal of it is thrown. */
  also?: Write[];
  change?: PersonChange;
  /** That the bound phone ends with it: `also` says so. */
  phoneEnds?: boolean;
  /** The person's, where it is at hand. */
  sealer?: Sealer | undefined;
};

/**
 * Ends identities of a person in one transaction with what ended them: nobody signs in by them from then on, whoever did is
 * signed out, and the openids go (promise A5). With nothing to end, the rest is written all the same.
 * What has ended is noted, so that no restore brings it back (promise S7).
 * @throws ConditionFailed when a condition of `also` does not hold
 */
export async function endWays(deps: Deps, seen: Person, ending: Ending): Promise<Person> {
  const { which, entry, also = [], change: more = {}, phoneEnds } = ending;
  const { subjectId } = seen;
  // By the instant of the act: what comes with it is no older than its end.
  const atMs = Date.parse(entry.at);
  let person = seen;
  return untilWon(async () => {
    const names = which(person);
    const { change, gone } = endOfWays(person, names);
    const ended = [...names.map((name) => wechatEnded(subjectId, name)), ...(phoneEnds ? [phoneEnded] : [])];
    const notes = ended.map((one) => beginWayEnd(subjectId, one, atMs));
    const openids = names.length > 0 ? await withoutTheirs(deps, person, names, ending.sealer) : [];
    try {
      const after = await appendEntry(deps, person, entry, [...also, ...gone, ...openids, ...notes], {
        change: joinChanges(more, change),
        sealer: ending.sealer,
        stillAllowed: (now) => {
          person = now;
          throw new ConditionFailed([]); // another identity may rest on it by now: look again
        },
      });
      if (ended.length > 0) await deps.queue.send(ended.map((one) => wayEndRef(subjectId, one, atMs)));
      return after;
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
