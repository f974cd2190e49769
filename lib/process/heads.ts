import { createHash } from 'node:crypto';
import { DAY_MS, HOUR_MS } from '../clock';
import { SealError } from '../crypto/suite';
import type { Deps } from '../deps';
import { VAULT_DAYS } from '../policy/backups';
import { beijingDay } from '../policy/working-days';
import { HEADS, readNote, rolledBack } from '../table/changes/heads';
import { beginProcess, type ProcessRef, type ProcessState } from '../table/process/process';
import type { Next, ProcessKind, StepInput } from './kind';
import { type Found, tellFound } from './watch/tell';

const operation = 'process/heads';
/** What the names of all notes of a day come to, once the day is over. */
const ROOTS = 'roots/';

/** Notes that one step reads: of each up to 500 heads, with two units for each. */
const NOTES_PER_STEP = 10;
/** Notes of a day are all there so long after it. */
export const DAY_SETTLES_MS = HOUR_MS;
/** For so long after a restore it is told whose chain had gone further than the backup. */
const TOLD_AFTER_RESTORE_MS = 36 * HOUR_MS;

/**
 * Once a day: compares the heads of chains that the locked bucket has noted of the last 42 days with what the table says now, and
 * names whose chain ends earlier or goes on in another way (promise S9). It asks nothing of the table but these heads, so whoever
 * could also keep changes from being written down is found as well. The notes of each day that is over have a root, which says that
 * none of them has gone since.
 */
export const heads: ProcessKind = { look };

/**
 * What begins the look of a day, where anything was ever noted: it rides in the write by which the day begins, so that whoever dies behind
 * that write has begun the look as well. To be asked of the queue after `DAY_SETTLES_MS`.
 */
export async function headsOfToday({ vault, clock }: Pick<Deps, 'vault' | 'clock'>) {
  const { names } = await vault.names(HEADS);
  if (names.length === 0) return undefined;
  const nowMs = clock.now();
  const ref: ProcessRef = { kind: 'heads', id: beijingDay(nowMs) };
  const from = beijingDay(nowMs - VAULT_DAYS * DAY_MS);
  const state = { after: `${HEADS}${from}`, from, days: '', noted: 0 };
  return { ref, begin: beginProcess(ref, 'look', state, nowMs + DAY_SETTLES_MS) };
}

async function look(deps: Deps, { process: { id: today, state }, requestId }: StepInput): Promise<Next> {
  const { vault } = deps;
  const page = await vault.names(HEADS, String(state.after));
  const names = page.names.slice(0, NOTES_PER_STEP);
  const found: Found[] = [];
  let so: ProcessState = state;
  for (const name of names) {
    const content = await vault.read(name);
    so = await passed(deps, so, dayOf(name), today, requestId);
    so = { ...so, after: name, root: digestOf(so.root, name, content), noted: Number(so.noted) + 1 };
    found.push(...(await compared(deps, content, requestId)));
  }
  await tellFound(deps, found, { requestId, operation });
  if (names.length > 0) return { to: 'look', state: so };
  if (page.last !== undefined) return { to: 'look', state: { ...so, after: page.last } };
  so = await passed(deps, so, undefined, today, requestId);
  const roots = await vault.names(ROOTS, `${ROOTS}${so.from}`);
  const missed = roots.names.filter((name) => !String(so.days).includes(dayOf(name)));
  if (missed.length > 0)
    deps.log({ event: 'alarm', requestId, operation, outcome: 'ROOT', count: missed.length });
  return { to: 'end', count: Number(so.noted) };
}

/** @throws AppError PARTNER_UNAVAILABLE */
async function compared(deps: Deps, content: Buffer | undefined, requestId: string): Promise<Found[]> {
  const { ring, table, clock, policy } = deps;
  const alarm = (outcome: string) => deps.log({ event: 'alarm', requestId, operation, outcome });
  if (!content) {
    alarm('HIDDEN');
    return [];
  }
  const note = await readNote(ring, content).catch((error: unknown) => {
    if (!(error instanceof SealError || error instanceof SyntaxError)) throw error;
    alarm('FORGED');
    return undefined;
  });
  if (!note) return [];
  const openedAtMs = policy.openedAtMs();
  const isBefore = Date.parse(note.at) < openedAtMs;
  if (isBefore && clock.now() - openedAtMs > TOLD_AFTER_RESTORE_MS) return [];
  const back = await rolledBack(table, note.heads);
  return back.map((item) => ({ how: isBefore ? 'lost' : 'rolled-back', item }));
}

/** Notes the root of a day that has been gone through, or compares it with the one that was noted. */
async function passed(
  { vault, ring, log }: Deps,
  state: ProcessState,
  next: string | undefined,
  today: string,
  requestId: string,
): Promise<ProcessState> {
  const { root, ...rest } = state;
  const day = dayOf(String(state.after));
  if (root === undefined || day === next) return state;
  if (day < today) {
    const name = `${ROOTS}${day}`;
    const said = await ring.mac('heads', `${day} ${root}`);
    await vault.put(name, said);
    const noted = await vault.read(name);
    if (!noted?.equals(said)) log({ event: 'alarm', requestId, operation, outcome: 'ROOT' });
  }
  return { ...rest, days: `${rest.days} ${day}` };
}

const dayOf = (name: string): string => name.split('/')[1] ?? '';

function digestOf(root: string | number | undefined, name: string, content: Buffer | undefined): string {
  const of = createHash('sha256')
    .update(content ?? '')
    .digest('base64url');
  return createHash('sha256')
    .update(`${root ?? ''}\n${name}\n${of}`)
    .digest('base64url');
}
