import { toInstant } from '../../lib/clock';
import type { Deps } from '../../lib/deps';
import { invalidInput } from '../../lib/errors';
import type { Run } from '../../lib/gate/operation';
import { isHeld, type MeasureId, measures } from '../../lib/policy/incident/measures';
import { recipients } from '../../lib/policy/recipients';
import { measureProcess } from '../../lib/process/incident-measure';
import type { Write } from '../../lib/table/client';
import { changeIncident, type IncidentPlan } from '../../lib/table/incident/change-incident';
import { loadStops, MAX_STOPS, putStops } from '../../lib/table/incident/containment';
import type { Incident } from '../../lib/table/incident/incident';
import { audienceHeadKey, readAudienceHead } from '../../lib/table/notice/audience-head';
import { beginProcess, type ProcessState } from '../../lib/table/process/process';
import { lostRace, untilWon } from '../../lib/table/races';
import { demandOpen, isRepeat, notNow, requestOf, requestsOf } from './plan-act';
import { incidentShown } from './show';

/** Measures of one incident; its item holds all of them. */
const MAX_MEASURES = 50;

type Contain = {
  incidentId: string;
  measure: MeasureId;
  target?: string | undefined;
  words?: string | undefined;
  idempotencyKey: string;
};

/**
 * Takes one measure of containment (promise B1): in the chain with who and when, and begun in the same transaction. What takes
 * time goes on as a process and is written down when it is finished. A drill writes it down and stops nobody. Sent twice, it is
 * taken once.
 * @throws AppError INVALID_INPUT naming the field | NOT_NOW | IDEMPOTENCY_CONFLICT
 */
export async function contain(deps: Deps, run: Run<'staff', Contain>) {
  const { incidentId, measure, target, words, idempotencyKey } = run.input;
  await demandTarget(deps, run.input, run.caller.staffId);
  const request = await requestOf(deps, idempotencyKey, [measure, target, words]);
  let begun: string | undefined;
  const { incident } = await changing(deps, incidentId, async (before) => {
    const taken = Object.values(before.measures);
    if (isRepeat(requestsOf(before), request)) return undefined;
    demandOpen(before);
    if (taken.length >= MAX_MEASURES) throw notNow(`一起事件最多记 ${MAX_MEASURES} 项措施。`);
    const measureId = `m${taken.length + 1}`;
    const nowMs = deps.clock.now();
    const at = toInstant(nowMs);
    const isOver = before.drill || isHeld(measure);
    const writes = before.drill ? [] : [await writeOf(deps, before, measureId, run.input, nowMs)];
    begun = isOver ? undefined : measureId;
    const recorded = {
      ...{ measure, request, takenAt: at },
      ...(isRecorded(measure) && target !== undefined && { target }),
      ...(isOver && { finishedAt: at }),
      ...(before.drill && { only: 'recorded' as const }),
    };
    const details = {
      ...{ measureId, measure, name: measures[measure].name },
      ...(recorded.target !== undefined && { target: recorded.target }),
      ...(words !== undefined && { words }),
      ...(before.drill && { only: 'recorded' }),
    };
    const entry = {
      act: 'measure.taken',
      staff: run.caller.staffId,
      requestId: run.requestId,
      details,
    } as const;
    const state = before.state === 'open' ? ('contained' as const) : before.state;
    return { entry, change: { state, measures: { ...before.measures, [measureId]: recorded } }, writes };
  });
  if (begun !== undefined) await deps.queue.send([measureProcess(incidentId, begun)]);
  return incidentShown(incident, deps.clock.now());
}

type Release = { incidentId: string; measureId: string; words: string };

/** Takes a measure back where there is a way (`measures`); of a closed incident as well. */
export async function release(deps: Deps, run: Run<'staff', Release>) {
  const { incidentId, measureId, words } = run.input;
  const { incident } = await changing(deps, incidentId, async (before) => {
    const known = before.measures[measureId];
    if (!known) throw invalidInput('measureId', '没有这项措施');
    if (!isHeld(known.measure)) throw notNow('这项措施没有退路：已经结束的不会恢复。');
    if (known.releasedAt !== undefined) return undefined;
    const nowMs = deps.clock.now();
    const releasedAt = toInstant(nowMs);
    const details = { measureId, measure: known.measure, words };
    const entry = {
      act: 'measure.released',
      staff: run.caller.staffId,
      requestId: run.requestId,
      details,
    } as const;
    const change = { measures: { ...before.measures, [measureId]: { ...known, releasedAt } } };
    return { entry, change, writes: before.drill ? [] : await releaseOf(deps, before, measureId, nowMs) };
  });
  return incidentShown(incident, deps.clock.now());
}

/** As `changeIncident`, and again where somebody has changed meanwhile what else is stopped. */
function changing(
  deps: Deps,
  incidentId: string,
  plan: (incident: Incident) => Promise<IncidentPlan | undefined>,
) {
  return untilWon(() => changeIncident(deps, incidentId, ({ incident }) => plan(incident)).catch(lostRace));
}

/** What does it: the stop itself, or the process that goes through people. */
async function writeOf(
  deps: Deps,
  { incidentId }: Incident,
  measureId: string,
  { measure, target = '' }: Contain,
  nowMs: number,
): Promise<Write> {
  if (!isHeld(measure)) {
    const state = { incidentId, measureId, takenAtMs: nowMs, ...(await stateOf(deps, measure, target)) };
    return beginProcess(measureProcess(incidentId, measureId), measure, state, nowMs);
  }
  const before = await loadStops(deps.table);
  if (Object.keys(before.stops).length >= MAX_STOPS) throw notNow('停用的账号和合作方已达上限，请先解除。');
  const stop = { of: measure, target, at: toInstant(nowMs) };
  return putStops(before, { ...before.stops, [`${incidentId}-${measureId}`]: stop }, nowMs);
}

async function releaseOf(deps: Deps, { incidentId }: Incident, measureId: string, nowMs: number) {
  const before = await loadStops(deps.table);
  const name = `${incidentId}-${measureId}`;
  const stop = before.stops[name];
  if (!stop) return [];
  const stops = { ...before.stops, [name]: { ...stop, releasedAt: toInstant(nowMs) } };
  return [putStops(before, stops, nowMs)];
}

/** What its process must know: ids and digests, never what opens a share. */
async function stateOf({ ring }: Deps, measure: MeasureId, target: string): Promise<ProcessState> {
  const named = measures[measure].target;
  if (named === 'share-token') return { shareDigest: await ring.digest('share', target) };
  if (named === 'person') return { subjectId: target };
  return named === 'audience' ? { audienceId: target } : {};
}

/** The chain names nobody who is affected, and holds nothing that opens a share. */
function isRecorded(measure: MeasureId): boolean {
  const named = measures[measure].target;
  return named !== 'person' && named !== 'share-token';
}

const shapes = {
  staff: /^[\w.@-]{1,64}$/,
  partner: /^[\w-]{1,64}$/,
  'share-token': /^[\w-]{22}$/,
  person: /^[\w-]{22}$/,
  audience: /^[\w-]{1,64}$/,
} as const;

/** @throws AppError INVALID_INPUT for a target that is missing, misshapen, unknown, oneself, or a scope that is not frozen */
async function demandTarget(
  { table }: Deps,
  { incidentId, measure, target }: Contain,
  staffId: string,
): Promise<void> {
  const named = measures[measure].target;
  if (named === null) {
    if (target !== undefined) throw invalidInput('target', '这项措施不用写明对象');
    return;
  }
  if (target === undefined || !shapes[named].test(target))
    throw invalidInput('target', '缺少对象，或者格式不对');
  const isCalled = target !== 'cloud' && Object.hasOwn(recipients, target);
  if (named === 'partner' && !isCalled) throw invalidInput('target', '没有这个合作方');
  if (named === 'staff' && target === staffId) throw invalidInput('target', '不能停用自己的账号');
  if (named !== 'audience') return;
  // While a scope is computed its list grows: what begins then would end with whoever was found so far.
  const [head] = target.startsWith(`${incidentId}-s`) ? await table.getMany([audienceHeadKey(target)]) : [];
  if (!readAudienceHead(head)) throw invalidInput('target', '须写明这起事件的一个已经算定的影响范围');
}
