import type { Deps } from '../../lib/deps';
import type { Run } from '../../lib/gate/operation';
import { readCursor, sealCursor } from '../../lib/table/cursor';
import { retentionChain, retentionEntry } from '../../lib/table/retention/retention-entry';

const LIST = 'audit.putBack';

/** Entries of one page. */
export const PUT_BACK_PER_CALL = 100;

type Asked = { limit?: number | undefined; cursor?: string | undefined };

/**
 * What was found in the table that was once true and lay there again, oldest first (promise S9): of which kind, how it was found, and
 * whose it is, as long as the pseudonyms of its day can be turned back. Each line is compared with its checksum.
 * @throws AppError CURSOR_INVALID
 */
export async function putBack(
  { table, ring }: Deps,
  { caller, input: { limit = PUT_BACK_PER_CALL, cursor } }: Run<'staff', Asked>,
) {
  const after = cursor === undefined ? 0 : Number(await readCursor(ring, LIST, caller.staffId, cursor));
  const { items, more } = await retentionChain.page(table, 'put-back', after, limit);
  const lines = await Promise.all(
    items.map(async (item) => {
      const { at = '', kind = '', details = {} } = retentionEntry.read(item) ?? {};
      const { how, day, person } = details;
      const cipher = person === undefined ? undefined : await ring.dayCipher(String(day));
      return {
        ...{ at, kind, how: String(how) },
        ...(cipher && { subjectId: cipher.back(String(person)) }),
        unaltered: await retentionChain.isUnaltered(ring, 'put-back', item),
      };
    }),
  );
  const last = String(after + items.length);
  return { lines, ...(more && { cursor: await sealCursor(ring, LIST, caller.staffId, last) }) };
}
