import type { Deps } from '../../deps';
import { AppError } from '../../errors';
import { type Books, columnOf, entered, noBooks } from '../../notice/books';
import { readNotice } from '../../table/notice/notice';
import { addresseesOf, readPart, rowOf, withRows } from './audience-of';

/** The people of a notice, and beside them the guardians who are told of a child. */
export type Recounted = { people: Books; guardians: Books };

/**
 * Counts the people of a notice anew, or of some of its parts, from its frozen audience and each person's row: affected =
 * delivered + announced + exempt + pending at every moment (promise B5). Nothing is kept of it, so nothing can drift. Memory is
 * one part. `next` is the first part that is left.
 * @throws AppError NOT_FOUND
 */
export async function recount(
  deps: Pick<Deps, 'table'>,
  noticeId: string,
  { from = 0, most = Number.POSITIVE_INFINITY }: { from?: number; most?: number } = {},
): Promise<Recounted & { next?: number }> {
  const notice = await readNotice(deps.table, noticeId);
  if (!notice) throw new AppError('NOT_FOUND');
  const { exemptions } = notice;
  const end = Math.min(notice.parts, from + most);
  const sum: Recounted = { people: noBooks(), guardians: noBooks() };
  for (let part = from; part < end; part += 1) {
    const { members = [] } = (await readPart(deps, noticeId, part, notice)) ?? {};
    for (const member of members)
      if (columnOf(member, undefined, exemptions) === 'exempt') sum.people = entered(sum.people, 'exempt');
    const listed = await withRows(deps, noticeId, await addresseesOf(deps, members, exemptions));
    for (const one of listed) {
      const of = one.as === 'self' ? 'people' : 'guardians';
      sum[of] = entered(sum[of], columnOf(one.member, rowOf(one), exemptions));
    }
  }
  return { ...sum, ...(end < notice.parts && { next: end }) };
}
