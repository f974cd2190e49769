import { toInstant } from '../clock';
import type { Deps } from '../deps';
import { keys } from '../table/keys';
import { readPerson } from '../table/person/person';
import { closeAgain, readTombstone, TOMBSTONES } from '../table/person/tombstone';
import { beginProcess, type ProcessRef } from '../table/process/process';
import { lostRace } from '../table/races';
import { eraseSteps } from '../table/readers/erase';
import { endedItems } from '../table/readers/sweep';
import { openedTableKey, openTable, readOpened } from '../table/service/opened-table';
import type { Next, ProcessKind, StepInput } from './kind';

const KIND = 're-erase';

/** Tombstones that one step looks at, side by side. */
const PEOPLE_PER_STEP = 20;
/** Records past their period that one step takes away. */
const ENDED_PER_STEP = 200;

/**
 * Ends in a restored table what had ended since the backup, and then opens the service on it (promise S7; PIPL art. 47). Until
 * its end every call over HTTP is refused (lib/gate/dispatch.ts). People are erased by their tombstones in the locked bucket, pass
 * after pass until one has found nobody; what has reached its period is swept.
 */
export const reErase: ProcessKind = { people, periods, open };

/** Kinds of processes that go on in a restored table; every other waits until it is opened. */
export function goesOnRestored(kind: string): boolean {
  return kind === KIND;
}

/** The one of a table: whatever of another restore lies in a backup is not it. */
export function reErasureOf(table: string): ProcessRef {
  return { kind: KIND, id: table };
}

/** Begins it in a restored table, unless it is on its way. Says whether this call began it. */
export async function beginReErasure({ table, clock }: Pick<Deps, 'table' | 'clock'>): Promise<{
  ref: ProcessRef;
  begun: boolean;
}> {
  const ref = reErasureOf(await table.identity());
  try {
    await table.write(beginProcess(ref, 'people', { erased: 0, passErased: 0, swept: 0 }, clock.now()));
    return { ref, begun: true };
  } catch (error) {
    lostRace(error);
    return { ref, begun: false };
  }
}

async function people(deps: Deps, { process: { state } }: StepInput): Promise<Next> {
  const after = state.after === undefined ? undefined : String(state.after);
  const page = await deps.vault.names(TOMBSTONES, after);
  const names = page.names.slice(0, PEOPLE_PER_STEP);
  const found = await Promise.all(names.map((name) => eraseAgain(deps, name)));
  const now = found.filter(Boolean).length;
  const { after: _after, ...counts } = state;
  const erased = Number(state.erased) + now;
  const passErased = Number(state.passErased) + now;
  const last = names.length < page.names.length ? names.at(-1) : page.last;
  if (last !== undefined) return { to: 'people', state: { ...counts, erased, passErased, after: last } };
  // Somebody may have been erased elsewhere while this went on.
  return { to: passErased > 0 ? 'people' : 'periods', state: { ...counts, erased, passErased: 0 } };
}

/** Whether there was anything left to erase of the person whom a tombstone is of. Safe to repeat, and for two at once. */
async function eraseAgain(deps: Deps, name: string): Promise<boolean> {
  const { table, objects, vault } = deps;
  const { subjectId, day } = readTombstone(name);
  const [self] = await table.getMany([keys.person(subjectId)]);
  let at: string | undefined;
  if (self && readPerson(self).lifeState !== 'erased') {
    // The end of the account stays when it was: what outlives it counts from then.
    at = (await vault.read(name))?.toString() ?? day;
    const [close] = closeAgain(subjectId, readPerson(self).lifeState, at);
    if (close) await table.write(close);
  }
  let steps = 0;
  for await (const { files, writes } of eraseSteps(table, subjectId, { at: at ?? day })) {
    if (files.length > 0) await objects.remove(files);
    await table.write(...writes);
    steps += 1;
  }
  return steps > 0;
}

async function periods({ table, objects, clock }: Deps, { process: { state } }: StepInput): Promise<Next> {
  let looked = 0;
  for await (const { files, writes } of endedItems(table, clock.now())) {
    if (files.length > 0) await objects.remove(files);
    await table.write(...writes).catch(lostRace);
    looked += 1;
    if (looked === ENDED_PER_STEP) break;
  }
  const to = looked === ENDED_PER_STEP ? 'periods' : 'open';
  return { to, state: { ...state, swept: Number(state.swept) + looked } };
}

async function open({ table, clock }: Deps, { process: { id, state } }: StepInput): Promise<Next> {
  const [item] = await table.getMany([openedTableKey]);
  const seen = readOpened(item);
  const count = Number(state.erased);
  // What a backup holds of an earlier restore opens nothing.
  if (seen === id || (await table.identity()) !== id) return { to: 'end', count };
  return { to: 'end', count, writes: [openTable(seen, id, toInstant(clock.now()))] };
}
