import { HOUR_MS, MINUTE_MS, toInstant } from '../clock';
import { SealError } from '../crypto/suite';
import type { Deps } from '../deps';
import { AppError } from '../errors';
import { faultOf } from '../log';
import { ConditionFailed, type Item } from '../table/client';
import { keys } from '../table/keys';
import { appendEntry } from '../table/ledger/append';
import { readPerson } from '../table/person/person';
import {
  endProcess,
  holdProcess,
  moveProcess,
  type Process,
  type ProcessRef,
  processKey,
  putOffProcess,
  readProcess,
} from '../table/process/process';
import { lostRace, untilWon } from '../table/races';
import type { Move, ProcessKind } from './kind';
import { kindsOpened, processKinds } from './kinds';

/** Steps of one run, those that another runner was quicker at among them; a message then has it go on. */
const MAX_STEPS = 100;
/** A run takes up no further step after this long, well inside the platform's 60 s. */
const RUN_MS = 40_000;
/** Refusals in a row that are no lost race, before the step counts as failed. */
const MAX_REFUSALS = 3;
/** The first pause after a failure; each further one is twice as long, up to the longest. */
const FIRST_PAUSE_MS = MINUTE_MS;
const LONGEST_PAUSE_MS = 6 * HOUR_MS;
/** Failures in a row from which on every one rings. */
const RING_FROM_ATTEMPTS = 5;

/**
 * `done`: this run ended it. `already-done`: there is none. `waits`: it is not due, now or again. `failed`: so is it, because
 * a step could not be done. `goes-on`: a message has been sent to go on with it.
 */
export type RunOutcome = {
  outcome: 'done' | 'already-done' | 'waits' | 'failed' | 'goes-on';
  count: number;
};

/**
 * Takes a process from step to step until it is over or has to wait. Safe to repeat at any point and for several runners
 * at once: each move is held to the row's version. What fails goes back to the row and its `dueAt`, with pauses that grow,
 * and never round the queue until it dies. A kind or a step that this build does not know is left as it is, and rings; so is a row that somebody has altered.
 * With `holdMs` no other runner is at the same step for that long, where two at once would do harm to no data and waste
 * what others wait for; each run then takes one step.
 * @throws AppError BUSY when the table cannot be reached to put it off: the message then comes again
 */
export async function runProcess(
  deps: Deps,
  ref: ProcessRef,
  requestId: string,
  kinds: Readonly<Record<string, ProcessKind>> = processKinds,
  holdMs = 0,
): Promise<RunOutcome> {
  const stopAtMs = deps.clock.now() + RUN_MS;
  let refusals = 0;
  let mine: string | undefined;
  for (let step = 0; step < MAX_STEPS && deps.clock.now() <= stopAtMs; step += 1) {
    const looked = await look(deps, ref).catch((error) => rings(deps, ref, error, requestId));
    if (!looked) return { outcome: 'failed', count: 0 };
    const { process: seen, self } = looked;
    if (!seen) return { outcome: 'already-done', count: 0 };
    const isMine = seen.heldUntil !== undefined && seen.heldUntil === mine;
    const isDue = Date.parse(seen.dueAt) <= deps.clock.now();
    if (isMine && !isDue) return wait(deps, seen, Date.parse(seen.dueAt)); // woken meanwhile, for later
    const isFree = isMine || Date.parse(seen.heldUntil ?? seen.dueAt) <= deps.clock.now();
    const process = isDue && isFree ? await hold(deps, seen, holdMs) : undefined;
    if (!process) return { outcome: 'waits', count: 0 };
    mine = process.heldUntil;
    try {
      const over = await takeStep(deps, process, self, requestId, kinds);
      if (over) return over;
      refusals = 0;
    } catch (error) {
      const lost = error instanceof ConditionFailed && error.found[0] !== undefined;
      refusals += lost ? 0 : 1;
      const mayPass = lost || (error instanceof ConditionFailed && refusals < MAX_REFUSALS);
      if (!mayPass) return fail(deps, process, error, requestId);
    }
  }
  await deps.queue.send([ref]);
  return { outcome: 'goes-on', count: 0 };
}

async function look({ table }: Deps, ref: ProcessRef): Promise<{ process?: Process; self?: Item }> {
  const { subjectId } = ref;
  const person = subjectId === undefined ? [] : [keys.person(subjectId)];
  const [row, self] = await table.getMany([processKey(ref), ...person]);
  const process = readProcess(row);
  return { ...(process && { process }), ...(self && { self }) };
}

/** A row that is not as the service wrote it is obeyed by nobody and stays where it is. Anything else is thrown on. */
function rings(deps: Deps, { kind }: ProcessRef, error: unknown, requestId: string): undefined {
  if (!(error instanceof SealError)) throw error;
  const operation = `process/${kind}`;
  deps.log({ event: 'fault', requestId, operation, ...faultOf(error) });
  deps.log({ event: 'alarm', requestId, operation, outcome: 'STUCK' });
}

/** Has everybody else wait while a step is taken. Undefined where somebody was quicker. */
async function hold({ table, clock }: Deps, process: Process, holdMs: number): Promise<Process | undefined> {
  if (holdMs === 0) return process;
  try {
    const untilMs = clock.now() + holdMs;
    await table.write(holdProcess(process, untilMs));
    const dueAt = toInstant(untilMs);
    return { ...process, version: process.version + 1, dueAt, heldUntil: dueAt };
  } catch (error) {
    return lostRace(error);
  }
}

/** Undefined where it can go on at once. */
async function takeStep(
  deps: Deps,
  process: Process,
  self: Item | undefined,
  requestId: string,
  kinds: Readonly<Record<string, ProcessKind>>,
): Promise<RunOutcome | undefined> {
  const kind = Object.hasOwn(kinds, process.kind) ? kinds[process.kind] : undefined;
  const step = kind && Object.hasOwn(kind, process.step) ? kind[process.step] : undefined;
  if (!step) throw new UnknownStep();
  const kindsOf = kindsOpened[process.kind];
  const opener = { requestId, operation: `process/${process.kind}`, ...(kindsOf && { kinds: kindsOf }) };
  const next = await step({ ...deps, trail: deps.trail.of(opener) }, { process, self, requestId });
  if ('waitUntilMs' in next) return wait(deps, process, next.waitUntilMs);
  await commit(deps, process, self, next);
  if (next.starts) await deps.queue.send(next.starts);
  if (next.to !== 'end') return undefined;
  const { count = 0 } = next;
  deps.log({ event: 'process', requestId, operation: `process/${process.kind}`, count });
  return { outcome: 'done', count };
}

/** What the code does not know is not guessed at. */
class UnknownStep extends Error {
  override name = 'UnknownStep';
}

async function commit(
  deps: Deps,
  process: Process,
  self: Item | undefined,
  { to, state = process.state, writes = [], entry }: Move,
): Promise<void> {
  const move = to === 'end' ? endProcess(process) : moveProcess(process, to, state);
  if (entry && self) await appendEntry(deps, readPerson(self), entry, [move, ...writes]);
  else await deps.table.write(move, ...writes);
}

/** A short wait is ended by the queue as well; a longer one by the index alone. Who was woken while held waits for no longer. */
async function wait(deps: Deps, process: Process, untilMs: number): Promise<RunOutcome> {
  const waitsUntilMs = await untilWon(async () => {
    try {
      await deps.table.write(putOffProcess(process, untilMs, process.attempts));
      return untilMs;
    } catch (error) {
      const woken = error instanceof ConditionFailed ? readProcess(error.found[0]?.item) : undefined;
      if (!woken || !process.heldUntil || woken.heldUntil !== process.heldUntil) throw error;
      process.version = woken.version;
      untilMs = Math.min(untilMs, Date.parse(woken.dueAt));
      return undefined;
    }
  });
  await deps.queue.send([refOf(process)], waitsUntilMs - deps.clock.now());
  return { outcome: 'waits', count: 0 };
}

async function fail(deps: Deps, process: Process, error: unknown, requestId: string): Promise<RunOutcome> {
  const operation = `process/${process.kind}`;
  const attempts = process.attempts + 1;
  // What is expected of a partner is in the log already; what nobody expects is a fault.
  if (!(error instanceof AppError)) deps.log({ event: 'fault', requestId, operation, ...faultOf(error) });
  if (error instanceof UnknownStep || attempts >= RING_FROM_ATTEMPTS)
    deps.log({ event: 'alarm', requestId, operation, outcome: 'STUCK', count: attempts });
  const pauseMs = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** process.attempts);
  const untilMs = deps.clock.now() + pauseMs;
  try {
    await deps.table.write(putOffProcess(process, untilMs, attempts));
  } catch (lost) {
    if (!(lost instanceof ConditionFailed)) throw lost;
    return { outcome: 'waits', count: 0 }; // another runner has moved it
  }
  await deps.queue.send([refOf(process)], pauseMs);
  return { outcome: 'failed', count: 0 };
}

function refOf({ kind, id, subjectId }: Process): ProcessRef {
  return { kind, id, ...(subjectId !== undefined && { subjectId }) };
}
