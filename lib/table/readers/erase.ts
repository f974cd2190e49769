import type { PurposeId } from '../../policy/purposes';
import type { Item, Table, Write } from '../client';
import { type GaugeId, gaugeWrites } from '../gauge/gauge';
import { dataPrefix, keys } from '../keys';
import { type Condition, remove } from '../replace';
import type { AnyEntity } from './any-entity';
import { declaredEntities, entityOf, itemsOfPerson } from './partition';

/** What DynamoDB takes in one transaction. */
const MAX_WRITES = 100;

/**
 * One step of an erasure: files that go first, then these writes in one transaction. Until `openUntilSeconds` one of the
 * files may still appear, and the writes have to wait: without the item nobody would know the file's name.
 */
export type EraseStep = {
  files: string[];
  openUntilSeconds: number;
  writes: [Write, ...Write[]];
  items: number;
};

export type EraseOptions = {
  /** Which items; all of them, unless said. */
  goes?: (item: Item, entity: AnyEntity) => boolean;
  /** Looks only at what lies under one purpose. */
  purpose?: PurposeId;
  /** What a step may have; fewer than a transaction takes where something else rides in it. */
  maxWrites?: number;
  among?: ReadonlyMap<string, AnyEntity>;
};

/**
 * The steps that erase what lies in a person's partition, cut by the number of writes and not of items, since an item takes
 * its pointers and head-counts with it (promise R3); what is somebody else's only forgets the person. What is declared to
 * outlive the person never goes. What may still get a file comes after everything else. The person's own item is a step of
 * its own and the last one. It holds their key: while something sealed stays, it stays. Each step may be repeated: what is
 * gone already stays gone. It is refused as a whole when one of its items has been made anew since, or is in a head-count
 * and gone; then look again.
 */
export async function* eraseSteps(
  table: Table,
  subjectId: string,
  { goes = () => true, purpose, maxWrites = MAX_WRITES, among = declaredEntities }: EraseOptions = {},
): AsyncGenerator<EraseStep> {
  const { sk: own } = keys.person(subjectId);
  let person: Item | undefined;
  let keyIsNeeded = false;
  const cut = cutter(subjectId, maxWrites);
  const open = cutter(subjectId, maxWrites);
  for await (const item of itemsOfPerson(table, subjectId, 'ended-too', purpose && dataPrefix(purpose))) {
    const entity = entityOf(item, among);
    if (entity.declaration.outlives || !goes(item, entity)) keyIsNeeded ||= item.sealed !== undefined;
    else if (item.sk === own) person = item;
    else yield* (openUntil(item, entity) > 0 ? open : cut).add(item, entity);
  }
  yield* cut.rest();
  yield* open.rest();
  if (!person || keyIsNeeded) return;
  const last = cutter(subjectId, maxWrites);
  yield* last.add(person, entityOf(person, among));
  yield* last.rest();
}

/** Gathers items and answers a step whenever one is full. */
function cutter(subjectId: string, maxWrites: number) {
  let step = nothing();
  function* rest(): Generator<EraseStep> {
    if (step.items > 0) yield toWrite(subjectId, step);
    step = nothing();
  }
  return {
    rest,
    *add(item: Item, entity: AnyEntity): Generator<EraseStep> {
      if (step.items > 0 && !hasRoom(step, item, maxWrites)) yield* rest();
      add(step, item, entity);
    },
  };
}

/** The writes by the place that each is of: a transaction takes one of each, and two items may lead to each other. */
type Step = Omit<EraseStep, 'writes'> & { writes: Map<string, Write>; gauges: GaugeId[] };

const nothing = (): Step => ({ files: [], openUntilSeconds: 0, writes: new Map(), items: 0, gauges: [] });

/** Whether what goes with an item still fits, and asks no place to forget two things in one write. */
function hasRoom({ writes }: Step, item: Item, maxWrites: number): boolean {
  const more = remove(item, asSeen(item));
  const added = more.filter((write) => !writes.has(placeOf(write)));
  const forgetsTwice = more.some((write) => write.Update && writes.get(placeOf(write))?.Update);
  // One write more for the head-counts, which are all in one place for one person.
  return writes.size + added.length + 1 <= maxWrites && !forgetsTwice;
}

function add(step: Step, item: Item, entity: AnyEntity): void {
  for (const write of remove(item, asSeen(item))) {
    const place = placeOf(write);
    // What goes has nothing to forget.
    if (!step.writes.get(place)?.Delete) step.writes.set(place, write);
  }
  step.files.push(...filesOf(item, entity));
  step.openUntilSeconds = Math.max(step.openUntilSeconds, openUntil(item, entity));
  step.gauges.push(...((item.gauges as GaugeId[] | undefined) ?? []));
  step.items += 1;
}

function placeOf({ Delete, Update }: Write): string {
  const { pk, sk } = (Delete ?? Update)?.Key ?? {};
  return `${pk}\n${sk}`;
}

function toWrite(subjectId: string, { writes, gauges, ...step }: Step): EraseStep {
  const all = [...writes.values(), ...gaugeWrites(subjectId, gauges, -1)];
  return { ...step, writes: all as EraseStep['writes'] };
}

/**
 * What is gone already may stay gone, unless it is counted: a head-count that has one less must not have another one less.
 * What has been made anew under a newer consent is not what was seen.
 */
function asSeen({ epoch, gauges }: Item): Condition {
  const isThere = epoch === undefined ? 'attribute_exists(pk)' : 'epoch = :epoch';
  return {
    ConditionExpression: gauges ? isThere : `attribute_not_exists(pk) OR ${isThere}`,
    ...(epoch !== undefined && { ExpressionAttributeValues: { ':epoch': epoch } }),
  };
}

/** Until which second one of an item's files may still appear; 0 where none can. */
export function openUntil(item: Item, { declaration: { files } }: AnyEntity): number {
  return files?.openUntilSeconds === undefined ? 0 : Number(item[files.openUntilSeconds] ?? 0);
}

/** The names of the files of an item, each there from before the file exists. */
export function filesOf(item: Item, { declaration }: AnyEntity): string[] {
  const { files } = declaration;
  return files ? ((item[files.names] as string[] | undefined) ?? []) : [];
}
