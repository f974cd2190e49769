import { MINUTE_MS, toInstant } from '../clock';
import type { Deps } from '../deps';
import { reminders, remindersOf } from '../policy/incident/duties';
import { endOfRetention } from '../policy/retention';
import { dutiesOfIncident, incidentWrites, openIncidentItem } from '../table/incident/change-incident';
import { type Incident, incidentKey, removeIncident } from '../table/incident/incident';
import { removeNamed } from '../table/incident/remove-named';
import type { ProcessRef } from '../table/process/process';
import { MAX_STEP_WRITES, type Next, type ProcessKind, type StepInput } from './kind';

/**
 * The clock of an incident (promises B1, B2): it calls its deadlines to mind before they pass, in its chain and by an alarm,
 * and once more when they have. It begins in the transaction that declares the incident, looks again at least this often, as
 * a grade or a fulfilment may have moved what comes next, and at last takes the incident away when its period is over.
 */
const LOOK_EVERY_MS = 10 * MINUTE_MS;

export const incidentClock: ProcessKind = { watch, keep, remove };

export function clockOf(incidentId: string): ProcessRef {
  return { kind: 'incident-clock', id: incidentId };
}

/** One reminder a step: an act of its own in the chain. */
async function watch(deps: Deps, { process, requestId }: StepInput): Promise<Next> {
  const [item] = await deps.table.getMany([incidentKey(process.id)]);
  const opened = await openIncidentItem(deps, item);
  if (!opened) return { to: 'end' };
  const { incident } = opened;
  if (incident.state === 'closed') return { to: 'keep' };
  const nowMs = deps.clock.now();
  const pending = pendingOf(incident, nowMs);
  const ringing = pending.find(({ come, given }) => come > given);
  if (!ringing) {
    const next = pending.flatMap(({ nextAtMs }) => nextAtMs ?? []);
    return { waitUntilMs: Math.min(nowMs + LOOK_EVERY_MS, ...next) };
  }
  const { id, name, period, come } = ringing;
  // Of several that have come at once, only the last is said.
  const words = reminders[come - 1]?.words ?? '';
  const outcome = come === reminders.length ? 'DEADLINE_PASSED' : 'DEADLINE_NEAR';
  const operation = 'process/incident-clock';
  // A drill wakes nobody. Where this step is done again it rings again, which does no harm.
  deps.log({ event: incident.drill ? 'process' : 'alarm', requestId, operation, outcome });
  const entry = {
    act: 'clock.reminded',
    staff: 'service',
    requestId,
    details: { duty: id, name, words, dueAt: toInstant(period.dueAtMs) },
  } as const;
  const change = { reminded: { ...incident.reminded, [id]: come } };
  const { writes } = await incidentWrites(deps, opened, { entry, change });
  return { to: 'watch', writes };
}

/** What is owed by an hour and not done, with the reminders of it that have come and that were given. */
function pendingOf(incident: Incident, nowMs: number) {
  return dutiesOfIncident(incident).flatMap(({ id, name, period }) => {
    if (!period || Object.hasOwn(incident.fulfilled, id)) return [];
    const { before, come, nextAtMs } = remindersOf(period, nowMs);
    return [{ id, name, period, come, nextAtMs, given: incident.reminded[id] ?? before }];
  });
}

/** Three years after its handling ended (`incident-life`). */
async function keep(deps: Deps, { process }: StepInput): Promise<Next> {
  const [item] = await deps.table.getMany([incidentKey(process.id)]);
  if (!item) return { to: 'end' };
  const endsAtMs = endOfRetention('incident-life', Date.parse(String(item.handledAt ?? item.closedAt)));
  return deps.clock.now() < endsAtMs ? { waitUntilMs: endsAtMs } : { to: 'remove' };
}

/** Whom it names first, then its chain page by page, and with the last page itself and its key. */
async function remove({ table }: Deps, { process }: StepInput): Promise<Next> {
  const named = await removeNamed(table, process.id, MAX_STEP_WRITES);
  if (named.length > 0) return { to: 'remove', writes: named };
  const { writes, more } = await removeIncident(table, process.id, MAX_STEP_WRITES);
  return { to: more ? 'remove' : 'end', writes, count: writes.length };
}
