import type { Deps } from '../deps';
import type { Item, Write } from '../table/client';
import type { NewEntry } from '../table/ledger/ledger';
import type { Process, ProcessRef, ProcessState } from '../table/process/process';

/** Writes that a step may have: a transaction takes 100, of which the runner needs the row, an entry and its head. */
export const MAX_STEP_WRITES = 97;

/** What a step is given: the row, and the item of the person whom it is about, read with it. */
export type StepInput = { process: Process; self: Item | undefined; requestId: string };

/**
 * Where a step leads: to a step, or `end`. `writes` and, where one is named, the entry in the person's ledger are one
 * transaction with the move of the row: they happen once, however often the step is tried.
 */
export type Move = {
  to: string;
  state?: ProcessState;
  writes?: Write[];
  entry?: NewEntry;
  /** Processes that the writes begin. */
  starts?: ProcessRef[];
  /** Of what is done, for who asked. */
  count?: number;
};

/** Or it waits, for something that is bound to come and counts as no failure. */
export type Next = Move | { waitUntilMs: number };

/**
 * One step. It may be tried at any time and any number of times, by two runners at once as well: what it does before it
 * answers must do no harm a second time, and everything else it leaves to the writes that it answers. What it throws puts
 * the process off.
 */
export type Step = (deps: Deps, input: StepInput) => Promise<Next>;

/** A kind of process: its steps by name. A process begins at the step that whoever begins it names. */
export type ProcessKind = Readonly<Record<string, Step>>;
