import { subjectOf } from '../../table/keys';
import type { Ended } from '../../table/readers/sweep';
import { addedTo, addTo, type WriteSet } from '../../table/write-set';

/** What DynamoDB takes in one transaction. */
const MAX_WRITES = 100;
/** The item of the person and the head-count: what moves with what is counted of somebody. */
const WRITES_OF_A_COUNT = 2;
/** The head of the chain; each kind of item has an entry of its own besides. */
const WRITES_OF_A_CHAIN = 1;

/** Items that go in one transaction, and their writes by place: a transaction takes one of each. */
export type Batch = { items: Ended[]; writes: WriteSet; kinds: Set<string>; counted: Set<string> };

const nothing = (): Batch => ({ items: [], writes: new Map(), kinds: new Set(), counted: new Set() });

/** Cuts items into what one transaction takes each, in their order. */
export function* batchesOf(items: readonly Ended[]): Generator<Batch> {
  let batch = nothing();
  for (const one of items) {
    if (batch.items.length > 0 && !hasRoom(batch, one)) {
      yield batch;
      batch = nothing();
    }
    add(batch, one);
  }
  if (batch.items.length > 0) yield batch;
}

/** Whether an item still fits, and asks no place to forget two things in one write. */
function hasRoom({ writes, kinds, counted }: Batch, one: Ended): boolean {
  const added = addedTo(writes, one.writes);
  const people = new Set([...counted, ...countedOf(one)]).size;
  const entries = new Set([...kinds, one.entity.name]).size;
  const others = people * WRITES_OF_A_COUNT + entries + WRITES_OF_A_CHAIN;
  return added !== undefined && writes.size + added + others <= MAX_WRITES;
}

function add({ items, writes, kinds, counted }: Batch, one: Ended): void {
  addTo(writes, one.writes);
  items.push(one);
  kinds.add(one.entity.name);
  for (const person of countedOf(one)) counted.add(person);
}

function countedOf({ item }: Ended): string[] {
  const person = subjectOf(item);
  return item.holds !== undefined && person !== undefined ? [person] : [];
}
