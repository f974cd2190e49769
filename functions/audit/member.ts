import type { Deps } from '../../lib/deps';
import type { Run } from '../../lib/gate/operation';
import { readCursor, sealCursor } from '../../lib/table/cursor';
import { decodeEntry, ledger, ledgerEntry } from '../../lib/table/ledger/ledger';
import { type TouchedPosition, touchedBy } from '../../lib/table/ledger/touched';
import { windowOf } from './tally';

/** Entries of one page: each is read where it lies. */
const ENTRIES_PER_PAGE = 25;

type Asked = { staffId: string; from: string; to: string; cursor?: string | undefined };

/**
 * What one member of the staff has looked at between two moments, oldest first: which operation, in which
 * role, why and under which ticket (promise S6). Nobody is named: the ticket leads to whom it was about. Each line is compared
 * with its checksum, and says so where it was altered.
 * @throws AppError CURSOR_INVALID
 */
export async function member(
  { table, ring }: Deps,
  { caller, input: { staffId, cursor, ...asked } }: Run<'staff', Asked>,
) {
  const { from = '', to = '' } = windowOf(asked);
  const list = `audit.member|${staffId}|${from}|${to}`;
  const after: TouchedPosition | undefined =
    cursor === undefined ? undefined : JSON.parse(await readCursor(ring, list, caller.staffId, cursor));
  const page = await touchedBy(table, `staff:${staffId}`, from, to, { after, limit: ENTRIES_PER_PAGE });
  const { next } = page;
  // The index counts the last moment in.
  const touched = page.touched.filter(({ at }) => at < to);
  const items = await table.getMany(touched.map(({ subjectId, seq }) => ledgerEntry.key(subjectId, seq)));
  const lines = await Promise.all(
    touched.map(async ({ subjectId, at, kinds }, index) => {
      const item = items[index];
      const whole = item !== undefined && (await ledger.isUnaltered(ring, subjectId, item));
      // What was altered may be anything: only what the index says is told then.
      if (!whole) return { at, kinds, unaltered: false };
      const { way, role, reason, ticket } = decodeEntry(item);
      return { at, kinds, operation: way, role, reason, ticket, unaltered: true };
    }),
  );
  return {
    lines,
    ...(next && { cursor: await sealCursor(ring, list, caller.staffId, JSON.stringify(next)) }),
  };
}
