import { HOUR_MS, toInstant } from '../clock';
import type { Deps } from '../deps';
import type { Item } from '../table/client';
import { notBeingFrozen } from '../table/hold/freezing';
import { keys, SWEEP_PARTS } from '../table/keys';
import { endOfAccount } from '../table/person/end-of-account';
import { readPerson } from '../table/person/person';
import { closeAgain, readTombstone, TOMBSTONES } from '../table/person/tombstone';
import {
  beginProcess,
  moveProcess,
  type Process,
  type ProcessRef,
  processKey,
  readProcess,
  wakeProcess,
} from '../table/process/process';
import { lostRace } from '../table/races';
import { declaredEntities } from '../table/readers/partition';
import { endedPage } from '../table/readers/sweep';
import { openedTableKey, openTable, readOpened } from '../table/service/opened-table';
import type { Next, ProcessKind, StepInput } from './kind';
import { afterIn, placeIn } from './sweep/place';

const KIND = 're-erase';

/** Tombstones that one step looks at, side by side. */
const PEOPLE_PER_STEP = 20;
/** How often all of them are looked at again, until everybody is erased. */
const PASS_EVERY_MS = 10_000;
/** Where the end of an account goes on whose cooling-off is over (end-account.ts). */
const BEHIND_COOLING_OFF = 'hold-items';
/** Its steps before which something of the person may still be there for others to meet. */
const erasing = ['cool', BEHIND_COOLING_OFF, 'bury', 'survey', 'items', 'stays'];

/**
 * Ends in a restored table what had ended since the backup, and then opens the service on it (promise S7; PIPL art. 47). Until
 * its end every call over HTTP is refused (lib/gate/dispatch.ts). Whoever has a tombstone in the locked bucket is ended as by
 * right, pass after pass until one has found nobody; then what has reached its period is swept.
 */
export const reErase: ProcessKind = { people, periods, open };

/**
 * Kinds of processes that go on in a restored table; every other waits until it is opened. Nobody is erased while a hold is at
 * freezing what it names of them, so holds go on as well.
 */
export function goesOnRestored(kind: string): boolean {
  return [KIND, endOfAccount('').kind, 'hold'].includes(kind);
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
    await table.write(beginProcess(ref, 'people', { begun: 0, ofPass: 0, swept: 0 }, clock.now()));
    return { ref, begun: true };
  } catch (error) {
    lostRace(error);
    return { ref, begun: false };
  }
}

async function people(deps: Deps, { process: { state } }: StepInput): Promise<Next> {
  const { clock, vault } = deps;
  const { after: before, restUntilMs, ...counts } = state;
  if (before === undefined && clock.now() < Number(restUntilMs ?? 0))
    return { waitUntilMs: Number(restUntilMs) };
  const page = await vault.names(TOMBSTONES, before === undefined ? undefined : String(before));
  const names = page.names.slice(0, PEOPLE_PER_STEP);
  const { begun, underWay } = await endAgain(deps, names);
  const all = Number(counts.begun) + begun.length;
  const ofPass = Number(counts.ofPass) + begun.length + underWay;
  const last = names.length < page.names.length ? names.at(-1) : page.last;
  const so = { ...counts, begun: all, ofPass };
  if (last !== undefined) return { to: 'people', state: { ...so, after: last }, starts: begun };
  if (ofPass === 0) return { to: 'periods', state: so };
  // They end by their own processes, and somebody may have been erased elsewhere while this went on.
  const again = { ...so, ofPass: 0, restUntilMs: clock.now() + PASS_EVERY_MS };
  return { to: 'people', state: again, starts: begun };
}

/**
 * Begins the end of every account that a tombstone is of and that a restore has brought back: behind its cooling-off, with what is
 * held kept as it was. Also says how many others are on their way.
 */
async function endAgain(
  deps: Deps,
  names: readonly string[],
): Promise<{ begun: ProcessRef[]; underWay: number }> {
  const refs = names.map((name) => endOfAccount(readTombstone(name).subjectId));
  const items = await deps.table.getMany([
    ...refs.map(({ subjectId }) => keys.person(String(subjectId))),
    ...refs.map(processKey),
  ]);
  const found = refs.map((ref, at) => ({
    ref,
    name: String(names[at]),
    self: items[at],
    row: readProcess(items[refs.length + at]),
  }));
  const isBack = ({ self, row }: (typeof found)[number]) =>
    self !== undefined && readPerson(self).lifeState !== 'erased' && (!row || row.step === 'cool');
  const back = found.filter(isBack);
  await Promise.all(back.map((one) => beginEndAgain(deps, one)));
  const others = found.filter((one) => !isBack(one) && one.row && erasing.includes(one.row.step));
  return { begun: back.map(({ ref }) => ref), underWay: others.length };
}

type Back = { ref: ProcessRef; name: string; self: Item | undefined; row: Process | undefined };

async function beginEndAgain({ table, vault, clock }: Deps, { ref, name, self, row }: Back): Promise<void> {
  if (!self) return;
  const { subjectId, lifeState, ledgerSeq } = readPerson(self);
  const { day } = readTombstone(name);
  // The account ended when it ended: what outlives it counts from then.
  const endedAt = (await vault.read(name))?.toString() ?? day;
  const close = closeAgain(subjectId, lifeState, endedAt);
  if (!row) {
    const state = { cause: ledgerSeq, count: 0, endedAt };
    await table.write(beginProcess(ref, BEHIND_COOLING_OFF, state, clock.now()), ...close);
    return;
  }
  await table.write(wakeProcess(row, clock.now()), ...close);
  const woken = { ...row, version: row.version + 1 };
  await table.write(moveProcess(woken, BEHIND_COOLING_OFF, { ...row.state, endedAt }));
}

/** One page of what has reached its period, in this run and by itself: nobody waits for it but whoever waits to be served. */
async function periods({ table, objects, clock }: Deps, { process: { state } }: StepInput): Promise<Next> {
  const { part = 0, swept, pk: _pk, sk: _sk, dueShard: _shard, dueAt: _at, ...of } = state;
  const nowMs = clock.now();
  // What ended within the hour as well: in a restored table nothing of it is to be met.
  const withinMs = nowMs + HOUR_MS;
  const { ended, after } = await endedPage(
    table,
    Number(part),
    nowMs,
    afterIn(state),
    declaredEntities,
    withinMs,
  );
  for (const { files, writes } of await notBeingFrozen(table, ended)) {
    if (files.length > 0) await objects.remove(files);
    await table.write(...writes).catch(lostRace);
  }
  const so = { ...of, swept: Number(swept) + ended.length };
  if (after) return { to: 'periods', state: { ...so, part, ...placeIn(after) } };
  const next = Number(part) + 1;
  return next < SWEEP_PARTS ? { to: 'periods', state: { ...so, part: next } } : { to: 'open', state: so };
}

async function open({ table, clock }: Deps, { process: { id, state } }: StepInput): Promise<Next> {
  const [item] = await table.getMany([openedTableKey]);
  const seen = readOpened(item);
  const count = Number(state.begun);
  // What a backup holds of an earlier restore opens nothing.
  if (seen === id || (await table.identity()) !== id) return { to: 'end', count };
  return { to: 'end', count, writes: [openTable(seen, id, toInstant(clock.now()))] };
}
