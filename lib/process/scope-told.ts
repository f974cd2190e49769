import type { Table } from '../table/client';
import { audiencePartKey, membersOf } from '../table/notice/audience';
import { noticesSent } from '../table/notice/notice';
import { addresseesOf } from './notice/audience-of';

/** People of one part that one step takes: each may bring a guardian with them. */
const MEMBERS_PER_STEP = 45;

/** Where it stands: the notice before, and how far its successor's audience has been gone through. */
type Place = { after?: string; part: number; member: number };

/**
 * Whom notices were addressed to of which something may have gone out in a window, some at a time: their parts and the guardians
 * of the minors in them. Whether a partner was given anything is for each one's own row to say.
 */
export async function toldIn(
  table: Table,
  window: { from: string; until: string },
  at: string | undefined,
): Promise<{ subjectIds: string[]; last: string | undefined }> {
  const place: Place = at === undefined ? { part: 0, member: 0 } : JSON.parse(at);
  const { notices, last } = await noticesSent(table, window, 1, place.after);
  const [notice] = notices;
  const nextNotice = last === undefined ? undefined : JSON.stringify({ after: last, part: 0, member: 0 });
  if (!notice || place.part >= notice.parts) return { subjectIds: [], last: nextNotice };
  const [item] = await table.getMany([audiencePartKey(notice.audienceId, place.part)]);
  const members = item ? membersOf(item) : []; // its period may be over
  const some = members.slice(place.member, place.member + MEMBERS_PER_STEP);
  const subjectIds = (await addresseesOf({ table }, some, notice.exemptions)).map(
    ({ subjectId }) => subjectId,
  );
  const member = place.member + MEMBERS_PER_STEP;
  const next = member < members.length ? { ...place, member } : { ...place, part: place.part + 1, member: 0 };
  return next.part < notice.parts
    ? { subjectIds, last: JSON.stringify(next) }
    : { subjectIds, last: nextNotice };
}
