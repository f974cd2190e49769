import { DAY_MS, MINUTE_MS } from '../clock';
import { KEY_RING_REFRESH_MS } from '../crypto/key-ring';
import type { Deps } from '../deps';
import type { Item } from '../table/client';
import { everyDisclosure } from '../table/disclosure/disclosure';
import { clearHold, everyHold, holdKey } from '../table/hold/hold';
import { keyOwner } from '../table/hold/open-hold';
import { incidentKey, queryEveryIncident } from '../table/incident/incident';
import { EVERYONE_SHARDS, type Key, keys } from '../table/keys';
import { replaceKey } from '../table/own-key';
import {
  beginProcess,
  type Process,
  type ProcessRef,
  type ProcessState,
  processKey,
} from '../table/process/process';
import { lostRace } from '../table/races';
import { loadServiceKeys, removeServiceKey } from '../table/service/key-store';
import { nextPeople, PEOPLE_PER_STEP, partsOf } from './everybody';
import { MAX_STEP_WRITES, type Next, type ProcessKind, type Step, type StepInput } from './kind';

/**
 * After this long nobody wraps by an older key: every instance has looked again before it wraps, what it wrapped before is
 * written, and the index of everybody knows whom it was for.
 */
const SETTLE_MS = 2 * KEY_RING_REFRESH_MS;
/** How often it is looked whether every part is over. */
const GATHER_EVERY_MS = MINUTE_MS;
/** A key that nothing is wrapped by stays this long, so that a backup of before can still be read: backups live 35 days. */
export const KEEP_RETIRED_MS = 40 * DAY_MS;

/**
 * Wraps everybody's data key by one version of the branch keys, and removes the older versions (promise S5). It begins in the
 * transaction that makes that version (infra/commands/rotate-keys.ts), so no step wraps anything by the root key.
 *
 * Each part of everybody is gone through at once, and from when nobody wraps by an older key any more again and again, until
 * a whole pass has found nothing old. Then the older keys rest, and before they are removed everybody is looked at once more:
 * whoever was brought back from a backup meanwhile is wrapped anew as well.
 */
export const rotation: ProcessKind = {
  spread: spreadTo('first', 'gather', SETTLE_MS),
  gather: gatherBefore('rest'),
  rest,
  spreadAgain: spreadTo('again', 'gatherAgain', 0),
  gatherAgain: gatherBefore('remove'),
  remove,
  first,
  again,
};

/** The rotation to a version: there is one of each version, ever. */
export function rotationTo(version: number): ProcessRef {
  return { kind: 'rotation', id: String(version) };
}

/** Whether a rotation is still on its way to its version: the next one waits for it. */
export function isUnderWay({ step }: Process): boolean {
  return step === 'spread' || step === 'gather';
}

/** The parts of a rotation: those of everybody, and one for the keys of incidents, holds and disclosures, which are few. */
export function rotationParts(ref: ProcessRef): ProcessRef[] {
  return [...partsOf(ref), { kind: ref.kind, id: `${ref.id}-incidents` }];
}

function spreadTo(step: string, to: string, settleMs: number): Step {
  return async ({ clock }, { process }) => {
    const starts = rotationParts(process);
    const state = { version: Number(process.state.version), settledAtMs: clock.now() + settleMs };
    // The shard behind everybody's is that of the incidents.
    const writes = starts.map((ref, shard) => beginProcess(ref, step, { ...state, shard }, clock.now()));
    return { to, writes, starts };
  };
}

function gatherBefore(to: string): Step {
  return async ({ table, clock }, { process }) => {
    const left = (await table.getMany(rotationParts(process).map(processKey))).filter(Boolean);
    if (left.length > 0) return { waitUntilMs: clock.now() + GATHER_EVERY_MS };
    return { to, state: { ...process.state, gatheredAtMs: clock.now() } };
  };
}

async function rest({ clock }: Deps, { process: { state } }: StepInput): Promise<Next> {
  const untilMs = Number(state.gatheredAtMs) + KEEP_RETIRED_MS;
  return clock.now() < untilMs ? { waitUntilMs: untilMs } : { to: 'spreadAgain' };
}

/** The older versions of branch keys. Signing keys stay, published: what they signed is verified for as long as anybody likes. */
async function remove({ table }: Deps, { process: { state } }: StepInput): Promise<Next> {
  const isOld = (name: string, version: number) =>
    name.startsWith('branch:') && version < Number(state.version);
  const old = (await loadServiceKeys(table)).filter(({ name, version }) => isOld(name, version));
  const writes = old.slice(0, MAX_STEP_WRITES).map(removeServiceKey);
  return { to: old.length > writes.length ? 'remove' : 'end', writes, count: writes.length };
}

async function first(deps: Deps, { process: { state } }: StepInput): Promise<Next> {
  const { last, old, moved } = await rewrapNext(deps, state);
  if (last === undefined) return { to: 'again', state: passAnew(moved) };
  return { to: 'first', state: { ...moved, after: last, old } };
}

async function again(deps: Deps, { process: { state } }: StepInput): Promise<Next> {
  const settledAtMs = Number(state.settledAtMs);
  if (state.after === undefined && deps.clock.now() < settledAtMs) return { waitUntilMs: settledAtMs };
  const { last, old, moved } = await rewrapNext(deps, state);
  if (last !== undefined) return { to: 'again', state: { ...moved, after: last, old } };
  if (old > 0) return { to: 'again', state: passAnew(moved) };
  return { to: 'end', count: Number(moved.rewrapped) };
}

function passAnew({ after: _after, old: _old, ...state }: ProcessState): ProcessState {
  return state;
}

type Looked = { last: string | undefined; old: number; moved: ProcessState };

/** `old`: who was found under an older key in this pass so far, moved or not. Whoever was not is met by the next pass. */
async function rewrapNext(deps: Deps, state: ProcessState): Promise<Looked> {
  const { version, old = 0, people: seen = 0, rewrapped = 0 } = state;
  const { holders, people, last } = await nextHolders(deps, state);
  const tried = await Promise.allSettled(holders.map((holder) => rewrapOne(deps, holder, Number(version))));
  const found = { none: 0, lost: 0, rewrapped: 0 };
  for (const one of tried) {
    // The others of the page have been seen to; this one is tried again, and rings.
    if (one.status === 'rejected') throw one.reason;
    found[one.value] += 1;
  }
  const counts = { people: Number(seen) + people, rewrapped: Number(rewrapped) + found.rewrapped };
  return { last, old: Number(old) + found.rewrapped + found.lost, moved: { ...state, ...counts } };
}

/** Whoever has a data key: a person who is not erased, an incident, a disclosure, or a hold, which has two. */
type Holder = {
  id: string;
  /** Where its key lies. */
  key: Key;
  name: 'wrappedKey' | 'wordsKey' | 'itemsKey';
  wrapped: Uint8Array | undefined;
};

async function nextHolders(
  deps: Deps,
  state: ProcessState,
): Promise<{ holders: Holder[]; people: number; last: string | undefined }> {
  if (Number(state.shard) < EVERYONE_SHARDS) {
    const { people, last } = await nextPeople(deps, state);
    const holders = people.map(({ subjectId, wrappedKey }) =>
      holderAt(subjectId, keys.person(subjectId), wrappedKey),
    );
    return { holders, people: people.length, last };
  }
  const after = state.after === undefined ? undefined : String(state.after);
  const { ids, last } = await queryEveryIncident(deps.table, PEOPLE_PER_STEP, after);
  const items = await deps.table.getMany(ids.map(incidentKey));
  const holders = ids.map((id, at) => holderAt(id, incidentKey(id), items[at]?.wrappedKey));
  return {
    holders: [...holders, ...(last === undefined ? await otherHolders(deps) : [])],
    people: 0,
    last,
  };
}

async function otherHolders({ table }: Deps): Promise<Holder[]> {
  const disclosures = (await everyDisclosure(table)).map(({ pk, sk, disclosureId, wrappedKey }) =>
    holderAt(String(disclosureId), { pk, sk }, wrappedKey),
  );
  return [...disclosures, ...holdersOfHolds(await everyHold(table))];
}

function holdersOfHolds(items: Item[]): Holder[] {
  return items.flatMap((item) => {
    const held = clearHold(item);
    if (!held) return [];
    return (['wordsKey', 'itemsKey'] as const).map((name) => ({
      ...{ id: keyOwner(held), key: holdKey(held.holdId), name, wrapped: held[name] },
    }));
  });
}

const holderAt = (id: string, key: Key, wrapped: unknown): Holder => ({
  ...{ id, key, name: 'wrappedKey', wrapped: wrapped as Uint8Array | undefined },
});

/** `none`: erased, or under that version already. `lost`: the item changed meanwhile. */
async function rewrapOne(
  { trail, table }: Deps,
  { id, key, name, wrapped }: Holder,
  version: number,
): Promise<'none' | 'lost' | 'rewrapped'> {
  const anew = wrapped && (await trail.rewrap(id, wrapped, version));
  if (!anew) return 'none';
  try {
    await table.write(replaceKey(key, name, wrapped, anew));
    return 'rewrapped';
  } catch (error) {
    lostRace(error);
    return 'lost';
  }
}
