import { MINUTE_MS, toInstant } from '../clock';
import type { Deps } from '../deps';
import { beijingDay } from '../policy/working-days';
import { slicesOf } from '../slices';
import { HEADS, movedBy, noteOf } from '../table/changes/heads';
import { putBackBy } from '../table/changes/put-back';
import type { Item } from '../table/client';
import { nameOfInstant } from '../table/ends/end';
import { ENDS_PER_NOTE, ITEM_ENDS, itemEndsBy, noteOfItemEnds } from '../table/ends/item-end';
import { beginProcess, type ProcessRef, processKey, serviceProcess } from '../table/process/process';
import { lostRace } from '../table/races';
import type { Next, ProcessKind, StepInput } from './kind';
import { tellFound } from './watch/tell';

const KIND = 'watch';
const operation = `process/${KIND}`;

/** Each step changes the row of its own: so few changes of such rows alone are no reason to go on, which would never end. */
const QUIET_CHANGES = 100;

/** How soon a part with nothing new in it is looked at again: so long an end may have to wait for its note. */
const LOOK_EVERY_MS = MINUTE_MS / 2;
/** DynamoDB may say of a change only the minute in which it came. */
const CAME_WITHIN_MS = MINUTE_MS;

/**
 * Goes through what DynamoDB writes down of every change, page by page (promises K6, S9): names what was put back into the table around
 * the service, and notes in the locked bucket the heads of chains that have moved, and single items that somebody has ended, so that
 * no restore brings them back (promise S7). There is one of each part for as long as there is the part, hours to a day. What costs
 * is what has changed, and nothing else.
 */
export const watch: ProcessKind = { read };

/** Begins it for parts that have none. What is not there for a day is lost, so each hour is soon enough. */
export async function beginWatch({ changes, table, clock, queue, policy }: Deps): Promise<void> {
  if (policy.isRestored()) return;
  const refs = (await changes.parts()).map((id): ProcessRef => ({ kind: KIND, id }));
  const rows = refs.length > 0 ? await table.getMany(refs.map(processKey)) : [];
  const fresh = refs.filter((_, index) => !rows[index]);
  for (const ref of fresh) await table.write(beginProcess(ref, 'read', {}, clock.now())).catch(lostRace);
  if (fresh.length > 0) await queue.send(fresh);
}

async function read(deps: Deps, { process: { id, state }, requestId }: StepInput): Promise<Next> {
  // A table that is being filled from a backup gets everything as it was.
  const openedAtMs = deps.policy.openedAtMs();
  const isOurs = ({ atMs }: { atMs: number }) => atMs > openedAtMs;
  const { after } = state;
  const from = after === undefined ? undefined : String(after);
  const { changes, last, lost } = await deps.changes.page(id, from);
  if (lost) deps.log({ event: 'alarm', requestId, operation, outcome: 'UNWATCHED' });
  const isQuiet = changes.length < QUIET_CHANGES && changes.every(isByWatch);
  if (last === undefined || isQuiet) return nothingNew(deps, id);
  const ours = changes.filter(isOurs);
  const found = ours.flatMap((one) => putBackBy(one) ?? []);
  await tellFound(deps, found, { requestId, operation });
  await noteHeads(deps, `${id}/${last}`, movedBy(ours));
  // To have what ends in the minute of the opening: what is noted once too often does no harm.
  const sinceOpened = changes.filter(({ atMs }) => atMs > openedAtMs - CAME_WITHIN_MS);
  await noteItemEnds(deps, `${id}-${last}`, itemEndsBy(sinceOpened, deps.clock.now()));
  return { to: 'read', state: { after: last } };
}

/** Seen as it lies there: whoever wrote it may have written anything. */
const isByWatch = ({ before, after }: { before: Item | undefined; after: Item | undefined }) => {
  const item = after ?? before;
  return item?.entity === serviceProcess.name && item.kind === KIND;
};

async function nothingNew({ changes, clock }: Deps, part: string): Promise<Next> {
  const isThere = (await changes.parts()).includes(part);
  return isThere ? { waitUntilMs: clock.now() + LOOK_EVERY_MS } : { to: 'end' };
}

/** One object for each page, however often the page is gone through. */
async function noteHeads({ vault, ring, clock }: Deps, name: string, heads: ReturnType<typeof movedBy>) {
  const nowMs = clock.now();
  if (heads.length > 0)
    await vault.put(`${HEADS}${beijingDay(nowMs)}/${name}`, await noteOf(ring, heads, nowMs));
}

/** By the time of the note, which is never before the end: so a restored table tells which of them may be news to it. */
async function noteItemEnds({ vault, clock }: Deps, page: string, ends: ReturnType<typeof itemEndsBy>) {
  const start = `${ITEM_ENDS}${nameOfInstant(toInstant(clock.now()))}/${page}`;
  for (const [part, some] of slicesOf(ends, ENDS_PER_NOTE).entries())
    await vault.put(`${start}-${part}`, noteOfItemEnds(some));
}
