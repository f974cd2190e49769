import type { Recipient } from '../table/notice/recipient';
import { type Exemption, exemptBy } from './exemption';
import { isDelivered } from './next-action';

/** Where somebody stands who is to be told. Everybody stands somewhere, and nowhere twice (promise B5). */
export const bookColumns = ['delivered', 'announced', 'exempt', 'pending'] as const;
export type BookColumn = (typeof bookColumns)[number];
/** People in each column; `affected` is the sum of them. */
export type Books = Record<BookColumn | 'affected', number>;

export const noBooks = (): Books => ({ affected: 0, delivered: 0, announced: 0, exempt: 0, pending: 0 });

/**
 * The one classification of a member. `delivered` is what a receipt, a channel's rule or an opened inbox says; `announced` is
 * whom no other channel reached; everything else is still to be done.
 */
export function columnOf(
  member: { kinds: readonly string[]; minor: boolean },
  row: Pick<Recipient, 'tries' | 'openedAt'> | undefined,
  exemptions: readonly Exemption[],
): BookColumn {
  if (exemptBy(member, exemptions)) return 'exempt';
  if (row && isDelivered(row)) return 'delivered';
  return row?.tries.at(-1)?.channel === 'announcement' ? 'announced' : 'pending';
}

/** One more person in a column. */
export function entered(books: Books, column: BookColumn): Books {
  return { ...books, affected: books.affected + 1, [column]: books[column] + 1 };
}
