import { DAY_MS, MINUTE_MS, toInstant } from '../clock';
import type { Deps } from '../deps';
import type { Item } from '../table/client';
import { freezingOf, notFreezing, unlessFreezing } from '../table/hold/freezing';
import { type ClearHold, clearHold, type Hold, holdKey } from '../table/hold/hold';
import { keepItem, type Sealers, sealFiles, wantsKeeping } from '../table/hold/keep-item';
import { noteOfHold, noteOfRelease } from '../table/hold/noted-hold';
import { itemsSealer, moveHold, openHold } from '../table/hold/open-hold';
import { holdsOn, letGo } from '../table/hold/release';
import { endWhole } from '../table/hold/whole';
import { itemsOfPerson } from '../table/items-of-person';
import { partition } from '../table/keys';
import { readPerson } from '../table/person/person';
import { openPerson } from '../table/person/person-key';
import type { ProcessRef, ProcessState } from '../table/process/process';
import { kindsIn } from '../table/readers/scope';
import type { Sealer } from '../table/sealer';
import { placeOf, type WriteSet } from '../table/write-set';
import { kindsOf } from './erasure';
import { MAX_STEP_WRITES, type Next, type ProcessKind, type StepInput } from './kind';

/** Items that one step takes, and their bytes: a transaction takes 4 MB, and each of them is there before and after. */
const ITEMS_PER_STEP = 20;
const BYTES_PER_STEP = 512 * 1024;
/** A check of the person rides with what is let go. */
const MAX_RELEASE_WRITES = MAX_STEP_WRITES - 1;
/** How soon it is looked again whether another hold has done with freezing. */
const FREEZING_TAKES_MS = MINUTE_MS;
/** How often a review that is overdue rings. */
const RING_EVERY_MS = DAY_MS;

/**
 * A hold (promise S3). `note` notes it in the locked bucket, so that a restore places it anew (promise S7). `freeze` goes through
 * everything of the person until a whole pass has found nothing more that the hold names, and until then nothing of the person
 * is erased. `keep` waits for the release, and rings when the review is overdue. The release is noted as well; then `release` lets go
 * of each item: what should have ended meanwhile ends now, by itself; the person's life goes on, where no other hold is of
 * everything, and at last the hold's key is destroyed.
 * Of an incident there is nothing to freeze: its own clock waits (incident-clock.ts).
 */
export const hold: ProcessKind = { note, freeze, tell, keep, 'note-release': noteRelease, release };

/** The process of a hold. */
export function holdProcess({ holdId, subjectId }: Pick<Hold, 'holdId' | 'subjectId'>): ProcessRef {
  return { kind: 'hold', id: holdId, ...(subjectId !== undefined && { subjectId }) };
}

/** No note, no freezing; nobody erases meanwhile either. */
async function note({ table, vault }: Deps, { process: { id, subjectId } }: StepInput): Promise<Next> {
  const [item] = await table.getMany([holdKey(id)]);
  const held = clearHold(item);
  if (!item || !held) return { to: 'end' };
  const { name, content } = noteOfHold(item, held);
  await vault.put(name, content);
  return { to: subjectId === undefined ? 'keep' : 'freeze' };
}

async function freeze(deps: Deps, { process, self }: StepInput): Promise<Next> {
  const { id, subjectId = '', state } = process;
  const [item] = await deps.table.getMany([holdKey(id)]);
  const held = clearHold(item);
  if (!held) return { to: 'end' };
  if (held.state === 'releasing') return { to: 'note-release', state: {}, writes: notFreezing(self, id) };
  const sealers = await sealersOf(deps, held, self);
  const page = await nextOf(deps, state, subjectId, (one) => wantsKeeping(one, held, sealers));
  if (page.length > 0) {
    const writes = await Promise.all(page.map((one) => keepItem(deps, held, one, sealers)));
    return { to: 'freeze', state: passed(state, page), writes };
  }
  if (Number(state.found ?? 0) > 0) return { to: 'freeze', state: anotherPass(state) };
  const opened = await openHold(deps, item);
  if (!opened) return { to: 'end' };
  const done = moveHold(opened, { state: 'held', count: Number(state.count ?? 0) });
  return { to: 'tell', writes: [done, ...notFreezing(self, id)] };
}

/** In the person's ledger: how many records are kept, and of which kinds. */
async function tell({ clock }: Deps, { process, self, requestId }: StepInput): Promise<Next> {
  const { id, state } = process;
  const at = toInstant(clock.now());
  const count = Number(state.count ?? 0);
  const said = { at, actor: 'service', document: id, kinds: kindsOf(state), count, requestId } as const;
  return { to: 'keep', count, ...(self && { entry: { ...said, act: 'hold.placed' } }) };
}

async function keep({ table, clock, log }: Deps, { process, requestId }: StepInput): Promise<Next> {
  const [item] = await table.getMany([holdKey(process.id)]);
  const held = clearHold(item);
  if (!held) return { to: 'end' };
  if (held.state === 'releasing') return { to: 'note-release', state: {} };
  const dueMs = Date.parse(held.dueAt ?? '');
  const nowMs = clock.now();
  if (nowMs < dueMs) return { waitUntilMs: dueMs };
  log({ event: 'alarm', requestId, operation: 'process/hold', outcome: 'HOLD_REVIEW_OVERDUE' });
  return { waitUntilMs: nowMs + RING_EVERY_MS };
}

/** No note, no release: what a hold gives back, and what goes with its end, is not to be frozen again. */
async function noteRelease({ table, vault }: Deps, { process: { id } }: StepInput): Promise<Next> {
  const [item] = await table.getMany([holdKey(id)]);
  const { releasedAt, releasedBy } = clearHold(item) ?? {};
  if (!releasedAt || !releasedBy) return { to: 'end' };
  const { name, content } = noteOfRelease(id, { releasedAt, releasedBy });
  await vault.put(name, content);
  return { to: 'release', state: {} };
}

async function release(deps: Deps, { process, self, requestId }: StepInput): Promise<Next> {
  const { id, subjectId, state } = process;
  const [item] = await deps.table.getMany([holdKey(id)]);
  const held = clearHold(item);
  if (!held) return { to: 'end' };
  // What another hold names is kept first: what has ended would go with this one.
  if (freezingOf(self).length > 0) return { waitUntilMs: deps.clock.now() + FREEZING_TAKES_MS };
  const isKept = (one: Item) => holdsOn(one).includes(id);
  const page = subjectId === undefined ? [] : await nextOf(deps, state, subjectId, isKept);
  if (page.length > 0) {
    const { taken, writes } = await letGoOf(deps, id, page, await sealersOf(deps, held, self));
    return {
      to: 'release',
      state: passed(state, taken),
      writes: [...writes, unlessFreezing(subjectId ?? '')],
    };
  }
  if (Number(state.found ?? 0) > 0) return { to: 'release', state: anotherPass(state) };
  const letLive = endWhole(self, id, toInstant(deps.clock.now()));
  if (letLive.length > 0) return { to: 'release', state, writes: letLive };
  const opened = await openHold(deps, item);
  if (!opened) return { to: 'end' };
  const over = moveHold(opened, { state: 'released', dueAt: undefined, itemsKey: undefined });
  const at = toInstant(deps.clock.now());
  const count = Number(state.count ?? 0);
  const said = { at, actor: 'service', document: id, kinds: kindsOf(state), count, requestId } as const;
  return { to: 'end', writes: [over], count, ...(self && { entry: { ...said, act: 'hold.released' } }) };
}

/** As many of a page as a transaction takes with what leads to them. */
async function letGoOf(deps: Deps, holdId: string, page: Item[], sealers: Sealers) {
  const writes: WriteSet = new Map();
  const taken: Item[] = [];
  for (const item of page) {
    const {
      writes: more,
      files,
      back,
    } = await letGo(item, holdId, sealers, (other) => sealerOf(deps, other));
    if (taken.length > 0 && writes.size + more.length > MAX_RELEASE_WRITES) break;
    for (const [name, content] of back ? sealFiles(back, files, sealers.person) : [])
      await deps.objects.write(name, content);
    // Two items may lead to each other, and a transaction takes one write of each: the hold's own is the whole of it.
    for (const write of more) {
      const place = placeOf(write);
      if (write.ofHold || !writes.has(place)) writes.set(place, write);
    }
    taken.push(item);
  }
  return { taken, writes: [...writes.values()] };
}

async function sealersOf(deps: Deps, held: ClearHold, self: Item | undefined): Promise<Sealers> {
  const ofHold = await itemsSealer(deps, held);
  if (!ofHold) throw new Error('a hold that is not over has no key');
  return { hold: ofHold, person: self && (await openPerson(deps, readPerson(self))) };
}

async function sealerOf(deps: Deps, holdId: string): Promise<Sealer | undefined> {
  const [item] = await deps.table.getMany([holdKey(holdId)]);
  return itemsSealer(deps, clearHold(item));
}

/** What comes next in a pass through everything of a person, from behind the last one. */
async function nextOf(
  { table }: Deps,
  { after }: ProcessState,
  subjectId: string,
  wanted: (item: Item) => boolean,
): Promise<Item[]> {
  const from = after === undefined ? undefined : { pk: partition(subjectId), sk: String(after) };
  const found: Item[] = [];
  let bytes = 0;
  for await (const item of itemsOfPerson(table, subjectId, 'ended-too', undefined, from)) {
    if (!wanted(item)) continue;
    found.push(item);
    bytes += JSON.stringify(item).length;
    if (found.length >= ITEMS_PER_STEP || bytes >= BYTES_PER_STEP) break;
  }
  return found;
}

/** `found`: of this pass. `count` and `kinds`: of all that was written. */
function passed(state: ProcessState, items: Item[]): ProcessState {
  const { count = 0, found = 0 } = state;
  // A file that is taken away is no record more.
  const records = items.filter(({ objects, heldBy }) => objects === undefined || heldBy === undefined);
  const kinds = new Set([...kindsOf(state), ...kindsIn(items)]);
  return {
    after: items.at(-1)?.sk ?? '',
    found: Number(found) + items.length,
    count: Number(count) + records.length,
    kinds: [...kinds].join(' '),
  };
}

function anotherPass({ count = 0, kinds = '' }: ProcessState): ProcessState {
  return { count, kinds };
}
