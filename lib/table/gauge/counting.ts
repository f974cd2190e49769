import { AppError } from '../../errors';
import type { KindId } from '../../policy/kinds';
import type { Table, Write } from '../client';
import { type Key, keys, subjectOf } from '../keys';
import { withCondition, withoutAttribute, withSet } from '../merge';
import { ConditionFailed } from '../refusal';
import { type GaugeId, type Gauges, gaugeWrites } from './gauge';

/** Of each sensitive kind, how many of a person's items hold it. Kept in the person's own item; kinds of none are left out. */
export type Held = Partial<Record<KindId, number>>;

/** Recompositions of one transaction, each after a refusal that told what is really there. */
const MAX_TRIES = 6;

/** What is taken to be there: of the writes by their index what their item holds, of the people what they have. */
type Belief = { holds: readonly GaugeId[][]; held: Map<string, Held | 'no such person'> };
type Composed = { writes: [Write, ...Write[]]; person: Map<string, number>; after: Map<string, Held> };

/**
 * The table, which counts heads with every write (promise N7): each transaction that puts, changes or deletes an item of a
 * person moves the number of items that hold each sensitive kind, and where one comes to a kind of which there was none, or
 * the last one goes, the head-count of the kind. So a person counts once for each kind, however many items hold it, and
 * nobody who writes can forget it. What has expired counts until it is swept: until then it is held.
 *
 * What is there may be given as seen (`Write.seen`, `Write.owner`). It is never believed: every composed write is held to it by a
 * condition, and a refusal that shows something else is composed anew from what was met. A write that changes no number
 * costs nothing besides.
 */
export function counting(table: Table): Table {
  return {
    ...table,
    async write(...writes) {
      for (const write of writes) demandSaid(write);
      let belief = asSeen(writes);
      for (let attempt = 0; attempt < MAX_TRIES; attempt += 1) {
        const composed = compose(writes, belief);
        try {
          await table.write(...composed.writes);
          remember(writes, composed.after);
          return;
        } catch (error) {
          if (!(error instanceof ConditionFailed)) throw error;
          const better = learn(writes, belief, composed, error.found);
          if (!better || growsOfNobody(writes, better))
            throw new ConditionFailed(error.found.slice(0, writes.length));
          belief = better;
        }
      }
      throw new AppError('BUSY');
    },
  };
}

/** @throws Error for an update that changes `holds` by itself: a programming error */
function demandSaid({ Update, holds }: Write): void {
  if (Update && !holds && /\bholds\b/.test(`${Update.UpdateExpression}`))
    throw new Error('what an item holds is for the table to write: say it beside the update');
}

/** What an item in a person's partition holds after a write; undefined where the write does not change that. */
function holdsAfter({ Put, Update, Delete, holds }: Write): readonly GaugeId[] | undefined {
  const key = (Put?.Item ?? Update?.Key ?? Delete?.Key) as Key | undefined;
  if (!key || subjectOf(key) === undefined) return undefined;
  if (Put) return holdsOf(Put.Item);
  return Delete ? [] : holds;
}

function holdsOf(item: Record<string, unknown> | undefined): GaugeId[] {
  return (item?.holds as GaugeId[] | undefined) ?? [];
}

function keyOf({ Put, Update, Delete, ConditionCheck }: Write): Key {
  return (Put?.Item ?? Update?.Key ?? Delete?.Key ?? ConditionCheck?.Key) as Key;
}

function personOf(write: Write): string | undefined {
  const { pk, sk } = keyOf(write);
  const subjectId = subjectOf({ pk, sk });
  return subjectId !== undefined && sk === keys.person(subjectId).sk ? subjectId : undefined;
}

function asSeen(writes: Write[]): Belief {
  const held = new Map<string, Held>();
  for (const write of writes) {
    const subjectId = subjectOf(keyOf(write));
    const known = write.owner ?? (personOf(write) === undefined ? undefined : write.seen);
    if (subjectId !== undefined && known) held.set(subjectId, (known.held as Held | undefined) ?? {});
  }
  return { holds: writes.map(({ seen }) => holdsOf(seen)), held };
}

/** Who passed a person along is told how they are now, so that a next write of the same call sees right. */
function remember(writes: Write[], after: Map<string, Held>): void {
  for (const write of writes) {
    const held = after.get(subjectOf(keyOf(write)) ?? '');
    if (held && write.owner) write.owner.held = held;
  }
}

/** By how many items each kind of each person changes. */
function changesOf(writes: Write[], { holds }: Belief): Map<string, Map<GaugeId, number>> {
  const changes = new Map<string, Map<GaugeId, number>>();
  writes.forEach((write, index) => {
    const after = holdsAfter(write);
    const subjectId = subjectOf(keyOf(write));
    if (!after || subjectId === undefined) return;
    const mine = changes.get(subjectId) ?? new Map<GaugeId, number>();
    for (const kind of after) mine.set(kind, (mine.get(kind) ?? 0) + 1);
    for (const kind of holds[index] ?? []) mine.set(kind, (mine.get(kind) ?? 0) - 1);
    changes.set(subjectId, mine);
  });
  return changes;
}

function compose(writes: Write[], belief: Belief): Composed {
  const composed = writes.map((write, index) => heldTo(write, belief.holds[index] ?? []));
  const [person, afterOf] = [new Map<string, number>(), new Map<string, Held>()];
  const gauges: [subjectId: string, changes: Partial<Gauges>][] = [];
  for (const [subjectId, changes] of changesOf(writes, belief)) {
    const { persons = 0, ...items } = Object.fromEntries(changes) as Partial<Gauges>;
    const moved = Object.entries(items).filter(([, change]) => change !== 0) as [KindId, number][];
    const known = belief.held.get(subjectId);
    const before = known === undefined ? leastOf(moved) : known === 'no such person' ? {} : known;
    const at = writes.findIndex((write) => personOf(write) === subjectId);
    const goes = writes[at]?.Delete !== undefined;
    const after = goes ? {} : moved.reduce(plus, before);
    if (moved.length > 0 || goes) {
      person.set(subjectId, at < 0 ? composed.length : at);
      if (at < 0) composed.push(personWrite(subjectId, known, before, after));
      else composed[at] = moveHeld(composed[at] as Write, before, after);
      afterOf.set(subjectId, after);
    }
    gauges.push([subjectId, { ...headsMoved(before, after), ...(persons !== 0 && { persons }) }]);
  }
  return {
    writes: [...composed, ...gaugeWrites(gauges)] as Composed['writes'],
    person,
    after: afterOf,
  };
}

/** Where nobody has looked: no more than what goes now, and nothing of what comes. */
function leastOf(moved: [KindId, number][]): Held {
  return Object.fromEntries(
    moved.filter(([, change]) => change < 0).map(([kind, change]) => [kind, -change]),
  );
}

function plus(held: Held, [kind, change]: [KindId, number]): Held {
  const { [kind]: count = 0, ...others } = held as Record<string, number>;
  return count + change > 0 ? { ...others, [kind]: count + change } : others;
}

/** A person counts once for each kind: only the first item of it and the last one move the head-count. */
function headsMoved(before: Held, after: Held): Partial<Gauges> {
  const came = Object.keys(after).filter((kind) => !Object.hasOwn(before, kind));
  const went = Object.keys(before).filter((kind) => !Object.hasOwn(after, kind));
  return Object.fromEntries([...came.map((kind) => [kind, 1]), ...went.map((kind) => [kind, -1])]);
}

/**
 * Holds a write to what its item is taken to hold, and lets an update leave what it says. What holds nothing has no list, so
 * that the condition, which every write of an item of a person carries, is the plainest that there is.
 */
function heldTo(write: Write, before: readonly GaugeId[]): Write {
  const after = holdsAfter(write);
  if (!after) return write;
  const held =
    before.length > 0
      ? withCondition(write, 'holds = :counted_holds', {}, { ':counted_holds': before })
      : withCondition(write, 'attribute_not_exists(holds)', {});
  if (!write.Update) return held;
  return after.length > 0
    ? withSet(held, 'holds = :counted_left', {}, { ':counted_left': after })
    : withoutAttribute(held, 'holds');
}

/** Moves what the person's item says, in the write of that very item. */
function moveHeld(write: Write, before: Held, after: Held): Write {
  const names = { '#counted_held': 'held' };
  const asBefore = '#counted_held = :counted_held';
  const isEmpty = Object.keys(before).length === 0;
  const same = isEmpty ? `(attribute_not_exists(#counted_held) OR ${asBefore})` : asBefore;
  if (write.Put) return { ...write, Put: { ...write.Put, Item: { ...write.Put.Item, held: after } } };
  const held = withCondition(write, same, names, { ':counted_held': before });
  if (write.Delete) return held;
  return withSet(held, '#counted_held = :counted_after', {}, { ':counted_after': after });
}

/** Where the transaction has no write of the person's item: one that moves it, or holds it to not being there. */
function personWrite(subjectId: string, known: Held | string | undefined, before: Held, after: Held): Write {
  const Key = keys.person(subjectId);
  if (known === 'no such person')
    return { ConditionCheck: { Key, ConditionExpression: 'attribute_not_exists(pk)' } };
  return moveHeld({ ConditionCheck: { Key, ConditionExpression: 'attribute_exists(pk)' } }, before, after);
}

type Found = ConditionFailed['found'];

/** What the refusal tells, or undefined where everything was as it was taken to be: then it was another condition. */
function learn(writes: Write[], belief: Belief, { person }: Composed, found: Found): Belief | undefined {
  let isNew = false;
  const holds = belief.holds.map((before, index) => {
    const met = found[index];
    const write = writes[index];
    if (!met || !write || !holdsAfter(write)) return before;
    const now = holdsOf(met.item);
    isNew ||= JSON.stringify(now) !== JSON.stringify(before);
    return now;
  });
  const held = new Map(belief.held);
  for (const [subjectId, at] of person) {
    const met = found[at];
    if (!met) continue;
    const known = belief.held.get(subjectId);
    const now = met.item ? ((met.item.held as Held | undefined) ?? {}) : ('no such person' as const);
    if (!met.item && at < writes.length) continue;
    isNew ||= known === undefined || textOf(known) !== textOf(now);
    held.set(subjectId, now);
  }
  return isNew ? { holds, held } : undefined;
}

function textOf(held: Held | string): string {
  return typeof held === 'string' ? held : JSON.stringify(Object.entries(held).sort());
}

/** Nothing sensitive is kept of somebody who is not there; what is left of them may go. */
function growsOfNobody(writes: Write[], belief: Belief): boolean {
  const changes = changesOf(writes, belief);
  return [...belief.held].some(
    ([subjectId, held]) =>
      held === 'no such person' && [...(changes.get(subjectId) ?? [])].some(([, change]) => change > 0),
  );
}
