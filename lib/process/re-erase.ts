import { toInstant } from '../clock';
import type { Deps } from '../deps';
import { ENDS } from '../table/ends/end';
import { endOfAccount } from '../table/person/end-of-account';
import { beginProcess, type ProcessRef } from '../table/process/process';
import { lostRace } from '../table/races';
import { openedTableKey, openTable, readOpened } from '../table/service/opened-table';
import type { Next, ProcessKind, StepInput } from './kind';
import { bringAbout } from './re-erase/again';
import { certificates } from './re-erase/certificates';
import { items, itemsHeld } from './re-erase/items';
import { periods } from './re-erase/periods';

const KIND = 're-erase';

/** Ends that one step goes through. */
const ENDS_PER_STEP = 100;
/** How often all of them are gone through again, until everybody is erased and everything held; and what waits is looked at. */
const PASS_EVERY_MS = 10_000;

/**
 * Brings about again in a restored table what had ended since the backup, and then opens the service on it (promise S7; PIPL art.
 * 47). Until its end every call over HTTP is refused (lib/gate/dispatch.ts). Single items go first: none of them was held then. What else the
 * locked bucket notes is gone through in the order in which it was, pass after pass until one has found nothing that is not over; then
 * what ended while it was held, and what has reached its period is swept.
 */
export const reErase: ProcessKind = { certificates, items, replay, 'items-held': itemsHeld, periods, open };

/**
 * Kinds of processes that go on in a restored table, or are begun there; every other waits until it is opened. Nobody is erased while
 * a hold is at freezing what it names of them, so holds go on as well.
 */
export function goesOnRestored(kind: string): boolean {
  return [KIND, endOfAccount('').kind, 'erasure', 'hold'].includes(kind);
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
    await table.write(beginProcess(ref, 'certificates', { begun: 0, ofPass: 0, swept: 0 }, clock.now()));
    return { ref, begun: true };
  } catch (error) {
    lostRace(error);
    return { ref, begun: false };
  }
}

async function replay(deps: Deps, { process: { state }, requestId }: StepInput): Promise<Next> {
  const { clock, vault } = deps;
  const { after: before, restUntilMs, ...counts } = state;
  if (clock.now() < Number(restUntilMs ?? 0)) return { waitUntilMs: Number(restUntilMs) };
  const page = await vault.names(ENDS, before === undefined ? undefined : String(before));
  const names = page.names.slice(0, ENDS_PER_STEP);
  const { passed, begun, underWay } = await bringAbout(deps, names, requestId);
  const ofPass = Number(counts.ofPass) + underWay;
  const so = { ...counts, begun: Number(counts.begun) + begun, ofPass };
  const rest = { restUntilMs: clock.now() + PASS_EVERY_MS };
  if (passed < names.length) {
    const last = names[passed - 1] ?? before;
    return { to: 'replay', state: { ...so, ...rest, ...(last !== undefined && { after: last }) } };
  }
  const last = passed < page.names.length ? names.at(-1) : page.last;
  if (last !== undefined) return { to: 'replay', state: { ...so, after: last } };
  // It ends by processes of its own, and something may have ended elsewhere while this went on.
  return ofPass === 0
    ? { to: 'items-held', state: so }
    : { to: 'replay', state: { ...so, ...rest, ofPass: 0 } };
}

async function open({ table, clock }: Deps, { process: { id, state } }: StepInput): Promise<Next> {
  const [item] = await table.getMany([openedTableKey]);
  const seen = readOpened(item)?.table;
  const count = Number(state.begun);
  // What a backup holds of an earlier restore opens nothing.
  if (seen === id || (await table.identity()) !== id) return { to: 'end', count };
  return { to: 'end', count, writes: [openTable(seen, id, toInstant(clock.now()))] };
}
