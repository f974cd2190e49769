import { createHash } from 'node:crypto';
import type { Deps } from '../../lib/deps';
import { AppError } from '../../lib/errors';
import type { Run } from '../../lib/gate/operation';
import type { KindId } from '../../lib/policy/kinds';
import { beijingDay } from '../../lib/policy/working-days';
import { clockOf } from '../../lib/process/incident-clock';
import { ConditionFailed } from '../../lib/table/client';
import { declareIncident, openIncidentItem } from '../../lib/table/incident/change-incident';
import { incidentKey } from '../../lib/table/incident/incident';
import { beginProcess } from '../../lib/table/process/process';
import { incidentShown } from './show';
import { validTimes } from './valid-times';

export type Declare = {
  title: string;
  learnedAt: string;
  happenedAt?: string | undefined;
  happenedUntil?: string | undefined;
  kinds?: readonly KindId[] | undefined;
  summary?: string | undefined;
  drill: boolean;
  idempotencyKey: string;
};

/** Letters and digits that nobody takes for one another when they are read out. */
const LETTERS = '23456789ABCDEFGHJKMNPQRSTVWXYZ';
const ID_LETTERS = 4;

/** The day in Beijing on which it was learned of, and four characters that the key decides: a repeat finds the same. */
export function incidentIdFor(learnedAt: string, idempotencyKey: string): string {
  const day = beijingDay(Date.parse(learnedAt)).replaceAll('-', '');
  const digest = createHash('sha256').update(`incident|${idempotencyKey}`).digest();
  const letters = [...digest.subarray(0, ID_LETTERS)].map((byte) => LETTERS[byte % LETTERS.length]);
  return `${day}-${letters.join('')}`;
}

/**
 * Declares an incident (promise B1): from here its awareness time stands, its plan and its clocks run. Sent twice, it answers
 * twice the same.
 * @throws AppError INVALID_INPUT | IDEMPOTENCY_CONFLICT
 */
export async function declare(deps: Deps, { caller, input, requestId }: Run<'staff', Declare>) {
  const { title, drill, kinds, summary, idempotencyKey } = input;
  const times = validTimes(deps.clock.now(), input);
  const awareAt = String(times.learnedAt);
  const incidentId = incidentIdFor(awareAt, idempotencyKey);
  const said = JSON.stringify([title, times, drill, kinds ?? [], summary ?? '']);
  const declared = {
    incidentId,
    drill,
    awareAt,
    title,
    declaredBy: caller.staffId,
    request: await deps.ring.digest('request', `incident|${idempotencyKey}|${said}`),
    ...(times.happenedAt !== undefined && { happenedFrom: times.happenedAt }),
    ...(times.happenedUntil !== undefined && { happenedUntil: times.happenedUntil }),
  };
  const entry = {
    act: 'declared',
    staff: caller.staffId,
    requestId,
    happenedAt: times.happenedAt ?? awareAt,
    learnedAt: awareAt,
    kinds,
    details: { title, drill, ...(summary !== undefined && { summary }) },
  } as const;
  const { opened, writes } = await declareIncident(deps, declared, entry);
  const clock = clockOf(incidentId);
  const begin = beginProcess(clock, 'watch', {}, deps.clock.now());
  try {
    await deps.table.write(...(writes as [(typeof writes)[number]]), begin);
  } catch (error) {
    const met = error instanceof ConditionFailed ? error.found[0]?.item : undefined;
    if (!met) throw error;
    return repeatOf(deps, met.request === declared.request, incidentId);
  }
  await deps.queue.send([clock]);
  return incidentShown(opened.incident, deps.clock.now());
}

async function repeatOf(deps: Deps, isSame: boolean, incidentId: string) {
  if (!isSame) throw new AppError('IDEMPOTENCY_CONFLICT');
  const [item] = await deps.table.getMany([incidentKey(incidentId)]);
  const known = await openIncidentItem(deps, item);
  if (!known) throw new AppError('BUSY');
  return incidentShown(known.incident, deps.clock.now());
}
