import type { Item, Table, Write } from '../client';
import { keys } from '../keys';
import { remove } from '../replace';
import type { AnyEntity } from './any-entity';
import { declaredEntities, entityOf, itemsOfPerson } from './partition';

/** What DynamoDB takes in one transaction is 100; the person's item and the head-counts may come to it. */
const MAX_WRITES = 98;

/** One step of an erasure: files that go first, then these writes in one transaction. */
export type EraseStep = { files: string[]; writes: [Write, ...Write[]]; items: number };

/**
 * The steps that erase what lies in a person's partition, cut by the number of writes and not of items, since an item takes
 * its pointers with it (promise R3); what is somebody else's only forgets the person. `goes` says which items; what is
 * declared to outlive the person never does. The person's own item is a step of its own and the last one. It holds their
 * key: while something sealed stays, it stays. Each step may be repeated: what is gone already stays gone.
 */
export async function* eraseSteps(
  table: Table,
  subjectId: string,
  goes: (item: Item, entity: AnyEntity) => boolean = () => true,
  among: ReadonlyMap<string, AnyEntity> = declaredEntities,
): AsyncGenerator<EraseStep> {
  const { sk: own } = keys.person(subjectId);
  let person: Item | undefined;
  let keyIsNeeded = false;
  let step = nothing();
  for await (const item of itemsOfPerson(table, subjectId, 'ended-too')) {
    const entity = entityOf(item, among);
    if (entity.declaration.outlives || !goes(item, entity)) keyIsNeeded ||= item.sealed !== undefined;
    else if (item.sk === own) person = item;
    else {
      if (step.items > 0 && !hasRoom(step, item)) {
        yield toWrite(step);
        step = nothing();
      }
      add(step, item, entity);
    }
  }
  if (step.items > 0) yield toWrite(step);
  if (!person || keyIsNeeded) return;
  const last = nothing();
  add(last, person, entityOf(person, among));
  yield toWrite(last);
}

/** The writes by the place that each is of: a transaction takes one of each, and two items may lead to each other. */
type Step = Omit<EraseStep, 'writes'> & { writes: Map<string, Write> };

const nothing = (): Step => ({ files: [], writes: new Map(), items: 0 });

/** Whether what goes with an item still fits, and asks no place to forget two things in one write. */
function hasRoom({ writes }: Step, item: Item): boolean {
  const more = remove(item);
  const added = more.filter((write) => !writes.has(placeOf(write)));
  const forgetsTwice = more.some((write) => write.Update && writes.get(placeOf(write))?.Update);
  return writes.size + added.length <= MAX_WRITES && !forgetsTwice;
}

function add(step: Step, item: Item, entity: AnyEntity): void {
  for (const write of remove(item)) {
    const place = placeOf(write);
    // What goes has nothing to forget, and who has seen it knows what it held.
    const before = step.writes.get(place);
    if (!before?.Delete || (write.Delete && write.seen)) step.writes.set(place, write);
  }
  step.files.push(...filesOf(item, entity));
  step.items += 1;
}

function placeOf({ Delete, Update }: Write): string {
  const { pk, sk } = (Delete ?? Update)?.Key ?? {};
  return `${pk}\n${sk}`;
}

function toWrite({ writes, ...step }: Step): EraseStep {
  return { ...step, writes: [...writes.values()] as EraseStep['writes'] };
}

/** The names of the files of an item, each there from before the file exists. */
export function filesOf(item: Item, { declaration }: AnyEntity): string[] {
  const { files } = declaration;
  return files ? ((item[files.names] as string[] | undefined) ?? []) : [];
}
