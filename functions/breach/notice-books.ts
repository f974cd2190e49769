import type { Deps } from '../../lib/deps';
import type { Run } from '../../lib/gate/operation';
import { recount } from '../../lib/process/notice/books';
import { noticeIdOf, type OfNotice } from './known-notice';

/** Parts that one call counts: five thousand people at most. */
const PARTS_AT_ONCE = 50;

/** How the people of a notice stand, counted anew: `next` is where the next call goes on, and the sums of all are the books. */
export async function noticeBooks(deps: Deps, { input }: Run<'staff', OfNotice & { from: number }>) {
  const { from } = input;
  return recount(deps, noticeIdOf(input), { from, most: PARTS_AT_ONCE });
}
