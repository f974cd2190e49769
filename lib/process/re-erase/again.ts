import type { Deps } from '../../deps';
import { type End, readEnd } from '../../table/ends/end';
import { holdKey } from '../../table/hold/hold';
import { type Key, keys, textOf } from '../../table/keys';
import { endOfAccount } from '../../table/person/end-of-account';
import { processKey } from '../../table/process/process';
import { accountAgain } from './account';
import { consentAgain } from './consent';
import type { Found, Look } from './found';
import { holdAgain, releaseAgain } from './held';
import { wayAgain } from './way';

export type Replayed = {
  /** How many of the names were gone through: all, unless one has to wait. */
  passed: number;
  begun: number;
  underWay: number;
};

/**
 * Brings about again what these names of ends say, one after the other as it was, up to the first that has to wait. Two trips for
 * all of those that nothing is to be done about.
 */
export async function bringAbout(deps: Deps, names: readonly string[], requestId: string): Promise<Replayed> {
  const ends = names.map(readEnd);
  const look = await lookerAt(deps, ends.flatMap(keysOf));
  const replayed = { passed: 0, begun: 0, underWay: 0 };
  for (const end of ends) {
    const found = await again(deps, end, look.at, requestId);
    if (found === 'wait') return replayed;
    replayed.passed += 1;
    if (found === 'begun') {
      replayed.begun += 1;
      look.forget();
    }
    if (found === 'under way' || (found === 'begun' && !isOverAtOnce(end))) replayed.underWay += 1;
  }
  return replayed;
}

/** What is invisible from its first write on is as good as over: the rest is a process as on any day. */
const isOverAtOnce = ({ what }: End) =>
  what === 'consent' || what === 'part' || what === 'way' || what === 'release';

function again(deps: Deps, end: End, look: Look, requestId: string): Promise<Found> {
  if (end.what === 'account') return accountAgain(deps, end, look);
  if (end.what === 'hold') return holdAgain(deps, end, look);
  if ('holdId' in end) return releaseAgain(deps, end, look);
  if (end.what === 'way') return wayAgain(deps, end, look, requestId);
  return consentAgain(deps, end, look, requestId);
}

function keysOf(end: End): Key[] {
  if ('holdId' in end) return [holdKey(end.holdId)];
  const self = keys.person(end.subjectId);
  return end.what === 'account' ? [self, processKey(endOfAccount(end.subjectId))] : [self];
}

/** Reads ahead; once something has changed, everything is read again as it is asked for. */
async function lookerAt({ table }: Deps, ahead: Key[]): Promise<{ at: Look; forget(): void }> {
  const items = await table.getMany(ahead);
  const known = new Map(ahead.map((key, index) => [textOf(key), items[index]]));
  return {
    async at(key) {
      if (known.has(textOf(key))) return known.get(textOf(key));
      const [item] = await table.getMany([key]);
      return item;
    },
    forget: () => known.clear(),
  };
}
