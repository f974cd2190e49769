import type { Deps } from '../../lib/deps';
import { AppError } from '../../lib/errors';
import { decodeEntry, type LedgerEntry, ledger, readEntry } from '../../lib/table/ledger/ledger';
import type { Sealer } from '../../lib/table/sealer';

/**
 * One entry of a person's ledger, only while it is as it was written: nothing altered is ever signed.
 * @throws AppError NOT_FOUND | RECORD_ALTERED
 */
export async function soundEntry(
  deps: Deps,
  subjectId: string,
  seq: number,
  sealer: Sealer,
): Promise<LedgerEntry> {
  const item = await readEntry(deps.table, subjectId, seq);
  if (!item) throw new AppError('NOT_FOUND');
  if (!(await ledger.isUnaltered(deps.ring, subjectId, item))) throw new AppError('RECORD_ALTERED');
  return decodeEntry(item, sealer);
}
