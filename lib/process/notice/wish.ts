import { noticeKindOf } from '../../notice/kinds';
import type { Item, Write } from '../../table/client';
import type { Key } from '../../table/keys';
import { preferencesKey, readPreferences } from '../../table/profile/preferences';
import { minorKey } from '../../table/real-name/minor';

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
  if (!noticeKindOf(kind)?.onlyWanted) return [];
  return [
    {
      ConditionCheck: {
        Key: preferencesKey(subjectId),
        ConditionExpression: 'surveyInvitations = :yes',
        ExpressionAttributeValues: { ':yes': true },
      },
    },
    { ConditionCheck: { Key: minorKey(subjectId), ConditionExpression: 'attribute_not_exists(pk)' } },
  ];
}
