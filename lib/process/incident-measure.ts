import { MINUTE_MS, toInstant } from '../clock';
import { BRANCHES } from '../crypto/key-ring';
import type { Deps } from '../deps';
import { slicesOf } from '../slices';
import type { Write } from '../table/client';
import { incidentWrites, openIncidentItem } from '../table/incident/change-incident';
import { incidentKey } from '../table/incident/incident';
import { keys } from '../table/keys';
import { audiencePartKey, membersOf } from '../table/notice/audience';
import { type Person, readPerson } from '../table/person/person';
import { type Process, type ProcessRef, processKey, readProcess } from '../table/process/process';
import { loadServiceKeys } from '../table/service/key-store';
import { readSharePointer, shareKey, sharePointerKey } from '../table/sharing/share';
import { type Ending, endSessionsOf, endShare, endSharesOf } from './contain-person';
import type { Next, ProcessKind, Step, StepInput } from './kind';
import { isUnderWay, rotationTo } from './rotation';

/**
 * A measure of containment that takes time (promise B1): begun in the transaction that takes it, and written down as finished,
 * with how many it met, in the incident's chain. Never begun for a drill.
 */
export const incidentMeasure: ProcessKind = {
  share: findShare,
  'share-end': shareEnd,
  'person-sessions': onPerson(endSessionsOf),
  'person-shares': onPerson(endSharesOf),
  'audience-sessions': onAudience('audience-sessions', endSessionsOf),
  'audience-shares': onAudience('audience-shares', endSharesOf),
  keys: onKeys,
  finish,
};

/** People of a part who are met at the same time: what a function of 256 MB bears. */
const AT_ONCE = 20;
/** How often it is looked whether somebody has rotated the keys. */
const LOOK_EVERY_MS = MINUTE_MS;

/** An incident has one measure of each number. */
export function measureProcess(incidentId: string, measureId: string): ProcessRef {
  return { kind: 'incident-measure', id: `${incidentId}-${measureId}` };
}

function endingOf({ process, requestId }: StepInput): Ending {
  const { incidentId, takenAtMs } = process.state;
  return { incidentId: String(incidentId), takenAtMs: Number(takenAtMs), requestId };
}

type End = (deps: Deps, person: Person, ending: Ending) => Promise<void>;

function counted({ state }: Process, count: number, more = {}): Process['state'] {
  return { ...state, ...more, count: Number(state.count ?? 0) + count };
}

function onPerson(end: End): Step {
  return async (deps, input) => {
    const [item] = await deps.table.getMany([keys.person(String(input.process.state.subjectId))]);
    if (item) await end(deps, readPerson(item), endingOf(input));
    return { to: 'finish', state: counted(input.process, item ? 1 : 0) };
  };
}

/** One part of the list a step. Everybody on it is counted: what a repeat finds ended already was ended by this as well. */
function onAudience(step: string, end: End): Step {
  return async (deps, input) => {
    const { audienceId, part = 0 } = input.process.state;
    const [item] = await deps.table.getMany([audiencePartKey(String(audienceId), Number(part))]);
    if (!item) return { to: 'finish' };
    const members = membersOf(item);
    for (const some of slicesOf(members, AT_ONCE)) {
      const people = await deps.table.getMany(some.map(({ subjectId }) => keys.person(subjectId)));
      const known = people.flatMap((one) => (one ? [readPerson(one)] : []));
      await Promise.all(known.map((person) => end(deps, person, endingOf(input))));
    }
    return { to: step, state: counted(input.process, members.length, { part: Number(part) + 1 }) };
  };
}

async function findShare(deps: Deps, { process }: StepInput): Promise<Next> {
  const [leads] = await deps.table.getMany([sharePointerKey(String(process.state.shareDigest))]);
  const pointer = readSharePointer(leads);
  if (!pointer) return { to: 'finish' };
  const { subjectId, shareId } = pointer;
  return { to: 'share-end', state: counted(process, 1, { subjectId, shareId }) };
}

async function shareEnd(deps: Deps, input: StepInput): Promise<Next> {
  const [subjectId, shareId] = [input.process.state.subjectId, input.process.state.shareId].map(String);
  const at = [keys.person(subjectId ?? ''), shareKey(subjectId ?? '', shareId ?? '')];
  const [self, item] = await deps.table.getMany(at);
  if (self && item) await endShare(deps, readPerson(self), item, endingOf(input));
  return { to: 'finish' };
}

/** Over once every branch key and the signing key have a version made since, and everybody's key is wrapped by it. */
async function onKeys(deps: Deps, { process }: StepInput): Promise<Next> {
  const look = { waitUntilMs: deps.clock.now() + LOOK_EVERY_MS };
  const since = Number(process.state.takenAtMs);
  const made = (await loadServiceKeys(deps.table)).filter(
    ({ name, createdAt }) => name !== 'service' && Date.parse(createdAt) > since,
  );
  if (new Set(made.map(({ name }) => name)).size < BRANCHES + 1) return look;
  const version = Math.max(...made.map((key) => key.version));
  const [row] = await deps.table.getMany([processKey(rotationTo(version))]);
  const rotation = readProcess(row);
  if (rotation && isUnderWay(rotation)) return look;
  return { to: 'finish', state: counted(process, made.length) };
}

async function finish(deps: Deps, { process, requestId }: StepInput): Promise<Next> {
  const { incidentId, measureId, count = 0 } = process.state;
  const id = String(measureId);
  const [item] = await deps.table.getMany([incidentKey(String(incidentId))]);
  const opened = await openIncidentItem(deps, item);
  const taken = opened?.incident.measures[id];
  if (!opened || !taken) return { to: 'end' };
  const finishedAt = toInstant(deps.clock.now());
  const done: typeof taken = { ...taken, finishedAt, count: Number(count) };
  const entry = {
    act: 'measure.finished',
    staff: 'service',
    requestId,
    details: { measureId: id, measure: taken.measure, count: Number(count) },
  } as const;
  const change = { measures: { ...opened.incident.measures, [id]: done } };
  const { writes } = await incidentWrites(deps, opened, { entry, change });
  return { to: 'end', writes: writes as Write[], count: Number(count) };
}
