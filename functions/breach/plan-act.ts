import type { Deps } from '../../lib/deps';
import { AppError } from '../../lib/errors';
import type { Run } from '../../lib/gate/operation';
import { changeIncident, type IncidentPlan } from '../../lib/table/incident/change-incident';
import type { Incident, OpenIncident } from '../../lib/table/incident/incident';
import { incidentShown } from './show';

/** What the acts on one incident have in common. */
export type Acting = Pick<Run<'staff', { incidentId: string }>, 'caller' | 'input' | 'requestId'>;

/** One act, but for who does it. */
type Plan = Omit<IncidentPlan, 'entry'> & { entry: Omit<IncidentPlan['entry'], 'staff' | 'requestId'> };

/**
 * Does one act on an incident in the caller's name and answers it as it then stands; `plan` answers undefined for a repeat. Two
 * trips.
 * @throws AppError NOT_FOUND | BUSY, and what `plan` throws
 */
export async function act(
  deps: Deps,
  { caller, input, requestId }: Acting,
  plan: (incident: Incident, opened: OpenIncident) => Plan | undefined | Promise<Plan | undefined>,
) {
  const { incident } = await changeIncident(deps, input.incidentId, async (opened) => {
    const next = await plan(opened.incident, opened);
    return next && { ...next, entry: { ...next.entry, staff: caller.staffId, requestId } };
  });
  return incidentShown(incident, deps.clock.now());
}

/** @throws AppError NOT_NOW once it is closed */
export function demandOpen({ state }: Incident): void {
  if (state === 'closed') throw notNow('事件已经结案，不能再改；新情况请用“补记”写入。');
}

export function notNow(why: string): AppError {
  return new AppError('NOT_NOW', { why });
}

/** How a request is remembered: by its key, and by what it asked for. */
export async function requestOf({ ring }: Deps, key: string, content: unknown): Promise<string> {
  const parts = await Promise.all([
    ring.digest('request', `incident|${key}`),
    ring.digest('request', `incident|${key}|${JSON.stringify(content)}`),
  ]);
  return parts.join('.');
}

/** The requests that an incident remembers, whichever operation took them: a key stands for one of them. */
export const requestsOf = ({ requests, measures }: Pick<Incident, 'requests' | 'measures'>): string[] => [
  ...requests,
  ...Object.values(measures).map(({ request }) => request),
];

/** Whether one of the requests remembered is this one. @throws AppError IDEMPOTENCY_CONFLICT for its key with something else */
export function isRepeat(remembered: readonly string[], request: string): boolean {
  const [key = ''] = request.split('.');
  const same = remembered.find((one) => one.startsWith(`${key}.`));
  if (same !== undefined && same !== request) throw new AppError('IDEMPOTENCY_CONFLICT');
  return same !== undefined;
}
