import { isYounger, type KnownAge } from '../../policy/age';
import { isStronger } from '../../policy/assurance';
import type { ReachVersions } from '../../policy/version';
import type { Item, Write } from '../client';
import type { Key } from '../keys';
import type { Person } from '../person/person';
import type { PersonChange } from '../person/standing';
import { guardianKey, guardianNeedOf, markMinor, minorKey, readAge, readGuardian } from './minor';
import { readRealName, realNameKeys } from './real-name';

/** What two accounts of one person know of their age, in the order of `ageKeys`. */
type Seen = readonly (Item | undefined)[];

export const ageKeys = (staysId: string, leavesId: string): Key[] => [
  minorKey(staysId),
  minorKey(leavesId),
  guardianKey(staysId),
  guardianKey(leavesId),
  ...realNameKeys(staysId),
];

/** Whether one of two accounts answers for the other as a guardian: nobody is their own. */
export function isGuardianOfOther(stays: Person, leaves: Person, [, , ofStays, ofLeaves]: Seen): boolean {
  const answers = (item: Item | undefined, { subjectId }: Person) => {
    const answer = readGuardian(item);
    return answer?.state === 'consented' && answer.guardianId === subjectId;
  };
  return answers(ofStays, leaves) || answers(ofLeaves, stays);
}

/**
 * The age of an account that takes another one over (promise N4): the younger of the two is believed, unless a verification in
 * force of the account that stays shows otherwise more surely. What a guardian has said of the other account does not come along.
 */
export function carryAge(
  reachVersions: ReachVersions,
  stays: Person,
  leaves: Person,
  [mark, theirs, guardian, , ...results]: Seen,
  at: string,
): { writes: Write[]; change: PersonChange } {
  const shown = results.flatMap((item) => readRealName(reachVersions, item, stays) ?? []);
  const own = readAge(mark);
  const known = readAge(theirs);
  const none = { writes: [], change: {} };
  if (!known) {
    const isNew = leaves.needsGuardian === 'said' && !own && shown.length === 0;
    return isNew ? { ...none, change: guardianNeedOf('under-14', readGuardian(guardian), 'said') } : none;
  }
  const isOutdone = [...shown, ...(own ? [own] : [])].some((one) => outdoes(one, known));
  if (isOutdone || (own && !isYounger(known.band, own.band))) return none;
  const change = known.band === 'under-14' ? guardianNeedOf(known.band, readGuardian(guardian)) : {};
  return { writes: markMinor(stays.subjectId, mark, known, at), change };
}

/** Whether one proof of an age is surer than another; surest is what a human has decided by a document. */
function outdoes({ way }: Partial<KnownAge>, { way: other }: KnownAge): boolean {
  if (other === undefined) return false;
  return way === undefined || isStronger(way, other);
}
