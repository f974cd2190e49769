import { toEpochSeconds } from '../clock';
import type { Deps } from '../deps';
import { endOfPeriod as endOf } from '../policy/period';
import { ConditionFailed, type Item } from '../table/client';
import { isHeld } from '../table/item';
import { itemsOfPerson } from '../table/items-of-person';
import { DUE_SHARDS, type Key, shardOf, subjectOf } from '../table/keys';
import { person } from '../table/person/person';
import { personProcess } from '../table/process/process';
import type { AnyEntity } from '../table/readers/any-entity';
import { declaredEntities, entityOf } from '../table/readers/partition';
import { type Ended, endedIn, goesAlong } from '../table/readers/sweep';
import { moveEnd } from '../table/retention/waiting';
import type { Next, ProcessKind, StepInput } from './kind';
import { batchesOf } from './sweep/batch';
import { end } from './sweep/end-items';
import { chainOfPart } from './sweep/sweep-part';

/**
 * Ends one item whose period is over and that takes more than a write: one with files, which go first, since their names stand
 * in it; or a person who was erased, with everything that outlived them by the same rule.
 */
export const endOfPeriod: ProcessKind = endOfPeriodAmong(declaredEntities);

/** The same over other entities. */
export function endOfPeriodAmong(among: Among): ProcessKind {
  return {
    end: (deps, input) => endOne(deps, input, among),
    remains: (deps, input) => remains(deps, input, among),
  };
}

type Among = ReadonlyMap<string, AnyEntity>;

async function endOne(deps: Deps, { process: { state } }: StepInput, among: Among): Promise<Next> {
  const found = await look(deps, state as Key, among);
  if (!found) return { to: 'end' };
  if (found.entity.declaration.counts) return { to: 'remains' };
  if (found.files.length > 0) await deps.objects.remove(found.files);
  return { to: 'end', count: await take(deps, found.item, [found]) };
}

/** Entries of a ledger, say: a transaction of them at a time, and the person last. */
async function remains(deps: Deps, { process: { state } }: StepInput, among: Among): Promise<Next> {
  const found = await look(deps, state as Key, among);
  if (!found) return { to: 'end' };
  const { due, more } = await whatGoes(deps, found.item, among);
  const [batch] = batchesOf(due);
  if (batch) {
    await take(deps, found.item, batch.items);
    return { to: 'remains' };
  }
  // What another law keeps is looked at again.
  if (more) {
    const nextMs = endOf({ months: 1 }, deps.clock.now());
    return { to: 'end', writes: [moveEnd(found.item, toEpochSeconds(nextMs))] };
  }
  return { to: 'end', count: await take(deps, found.item, [found]) };
}

async function look({ table, clock }: Deps, { pk, sk }: Key, among: Among): Promise<Ended | undefined> {
  const [item] = await table.getMany([{ pk, sk }], 'ended-too');
  return endedIn(item, clock.now(), among);
}

/** One transaction, told of in the chain. Whatever was in the way is gone, or was given longer: then there is nothing to do. */
async function take(deps: Deps, owner: Item, items: readonly Ended[]): Promise<number> {
  try {
    await end(deps, chainOfPart(shardOf(subjectOf(owner) ?? owner.pk, DUE_SHARDS)), items);
    return items.length;
  } catch (error) {
    if (error instanceof ConditionFailed && items.length === 1) return 0;
    throw error;
  }
}

/** Items of a page that go with the person; `more`: something else is kept by a rule of its own. */
const MOST_AT_ONCE = 100;

async function whatGoes(
  { table, clock }: Deps,
  self: Item,
  among: Among,
): Promise<{ due: Ended[]; more: boolean }> {
  const due: Ended[] = [];
  let more = false;
  for await (const item of itemsOfPerson(table, String(subjectOf(self)), 'ended-too')) {
    const entity = entityOf(item, among);
    if (item.sk === self.sk || personProcess.is(item)) continue;
    if (isHeld(item) || staysLonger(item, entity, clock.now())) more = true;
    else due.push(goesAlong(item, entity));
    if (due.length === MOST_AT_ONCE) break;
  }
  return { due, more };
}

/** To an end of its own, or by another rule than the person's. What waited for something that never came does not wait for ever. */
function staysLonger({ expiresAtSeconds }: Item, { declaration }: AnyEntity, nowMs: number): boolean {
  const { outlives, life } = declaration;
  if (outlives === undefined) return false;
  if (expiresAtSeconds !== undefined) return Number(expiresAtSeconds) * 1000 > nowMs;
  return outlives !== person.declaration.outlives && !life.becomes;
}
