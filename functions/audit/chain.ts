import type { Deps } from '../../lib/deps';
import { AppError } from '../../lib/errors';
import type { Run } from '../../lib/gate/operation';
import { readCursor, sealCursor } from '../../lib/table/cursor';
import { emptyHead } from '../../lib/table/ledger/chain';
import { type ServiceChainName, serviceChains } from '../../lib/table/service/chains';
import { readChain } from './read-chain';
import { count, isWithin, type Tally, type Window, windowOf } from './tally';

/** Entries that one call reads at most: 20 trips, well below a function's time. */
export const ENTRIES_PER_CALL = 2000;

type Asked = Window & {
  chain: ServiceChainName;
  owner: string;
  limit?: number | undefined;
  cursor?: string | undefined;
};
type Position = { seq: number; hash: string };

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
    cursor === undefined ? emptyHead : parse(await readCursor(deps.ring, list, caller.staffId, cursor));
  const acts: Tally = {};
  const staff: Tally = {};
  const reach = await readChain(
    deps,
    { chain: known.chain, owner, until },
    from,
    input.limit ?? ENTRIES_PER_CALL,
    (entry) => {
      if (!isWithin(entry, window)) return;
      count(acts, String(entry.act ?? entry.state));
      if (entry.staff !== undefined) count(staff, String(entry.staff));
    },
  );
  const { at, whole, brokenAt } = reach;
  const goesOn = brokenAt === undefined && at.seq < until.seq;
  return {
    entries: whole,
    acts,
    staff,
    ...(brokenAt !== undefined && { brokenAt }),
    ...(goesOn && {
      cursor: await sealCursor(
        deps.ring,
        list,
        caller.staffId,
        JSON.stringify({ seq: at.seq, hash: Buffer.from(at.hash).toString('base64') } satisfies Position),
      ),
    }),
  };
}

function parse(text: string) {
  const { seq, hash } = JSON.parse(text) as Position;
  return { seq, hash: Buffer.from(hash, 'base64') };
}
