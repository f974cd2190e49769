import type { Deps } from '../../lib/deps';
import type { Item } from '../../lib/table/client';
import type { ChainHead } from '../../lib/table/ledger/chain';
import type { Followed } from '../../lib/table/service/chains';

/** Entries that one trip reads. */
const ENTRIES_PER_PAGE = 100;

/** How far a chain was followed, and how many entries on the way were whole. `brokenAt`: the first that is missing, moved or altered. */
export type Reach = { at: ChainHead; whole: number; brokenAt?: number };

/**
 * Follows a chain from a head towards the one that is kept, `limit` entries at most, and hands over every entry that is whole; what
 * stands behind a break may be anything. Memory is a page, whatever the length.
 * @param until as the owner keeps it; what was appended since is not looked at
 */
export async function readChain(
  { table, ring }: Deps,
  { chain, owner, until }: { chain: Followed; owner: string; until: ChainHead },
  from: ChainHead,
  limit: number,
  seen: (entry: Item) => void,
): Promise<Reach> {
  const reachOf = (reached: ChainHead, brokenAt: number): Reach => ({
    at: reached,
    whole: brokenAt - 1 - from.seq,
    brokenAt,
  });
  let at = from;
  const last = Math.min(until.seq, from.seq + limit);
  while (at.seq < last) {
    const { items } = await chain.page(table, owner, at.seq, ENTRIES_PER_PAGE, last);
    if (items.length === 0) return reachOf(at, at.seq + 1);
    const reached = await chain.follow(ring, owner, at, items);
    const broken = 'brokenAt' in reached;
    for (const item of broken ? items.slice(0, reached.brokenAt - at.seq - 1) : items) seen(item);
    if (broken) return reachOf(at, reached.brokenAt);
    at = reached;
  }
  const endsThere = at.seq < until.seq || Buffer.from(at.hash).equals(until.hash);
  return endsThere ? { at, whole: at.seq - from.seq } : reachOf(at, at.seq);
}
