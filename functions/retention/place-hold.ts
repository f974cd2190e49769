import { DAY_MS, toInstant } from '../../lib/clock';
import { numberOfRequest } from '../../lib/crypto/request-id';
import type { Deps } from '../../lib/deps';
import { AppError } from '../../lib/errors';
import { aboutOf, type Run } from '../../lib/gate/operation';
import { HOLD_REVIEW_DAYS } from '../../lib/policy/hold';
import type { KindId } from '../../lib/policy/kinds';
import { placeHold } from '../../lib/process/hold-acts';
import { ConditionFailed } from '../../lib/table/client';
import { clearHold, type Hold } from '../../lib/table/hold/hold';
import { holdableKinds } from '../../lib/table/hold/in-scope';
import { incidentKey } from '../../lib/table/incident/incident';
import type { Person } from '../../lib/table/person/person';
import { holdShown } from './show-holds';

/** What every hold says, whatever it is about. */
export type PlaceHold = {
  reason: string;
  document: string;
  documentHash: string;
  owner?: string | undefined;
  reviewAt: string;
  idempotencyKey: string;
};
export type HoldPerson = PlaceHold & {
  subjectId: string;
  kinds?: KindId[] | undefined;
  from?: string | undefined;
  until?: string | undefined;
};
export type HoldIncident = PlaceHold & { incidentId: string };

/** What the key decides: a repeat finds the same. */
const holdIdFor = (idempotencyKey: string): string => numberOfRequest('H', 'hold', idempotencyKey);

/**
 * Holds what it names of a person (promise S3): from this answer on nothing of theirs is erased before everything that is named
 * is kept, sealed under the hold's own key. Sent twice, it is placed once.
 * @throws AppError NOT_FOUND, INVALID_INPUT, IDEMPOTENCY_CONFLICT; NOT_NOW while others are being placed on the same person
 */
export async function holdPerson(deps: Deps, { caller, input }: Run<'staff', HoldPerson>) {
  const about = aboutOf(caller);
  const { subjectId, kinds, from, until } = input;
  demandScope(input);
  const scope = {
    subjectId,
    ...(kinds && { kinds: [...new Set(kinds)].sort() }),
    ...(from && { from }),
    ...(until && { until }),
  };
  return place(deps, caller.staffId, input, { ...scope, state: 'freezing' }, about.person);
}

/** Holds the records of an incident beyond their period. @throws as `holdPerson` */
export async function holdIncident(deps: Deps, { caller, input }: Run<'staff', HoldIncident>) {
  const { incidentId } = input;
  const [incident] = await deps.table.getMany([incidentKey(incidentId)]);
  if (!incident) throw new AppError('NOT_FOUND');
  return place(deps, caller.staffId, input, { incidentId, state: 'held' });
}

type Scope = Pick<Hold, 'state' | 'subjectId' | 'incidentId' | 'kinds' | 'from' | 'until'>;

async function place(
  deps: Deps,
  staffId: string,
  { reason, document, documentHash, owner = staffId, reviewAt, idempotencyKey }: PlaceHold,
  scope: Scope,
  self?: Person,
) {
  const nowMs = deps.clock.now();
  demandReview(reviewAt, nowMs);
  const holdId = holdIdFor(idempotencyKey);
  const said = JSON.stringify([scope, reason, document, documentHash, owner, reviewAt, staffId]);
  const value = {
    ...scope,
    holdId,
    reason,
    document,
    documentHash,
    owner,
    placedBy: staffId,
    placedAt: toInstant(nowMs),
    dueAt: toInstant(Date.parse(reviewAt)),
    count: 0,
    request: await deps.ring.digest('request', `hold|${idempotencyKey}|${said}`),
  };
  try {
    await placeHold(deps, value, self);
  } catch (error) {
    if (!(error instanceof ConditionFailed)) throw error;
    const [met] = error.found;
    if (!met) throw new AppError('BUSY'); // somebody else holds something of the same person at this moment
    const known = clearHold(met.item);
    if (known?.request !== value.request) throw new AppError('IDEMPOTENCY_CONFLICT');
    return holdShown({ ...known, reason, document }, nowMs); // the same request, the same words
  }
  return holdShown(value, nowMs);
}

/** @throws AppError INVALID_INPUT for a date that has passed, or that is too far away */
export function demandReview(reviewAt: string, nowMs: number): void {
  const atMs = Date.parse(reviewAt);
  if (atMs > nowMs && atMs <= nowMs + HOLD_REVIEW_DAYS * DAY_MS) return;
  const problem = `应在此刻之后、${HOLD_REVIEW_DAYS} 天之内`;
  throw new AppError('INVALID_INPUT', { fields: [{ field: 'reviewAt', problem }] });
}

function demandScope({ kinds, from, until }: HoldPerson): void {
  const known = holdableKinds();
  const strange = kinds?.some((kind) => !known.has(kind));
  const fields = [
    ...(strange ? [{ field: 'kinds', problem: '其中有账号本身的信息，不能单独封存' }] : []),
    ...(from && until && Date.parse(from) >= Date.parse(until)
      ? [{ field: 'until', problem: '应在 from 之后' }]
      : []),
  ];
  if (fields.length > 0) throw new AppError('INVALID_INPUT', { fields });
}
