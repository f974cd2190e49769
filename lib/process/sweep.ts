import type { Deps } from '../deps';
import type { Write } from '../table/client';
import type { ProcessRef } from '../table/process/process';
import { beginProcess } from '../table/process/process';
import type { After } from '../table/readers/sweep';
import type { Next, ProcessKind, StepInput } from './kind';
import { afterIn, placeIn } from './sweep/place';
import { sweepPart } from './sweep/sweep-part';

/** A backlog is worked off at a bounded rate, so that people are not kept waiting: so many pages of a part … */
const PAGES_AT_ONCE = 10;
/** … and no sooner than this after the ones before. */
const PAUSE_MS = 10_000;

/**
 * Works off what the hourly run has left of one part of the index: a few pages at a time, each item once. What fails stays
 * for the next hour. Of two runners one loses the row, and every item goes once whatever happens.
 */
export const sweep: ProcessKind = sweepBy(PAGES_AT_ONCE);

/** The same by so many pages at a time. */
export function sweepBy(pages: number): ProcessKind {
  return { part: (deps, input) => part(deps, input, pages) };
}

/** The process that works off one part. */
export const sweepOf = (shard: number): ProcessRef => ({ kind: 'sweep', id: `part-${shard}` });

/** Begins it behind what was looked at. Refused while there is one. */
export function beginSweep(shard: number, after: After, failed: number, nowMs: number): Write {
  const state = { ...placeIn(after), shard, swept: 0, failed, nextAtMs: nowMs };
  return beginProcess(sweepOf(shard), 'part', state, nowMs);
}

async function part(deps: Deps, { process: { state }, requestId }: StepInput, pages: number): Promise<Next> {
  const nextAtMs = Number(state.nextAtMs);
  const startedAtMs = deps.clock.now();
  if (startedAtMs < nextAtMs) return { waitUntilMs: nextAtMs };
  const shard = Number(state.shard);
  const from = { pages, after: afterIn(state), requestId };
  const { swept, failed, after } = await sweepPart(deps, shard, from);
  const so = { swept: Number(state.swept) + swept, failed: Number(state.failed) + failed };
  if (after) {
    const next = { ...state, ...so, ...placeIn(after), nextAtMs: startedAtMs + PAUSE_MS };
    return { to: 'part', state: next };
  }
  const operation = 'process/sweep';
  deps.log({ event: 'erasure', requestId, operation, count: so.swept });
  if (so.failed > 0) deps.log({ event: 'alarm', requestId, operation, outcome: 'FAILED', count: so.failed });
  return { to: 'end', count: so.swept };
}
