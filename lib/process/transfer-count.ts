import { createHash } from 'node:crypto';
import { toInstant } from '../clock';
import type { Deps } from '../deps';
import { type Books, bookColumns, columnOf, noBooks } from '../notice/books';
import { planNoticeId } from '../notice/plan';
import type { Item, Write } from '../table/client';
import { itemsOfPerson } from '../table/items-of-person';
import { EVERYONE_SHARDS, shardOf } from '../table/keys';
import { noticeKey, noticeOf } from '../table/notice/notice';
import { type Plan, putPlan, type TransferCount } from '../table/notice/plan';
import { readRecipient, recipientKey, SELF } from '../table/notice/recipient';
import { isGone } from '../table/person/dormancy';
import type { Person } from '../table/person/person';
import type { ProcessRef, ProcessState } from '../table/process/process';
import { entityOf } from '../table/readers/partition';
import { kindsOf } from '../table/readers/scope';
import { audienceProcess, beginAudience } from './audience/begin';
import { approvedPlan } from './audience/plan';
import { walk } from './audience/walk';
import type { Next, ProcessKind, StepInput } from './kind';
import { INDEX_SETTLES_MS } from './scope';

/** People whom one step counts: each one's partition is read for the kinds that they hold. */
const PEOPLE_PER_STEP = 20;
/** Notices of one plan at most; whoever comes after the last is not addressed, and so stays pending. */
export const MAX_ROUNDS = 9;

/**
 * Counts everybody whose data a transfer would move, anew, by their own rows (promise D5): affected = delivered + announced +
 * exempt + pending, and whoever was addressed by no notice is pending. It goes through the people and not through an audience,
 * so that nobody can be missing from it. Whoever came since the last notice is addressed by a further one.
 */
export const transferCount: ProcessKind = { count };

export const transferCountOf = (planId: string, version: number): ProcessRef => ({
  kind: 'transfer-count',
  id: `${planId}-${version}`,
});

async function count(deps: Deps, { process: { id, state } }: StepInput): Promise<Next> {
  const plan = await approvedPlan(deps, state);
  if (plan.state !== 'approved' || plan.counting !== id) return { to: 'end' };
  const before = String(state.registeredBefore);
  const settledAtMs = Date.parse(before) + INDEX_SETTLES_MS;
  if (deps.clock.now() < settledAtMs) return { waitUntilMs: settledAtMs };
  const { people, next } = await walk(deps, placeOf(state), PEOPLE_PER_STEP, (some) =>
    some.filter((person) => !isGone(person) && person.createdAt < before),
  );
  const rows = await rowsOf(deps, plan, people);
  const after: ProcessState = { ...state, ...next };
  if (next?.after === undefined) delete after.after;
  for (const [index, person] of people.entries()) {
    const own = rows[index] ?? [];
    add(after, `is ${columnOfAll(own)}`);
    if (own.length === 0) add(after, 'unaddressed');
    const segment = `segment ${shardOf(person.subjectId, EVERYONE_SHARDS)}`;
    after[segment] = createHash('sha256')
      .update(`${after[segment] ?? ''}\n${person.subjectId}`)
      .digest('hex');
    for (const kind of await heldBy(deps, person)) add(after, `kind ${kind}`);
  }
  if (next) return { to: 'count', state: after };
  return finish(deps, plan, after);
}

const placeOf = ({ shard, after }: ProcessState): ProcessState => ({
  ...(shard !== undefined && { shard }),
  ...(after !== undefined && { after }),
});

function add(state: ProcessState, name: string): void {
  state[name] = Number(state[name] ?? 0) + 1;
}

/** The rows that somebody has of the plan's notices. */
async function rowsOf({ table }: Deps, plan: Plan & { approvedAt: string }, people: Person[]) {
  const of = Array.from({ length: plan.rounds }, (_, index) => planNoticeId(plan, index + 1));
  const items = await table.getMany(
    people.flatMap(({ subjectId }) =>
      of.map((noticeId) => recipientKey(subjectId, { noticeId, about: SELF })),
    ),
  );
  return people.map(() =>
    items.splice(0, of.length).flatMap((item: Item | undefined) => readRecipient(item) ?? []),
  );
}

/** Told by any of them is told; left to the announcement by any of them, announced. */
function columnOfAll(rows: ReturnType<typeof readRecipient>[]): Exclude<keyof Books, 'affected' | 'exempt'> {
  const columns = rows.map((row) => columnOf({ kinds: [], minor: false }, row, []));
  if (columns.includes('delivered')) return 'delivered';
  return columns.includes('announced') ? 'announced' : 'pending';
}

async function heldBy({ table }: Deps, { subjectId }: Person): Promise<Set<string>> {
  const held = new Set<string>();
  for await (const item of itemsOfPerson(table, subjectId))
    for (const kind of kindsOf(item, entityOf(item))) held.add(kind);
  return held;
}

async function finish(deps: Deps, plan: Plan & { approvedAt: string }, state: ProcessState): Promise<Next> {
  const found = countOf(deps.clock.now(), state);
  const { version: _, counting: __, ...rest } = plan;
  const round = found.unaddressed > 0 ? await nextRound(deps, plan) : undefined;
  const after = { ...rest, count: found, rounds: plan.rounds + (round ? 1 : 0) };
  return {
    to: 'end',
    writes: [putPlan(plan, after), ...(round ? [round.write] : [])],
    ...(round && { starts: [round.ref] }),
    count: found.affected,
  };
}

/** A further notice, to those whom none has addressed yet, once everybody of the one before has their row. */
async function nextRound(
  { table }: Deps,
  plan: Plan & { approvedAt: string },
): Promise<{ ref: ProcessRef; write: Write } | undefined> {
  const [item] = await table.getMany([noticeKey(planNoticeId(plan, plan.rounds))]);
  if (noticeOf(item)?.state !== 'done' || plan.rounds >= MAX_ROUNDS) return undefined;
  return roundOf(plan, plan.rounds + 1);
}

/** What begins a round of telling a plan's people. */
export function roundOf(plan: Pick<Plan, 'planId' | 'kind'> & { approvedAt: string }, round: number) {
  const beganAtMs = Date.parse(plan.approvedAt);
  const ref = audienceProcess(`${plan.planId}-${round}`, beganAtMs);
  return { ref, write: beginAudience(ref, plan.kind, { plan: plan.planId, round }, beganAtMs) };
}

function countOf(nowMs: number, state: ProcessState): TransferCount {
  const of = (name: string) => Number(state[name] ?? 0);
  const books = noBooks();
  for (const column of bookColumns) books[column] = of(`is ${column}`);
  const kinds = Object.entries(state).flatMap(([name, value]) =>
    name.startsWith('kind ') ? [[name.slice('kind '.length), Number(value)] as const] : [],
  );
  return {
    ...books,
    affected: bookColumns.reduce((sum, column) => sum + books[column], 0),
    unaddressed: of('unaddressed'),
    countedAt: toInstant(nowMs),
    registeredBefore: String(state.registeredBefore),
    kinds: Object.fromEntries(kinds.toSorted(([a], [b]) => (a < b ? -1 : 1))),
    segments: Array.from({ length: EVERYONE_SHARDS }, (_, shard) => String(state[`segment ${shard}`] ?? '')),
  };
}
