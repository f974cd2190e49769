import type { Deps } from '../../lib/deps';
import { AppError } from '../../lib/errors';
import type { Run } from '../../lib/gate/operation';
import { readCursor, sealCursor } from '../../lib/table/cursor';
import { emptyHead, headOfText, textOfHead } from '../../lib/table/ledger/chain';
import { type ServiceChainName, serviceChains } from '../../lib/table/service/chains';
import { count, isWithin, type Tally, type Window, windowOf } from './tally';

/** Entries that one call reads at most: 20 trips, well below a function's time. */
export const ENTRIES_PER_CALL = 2000;

type Asked = Window & {
  chain: ServiceChainName;
  owner: string;
  limit?: number | undefined;
  cursor?: string | undefined;
};

/**
 * Verifies a chain of the service, and says what is in it: how often each act, and who of the staff did how many. A long one
 * takes several calls: the cursor carries the head reached, sealed, so that each goes on from where the one before has ended.
 * @throws AppError NOT_FOUND | CURSOR_INVALID
 */
export async function chain(deps: Deps, { caller, input }: Run<'staff', Asked>) {
  const { chain: name, owner, cursor } = input;
  const window = windowOf(input);
  const known = serviceChains[name];
  const until = await known.head(deps.table, owner);
  if (!until) throw new AppError('NOT_FOUND');
  const list = `audit.chain|${name}|${owner}`;
  const from =
    cursor === undefined ? emptyHead : headOfText(await readCursor(deps.ring, list, caller.staffId, cursor));
  const acts: Tally = {};
  const staff: Tally = {};
  const range = { from, until, limit: input.limit ?? ENTRIES_PER_CALL };
  const { at, whole, brokenAt } = await known.chain.read(deps, owner, range, (entry) => {
    if (!isWithin(entry, window)) return;
    count(acts, String(entry.act ?? entry.state));
    if (entry.staff !== undefined) count(staff, String(entry.staff));
  });
  const goesOn = brokenAt === undefined && at.seq < until.seq;
  return {
    entries: whole,
    acts,
    staff,
    ...(brokenAt !== undefined && { brokenAt }),
    ...(goesOn && { cursor: await sealCursor(deps.ring, list, caller.staffId, textOfHead(at)) }),
  };
}
