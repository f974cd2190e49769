import { noticeKindOf } from '../../notice/kinds';
import type { Item, Write } from '../../table/client';
import type { Key } from '../../table/keys';
import { preferencesKey, readPreferences, wantsSurveys } from '../../table/profile/preferences';
import { minorKey, noMinor } from '../../table/real-name/minor';

/** The items that say whether somebody wants a notice of a kind; none where that is not asked. Two at most. */
export function wishKeys(kind: string, subjectId: string): Key[] {
  return noticeKindOf(kind)?.onlyWanted ? [preferencesKey(subjectId), minorKey(subjectId)] : [];
}

/** Whether they want it, by these items: whoever has switched invitations on and is no minor (promise O3). */
export function isWish(kind: string, [preferences, minor]: (Item | undefined)[]): boolean {
  if (!noticeKindOf(kind)?.onlyWanted) return true;
  return readPreferences(preferences).surveyInvitations && minor === undefined;
}

/** Checks for the transaction that takes somebody's turn: it is refused unless they want the notice at that very moment. */
export function wishChecks(kind: string, subjectId: string): Write[] {
  return noticeKindOf(kind)?.onlyWanted ? [wantsSurveys(subjectId), noMinor(subjectId)] : [];
}
