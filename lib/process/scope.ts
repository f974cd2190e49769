import { MINUTE_MS, toInstant } from '../clock';
import type { Deps } from '../deps';
import { hashOfPart, hashOfScope } from '../scope/evidence';
import { lastMomentOf, sourcesOf } from '../scope/selector';
import { sumOf } from '../scope/tally';
import { incidentWrites } from '../table/incident/change-incident';
import {
  CANDIDATE_SHARDS,
  numberOf,
  pagesOf,
  removePage,
  replaceScope,
  type Scope,
  scope as scopeEntity,
  waitingIn,
} from '../table/incident/scope';
import { EVERYONE_SHARDS } from '../table/keys';
import { audiencePartKey, membersOf, PART_MEMBERS, putAudiencePart } from '../table/notice/audience';
import { beginProcess, type ProcessRef, processKey } from '../table/process/process';
import type { Next, ProcessKind, Step, StepInput } from './kind';
import { gather, judge, openScope, partsOf } from './scope-segments';

/** An index follows its items by seconds: what happened so long ago is surely in it. */
export const INDEX_SETTLES_MS = MINUTE_MS;
/** How often it is looked whether every segment is over. */
const LOOK_EVERY_MS = 5_000;
/** Pages that one step of freezing looks at; as many of them as fill one part are taken. */
const PAGES_PER_STEP = 20;

/**
 * Computes who is affected by an incident (promise B3): candidates are found where the selector says where (the index of what
 * was touched, a list), otherwise everybody is one; each is looked at once; what was found is frozen. Begun with its first
 * step `settle`, in the transaction that starts the scope. Segments go through their parts side by side, each step a page.
 */
export const scope: ProcessKind = {
  settle,
  gathered: whenOver('gather', (process) => spread(process, 'judge', CANDIDATE_SHARDS)),
  judged: whenOver('judge', () => ({ to: 'freeze' })),
  freeze,
  gather,
  judge,
};

export const scopeProcess = (scopeId: string): ProcessRef => ({ kind: 'scope', id: scopeId });

async function settle(deps: Deps, { process }: StepInput): Promise<Next> {
  const known = await openScope(deps, process.id);
  if (!known) return { to: 'end' };
  const settledAtMs = lastMomentOf(known.value.selector) + INDEX_SETTLES_MS;
  if (deps.clock.now() < settledAtMs) return { waitUntilMs: settledAtMs };
  const sources = sourcesOf(known.value.selector);
  const at = { ...process, nowMs: deps.clock.now() };
  return sources
    ? spread(at, 'gather', sources.flatMap(partsOf).length)
    : spread(at, 'judge', EVERYONE_SHARDS);
}

type Segments = 'gather' | 'judge';
const doneWith = { gather: 'gathered', judge: 'judged' } as const;
const segmentsOf = (scopeId: string, step: Segments, count: number): ProcessRef[] =>
  Array.from({ length: count }, (_, segment) => ({ kind: 'scope', id: `${scopeId}-${step}-${segment}` }));

/** Begins the segments of a step. */
function spread({ id, nowMs }: { id: string; nowMs: number }, step: Segments, segments: number): Next {
  const starts = segmentsOf(id, step, segments);
  const writes = starts.map((ref, segment) => beginProcess(ref, step, { scope: id, segment }, nowMs));
  return { to: doneWith[step], state: { segments }, writes, starts };
}

function whenOver(step: Segments, next: (at: { id: string; nowMs: number }) => Next): Step {
  return async ({ table, clock }, { process: { id, state } }) => {
    const keys = segmentsOf(id, step, Number(state.segments)).map(processKey);
    const left = (await table.getMany(keys)).some(Boolean);
    return left ? { waitUntilMs: clock.now() + LOOK_EVERY_MS } : next({ id, nowMs: clock.now() });
  };
}

/** Makes one part of the audience of the pages that fill it, adds their numbers, and at last says so in the incident's chain. */
async function freeze(deps: Deps, { process: { id: scopeId }, requestId }: StepInput): Promise<Next> {
  const known = await openScope(deps, scopeId);
  if (!known) return { to: 'end' };
  const { value, item, opened } = known;
  const pages = await pagesOf(deps.table, scopeId, PAGES_PER_STEP);
  const { incidentId, n } = numberOf(scopeId);
  const put = (after: Scope) =>
    replaceScope(scopeEntity.make(incidentId, n, after, { sealer: opened.sealer, before: item }), item);
  if (pages.length === 0) {
    const after = frozen(value, toInstant(deps.clock.now()));
    const entry = { act: 'scope.frozen', staff: 'service', requestId, details: detailsOf(after) } as const;
    const { writes } = await incidentWrites(deps, opened, { entry, writes: [put(after)] });
    return { to: 'end', writes, count: after.ranges.people?.[1] ?? 0 };
  }
  const taken = pages.slice(0, fitting(pages.map(({ people }) => people)));
  const waiting = taken.map(({ segment, page }) => audiencePartKey(waitingIn(scopeId, segment), page));
  const members = (await deps.table.getMany(waiting)).flatMap(membersOf);
  const hash = hashOfPart(value.hash, value.parts, members);
  const after = { ...value, ...sumOf([value, ...taken]), parts: value.parts + 1, hash };
  const writes = [
    put(after),
    putAudiencePart(scopeId, value.parts, members),
    ...taken.flatMap((page) => removePage(scopeId, page)),
  ];
  return { to: 'freeze', writes };
}

/** How many of the first pages fit into one part; the first always does. */
function fitting(people: number[]): number {
  let sum = 0;
  const first = people.findIndex((count) => {
    sum += count;
    return sum > PART_MEMBERS;
  });
  return first === -1 ? people.length : Math.max(1, first);
}

function frozen(value: Scope, frozenAt: string): Scope {
  const { scopeId, selector, ranges, why, strangers, parts } = value;
  const hash = hashOfScope(value.hash, { scopeId, selector, ranges, why, strangers, parts, frozenAt });
  return { ...value, state: 'frozen', frozenAt, hash };
}

function detailsOf({ scopeId, ranges, parts, hash }: Scope) {
  const [atLeast, atMost] = ranges.people ?? [0, 0];
  return { scope: scopeId, atLeast, atMost, parts, sha256: hash };
}
