import { toInstant } from '../clock';
import type { Deps } from '../deps';
import { listsOf, type Source, sourcesOf } from '../scope/selector';
import { type Judged, sumOf, tallyOf } from '../scope/tally';
import { slicesOf } from '../slices';
import type { Item, Table } from '../table/client';
import { openIncidentItem } from '../table/incident/change-incident';
import { incidentKey, type OpenIncident } from '../table/incident/incident';
import { listedKey, listedPeople, listedPerson } from '../table/incident/people-list';
import {
  candidatesOf,
  numberOf,
  putCandidate,
  putPage,
  removeCandidate,
  type Scope,
  scope as scopeEntity,
  scopeKey,
  waitingIn,
} from '../table/incident/scope';
import { touchedBy } from '../table/ledger/touched';
import { touchedKeys } from '../table/ledger/touched-key';
import { type Member, putAudiencePart } from '../table/notice/audience';
import { subjectsOfShard } from '../table/person/all-subjects';
import type { ProcessState } from '../table/process/process';
import { judgePerson } from '../table/readers/affected';
import { isChannelPartner } from '../table/readers/messages';
import type { Next, StepInput } from './kind';
import { toldIn } from './scope-told';

/** The steps of the segments of a scope (scope.ts), each of which goes through a part of its own. */

/** People that one step finds or looks at: with what it writes of them, they fit into one transaction. */
export const PEOPLE_PER_STEP = 90;
/** People whose partitions are read side by side. */
const AT_ONCE = 10;
export type OpenScope = { value: Scope; item: Item; opened: OpenIncident };

/** Undefined where the incident has been taken away since. */
export async function openScope(deps: Deps, scopeId: string): Promise<OpenScope | undefined> {
  const keys = [incidentKey(numberOf(scopeId).incidentId), scopeKey(scopeId)];
  const [head, item] = await deps.table.getMany(keys);
  const opened = await openIncidentItem(deps, head);
  const value = opened && scopeEntity.read(item, { sealer: opened.sealer });
  return value && item && { value, item, opened };
}

/** The parts that a source is gone through in. */
export function partsOf(source: Source): { source: Source; part: number }[] {
  const parts =
    source.by === 'touched' ? touchedKeys(actorOf(source)).length + (isByNotices(source) ? 1 : 0) : 1;
  return Array.from({ length: parts }, (_, part) => ({ source, part }));
}

/** Whether a source is a partner by which notices go: they leave no entry in the index, and a part of their own finds them. */
const isByNotices = ({ actor: { kind, id } }: Touching): boolean =>
  kind === 'recipient' && isChannelPartner(id);

type Touching = Extract<Source, { by: 'touched' }>;
const actorOf = ({ actor: { kind, id } }: Touching) => `${kind}:${id}` as const;

/** Notes whom one page of a source names. Whoever is named twice is one candidate. */
export async function gather(deps: Deps, { process: { state } }: StepInput): Promise<Next> {
  const known = await openScope(deps, String(state.scope));
  if (!known) return { to: 'end' };
  const { selector, scopeId } = known.value;
  const segment = sourcesOf(selector)?.flatMap(partsOf)[Number(state.segment)];
  if (!segment) throw new Error('a segment of a scope has no source');
  const after = state.after === undefined ? undefined : String(state.after);
  const { subjectIds, last } = await pageOf(deps.table, known.opened.incident.incidentId, segment, after);
  const writes = [...new Set(subjectIds)].map((id) => putCandidate(scopeId, id));
  return last === undefined
    ? { to: 'end', writes }
    : { to: 'gather', writes, state: { ...state, after: last } };
}

async function pageOf(
  table: Table,
  incidentId: string,
  { source, part }: ReturnType<typeof partsOf>[number],
  after: string | undefined,
): Promise<{ subjectIds: string[]; last: string | undefined }> {
  if (source.by !== 'touched')
    return listedPeople(table, { incidentId, list: source.list }, PEOPLE_PER_STEP, after);
  const position = { part, key: after === undefined ? undefined : JSON.parse(after) };
  const [from, to] = [toInstant(Date.parse(source.from)), toInstant(Date.parse(source.until) - 1)];
  if (part === touchedKeys(actorOf(source)).length)
    return toldIn(table, { from, until: source.until }, after);
  const page = { after: position, limit: PEOPLE_PER_STEP };
  const { touched, next } = await touchedBy(table, actorOf(source), from, to, page);
  // The next part is another segment's.
  const last = next?.key === undefined ? undefined : JSON.stringify(next.key);
  return { subjectIds: touched.map(({ subjectId }) => subjectId), last };
}

/** Looks at the people of one page, and leaves what it has found to be frozen. */
export async function judge(deps: Deps, { process: { state } }: StepInput): Promise<Next> {
  const {
    scope: scopeId,
    segment,
    page,
  } = { page: 0, ...state, scope: String(state.scope), segment: Number(state.segment) };
  const known = await openScope(deps, scopeId);
  if (!known) return { to: 'end' };
  const isBounded = sourcesOf(known.value.selector) !== undefined;
  const { subjectIds, next } = await (isBounded ? candidates : everybody)(deps.table, state);
  const judged = await judgeAll(deps, known, subjectIds);
  const affected = judged.filter(({ verdict }) => verdict.is !== 'out');
  const found = affected.length > 0;
  const at = { segment, page: Number(page) };
  const writes = [
    ...(found ? [putPage(scopeId, at, affected.length, sumOf(affected.map(tallyOf)))] : []),
    ...(found ? [putAudiencePart(waitingIn(scopeId, segment), at.page, affected.map(memberOf))] : []),
    ...(isBounded ? subjectIds.map((id) => removeCandidate(scopeId, id)) : []),
  ];
  if (!next) return { to: 'end', writes };
  return { to: 'judge', writes, state: { ...state, page: at.page + (found ? 1 : 0), ...next } };
}

type Page = { subjectIds: string[]; next: ProcessState | undefined };

/** Candidates go when they have been looked at, so the first that are left are the next. */
async function candidates(table: Table, { scope: scopeId, segment }: ProcessState): Promise<Page> {
  const { subjectIds, more } = await candidatesOf(table, String(scopeId), Number(segment), PEOPLE_PER_STEP);
  return { subjectIds, next: more ? {} : undefined };
}

async function everybody(table: Table, { segment, after }: ProcessState): Promise<Page> {
  const from = after === undefined ? undefined : String(after);
  const { subjectIds, last } = await subjectsOfShard(table, Number(segment), PEOPLE_PER_STEP, from);
  return { subjectIds, next: last === undefined ? undefined : { after: last } };
}

async function judgeAll(
  { table, clock }: Deps,
  { value, opened }: OpenScope,
  ids: string[],
): Promise<Judged[]> {
  const { incidentId } = opened.incident;
  const { selector } = value;
  const lists = await Promise.all(
    listsOf(selector).map(async (list): Promise<[string, Map<string, string[]>]> => {
      const items = await table.getMany(ids.map((id) => listedKey(incidentId, list, id)));
      const kinds = items.map((item, index) => [ids[index] ?? '', listedPerson.read(item)?.kinds] as const);
      return [list, new Map(kinds.filter((one): one is [string, string[]] => one[1] !== undefined))];
    }),
  );
  const on = new Map(lists);
  const judged: Judged[] = [];
  for (const some of slicesOf(ids, AT_ONCE)) {
    const all = some.map((id) =>
      judgePerson(table, id, selector, clock.now(), (list) => on.get(list)?.get(id)),
    );
    judged.push(...(await Promise.all(all)).flatMap((one) => one ?? []));
  }
  return judged;
}

function memberOf({ subjectId, verdict, minor }: Judged): Member {
  return { subjectId, kinds: [...verdict.kinds.keys()], minor, certain: verdict.is === 'in' };
}
