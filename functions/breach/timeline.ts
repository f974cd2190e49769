import type { Deps } from '../../lib/deps';
import type { Run } from '../../lib/gate/operation';
import type { Item } from '../../lib/table/client';
import { openIncident } from '../../lib/table/incident/change-incident';
import { incidentChain, incidentEntry } from '../../lib/table/incident/incident-entry';
import { emptyHead } from '../../lib/table/ledger/chain';

/** Entries read in one trip, and answered on one page. */
const PAGE_ENTRIES = 100;

export const orders = { happened: 'happenedAt', learned: 'learnedAt', written: 'at' } as const;
type Asked = { incidentId: string; by: keyof typeof orders; after: number };

/**
 * What happened and what was done, by when it happened, was learned of or was written down; and whether the chain is whole.
 * The whole chain is read for each page, as any order but that of writing needs it: a trip for every hundred entries.
 */
export async function timeline(deps: Deps, { input }: Run<'staff', Asked>) {
  const { incidentId, by, after } = input;
  const { incident, sealer } = await openIncident(deps, incidentId);
  const items: Item[] = [];
  for (let at = 0; at < incident.seq; at = items.length) {
    const page = await incidentChain.page(deps.table, incidentId, at, PAGE_ENTRIES, incident.seq);
    if (page.items.length === 0) break;
    items.push(...page.items);
  }
  const reached = await incidentChain.follow(deps.ring, incidentId, emptyHead, items);
  const isWhole =
    !('brokenAt' in reached) &&
    reached.seq === incident.seq &&
    Buffer.from(reached.hash).equals(Buffer.from(incident.hash));
  const entries = items.flatMap((item) => incidentEntry.read(item, { sealer }) ?? []);
  const sorted = entries.sort(
    (one, other) => order(one[orders[by]], other[orders[by]]) || one.seq - other.seq,
  );
  const shown = sorted.slice(after, after + PAGE_ENTRIES);
  const next = after + shown.length;
  return {
    isWhole,
    entries: shown.map(({ prev: _prev, hash: _hash, requestId: _request, ...entry }) => entry),
    ...(next < sorted.length && { next }),
  };
}

function order(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}
