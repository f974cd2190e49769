import type { Item, Table, Write } from '../client';
import { keys } from '../keys';
import { moveTo, whileErased } from '../person/life';
import { pointersTo, remove, removePointer } from '../replace';
import type { AnyEntity } from './any-entity';
import { declaredEntities, entityOf, itemsOfPerson } from './partition';

/** What DynamoDB takes in one transaction is 100; the person's item and the head-counts may come to it. */
const MAX_WRITES = 98;

/** One step of an erasure: files that go first, then these writes in one transaction. */
export type EraseStep = { files: string[]; writes: [Write, ...Write[]]; items: number };

/**
 * The steps that erase what lies in a person's partition, cut by the number of writes and not of items, since an item takes
 * its pointers with it (promise R3); what is somebody else's only forgets the person. `goes` says which items; what is
 * declared to outlive the person never does. The person's own item comes last, when nothing else is told to stay: it is
 * moved to `erased`, from a state that leads there, and keeps what it declares to remain; their key too while something
 * sealed outlives them. Each step may be repeated: what is gone already stays gone.
 */
export async function* eraseSteps(
  table: Table,
  subjectId: string,
  at: string,
  goes: (item: Item, entity: AnyEntity) => boolean = () => true,
  among: ReadonlyMap<string, AnyEntity> = declaredEntities,
): AsyncGenerator<EraseStep> {
  const { sk: own } = keys.person(subjectId);
  let person: Item | undefined;
  let isWhole = true;
  let keyIsNeeded = false;
  let step = nothing();
  for await (const item of itemsOfPerson(table, subjectId, 'ended-too')) {
    const entity = entityOf(item, among);
    if (!goes(item, entity)) isWhole = false;
    else if (item.sk === own) person = item;
    else if (entity.declaration.outlives) keyIsNeeded ||= item.sealed !== undefined;
    else {
      if (step.items > 0 && !hasRoom(step, item)) {
        yield toWrite(step);
        step = nothing();
      }
      add(step, item, entity);
    }
  }
  if (step.items > 0) yield toWrite(step);
  if (!person || !isWhole) return;
  const last = endPerson(person, entityOf(person, among), at, keyIsNeeded);
  if (last) yield { files: [], writes: last, items: 1 };
}

/** What an item is without any attribute of its own. */
const FRAME = ['pk', 'sk', 'entity', 'form', 'createdAtSeconds', 'holds'];

/** The writes that leave of a person what remains; nothing when that has been done. */
function endPerson(
  item: Item,
  { declaration: { remains = [] } }: AnyEntity,
  at: string,
  keepsKey: boolean,
): EraseStep['writes'] | undefined {
  const stays = new Set<string>([...FRAME, ...remains, ...(keepsKey ? ['wrappedKey'] : [])]);
  const gone = Object.keys(item).filter((name) => !stays.has(name));
  const isErased = item.lifeState === 'erased';
  if (isErased && gone.length === 0) return undefined;
  const { set, condition, values } = isErased ? whileErased : moveTo('erased', at);
  const names = Object.fromEntries(gone.map((name, index) => [`#${index}`, name]));
  const parts = [
    ...(set.length > 0 ? [`SET ${set.join(', ')}`] : []),
    ...(gone.length > 0 ? [`REMOVE ${Object.keys(names).join(', ')}`] : []),
  ];
  return [
    {
      Update: {
        Key: { pk: item.pk, sk: item.sk },
        UpdateExpression: parts.join(' '),
        ConditionExpression: condition,
        ...(gone.length > 0 && { ExpressionAttributeNames: names }),
        ExpressionAttributeValues: values,
      },
      // Nobody is behind the account from now on; what outlives them is still held, and counted as long as it is.
      seen: item,
      owner: item,
      holds: [],
    },
    ...pointersTo(item).map(removePointer),
  ];
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
