import type { Deps } from '../../lib/deps';
import { AppError } from '../../lib/errors';
import { changeIncident } from '../../lib/table/incident/change-incident';
import type { EntryDetails } from '../../lib/table/incident/incident-entry';

type Reading = { incidentId: string; staff: string; requestId: string; details: EntryDetails };

/**
 * Says in an incident's chain that the trail was read for it, before the answer is given.
 * @throws AppError NOT_FOUND | NOT_NOW for one that is closed: whoever still has a question declares another
 */
export async function recordReading(deps: Deps, { incidentId, ...entry }: Reading): Promise<void> {
  await changeIncident(deps, incidentId, ({ incident }) => {
    if (incident.state === 'closed') throw new AppError('NOT_NOW', { why: '这起安全事件已经结案。' });
    return { entry: { act: 'trail.read', kinds: ['log-pseudonym'], ...entry } };
  });
}
