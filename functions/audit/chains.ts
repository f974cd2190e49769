import type { Deps } from '../../lib/deps';
import type { Run } from '../../lib/gate/operation';
import { readCursor, sealCursor } from '../../lib/table/cursor';
import { queryEveryIncident } from '../../lib/table/incident/incident';
import { serviceChainNames, serviceChains } from '../../lib/table/service/chains';

const LIST = 'audit.chains';

/** Incidents of one page. */
const INCIDENTS_PER_PAGE = 50;

/** The chains of the service itself, by name and owner: those that there always are first, then one for each incident. */
export async function chains(
  { table, ring }: Deps,
  { caller, input: { cursor } }: Run<'staff', { cursor?: string | undefined }>,
) {
  const after = cursor === undefined ? undefined : await readCursor(ring, LIST, caller.staffId, cursor);
  const { ids, last } = await queryEveryIncident(table, INCIDENTS_PER_PAGE, after);
  const standing = serviceChainNames.flatMap((chain) =>
    serviceChains[chain].owners.map((owner) => ({ chain, owner })),
  );
  const ofIncidents = ids.map((owner) => ({ chain: 'incident' as const, owner }));
  return {
    chains: after === undefined ? [...standing, ...ofIncidents] : ofIncidents,
    ...(last !== undefined && { cursor: await sealCursor(ring, LIST, caller.staffId, last) }),
  };
}
