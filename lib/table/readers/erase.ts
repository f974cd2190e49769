import type { KindId } from '../../policy/kinds';
import type { PurposeId } from '../../policy/purposes';
import type { Item, Table, Write } from '../client';
import { unlessFreezing } from '../hold/freezing';
import { isDutyOfHold, isFrozen, isHeld } from '../item';
import { itemsOfPerson } from '../items-of-person';
import { dataPrefix, keys } from '../keys';
import { buryPerson } from '../person/bury';
import { type Condition, remove } from '../replace';
import { addedTo, addTo, type WriteSet } from '../write-set';
import type { AnyEntity } from './any-entity';
import { declaredEntities, entityOf } from './partition';
import { kindsIn } from './scope';

/** Bytes of what one step deletes: a transaction takes 4 MB, and a piece of an export is most of an item of 400 KB. */
const MAX_STEP_BYTES = 2 * 1024 * 1024;

/** What DynamoDB takes in one transaction is 100; the person's item and the head-counts may come to it. */
const MAX_WRITES = 98;

/**
 * One step of an erasure: files that go first, then these writes in one transaction. Until `openUntilSeconds` one of the
 * files may still appear, and the writes have to wait: without the item nobody would know the file's name.
 */
export type EraseStep = {
  files: string[];
  openUntilSeconds: number;
  writes: [Write, ...Write[]];
  items: number;
  /** The kinds that the items hold. */
  kinds: ReadonlySet<KindId>;
};

export type EraseOptions = {
  /** When the person ends, as an instant. Absent: their own item stays as it is. */
  at?: string;
  /** Which items; all of them, unless said. */
  goes?: (item: Item, entity: AnyEntity) => boolean;
  /** Looks only at what lies under one purpose. */
  purpose?: PurposeId;
  /** What a step may have; fewer than a transaction takes where something else rides in it. */
  maxWrites?: number;
  /** The person's item, where it is at hand: what it counts is then known beforehand. */
  owner?: Item | undefined;
  among?: ReadonlyMap<string, AnyEntity>;
};

/**
 * The steps that erase what lies in a person's partition, cut by the number of writes and not of items, since an item takes
 * its pointers with it (promise R3); what is somebody else's only forgets the person. What is declared to outlive the person
 * never goes; of what is held it is noted that it has ended, and that counts as nothing gone. What may still get a file comes
 * after everything else. Where the person ends, their own item comes first, and with it their key: nothing of theirs opens any
 * more, whatever is still there. Each step may be repeated: what is gone already stays gone. It is refused as a whole when one
 * of its items has been made anew since; then look again.
 */
export async function* eraseSteps(
  table: Table,
  subjectId: string,
  options: EraseOptions = {},
): AsyncGenerator<EraseStep> {
  const { at, goes = () => true, purpose, among = declaredEntities } = options;
  const { sk: own } = keys.person(subjectId);
  if (at !== undefined) yield* endSteps(table, subjectId, at, among);
  const [cut, open] = [cutter(subjectId, options), cutter(subjectId, options)];
  for await (const item of itemsOfPerson(table, subjectId, 'ended-too', purpose && dataPrefix(purpose))) {
    const entity = entityOf(item, among);
    // What is frozen is judged by what it is; its release is its end.
    const of = isFrozen(item) ? entityOf({ ...item, entity: item.of }, among) : entity;
    if (isDutyOfHold(item) || item.sk === own || item.ended || of.declaration.outlives || !goes(item, of))
      continue;
    yield* (openUntil(item, entity) > 0 ? open : cut).add(item, entity);
  }
  yield* cut.rest();
  yield* open.rest();
}

/** More ways lead in than the first write takes, and then the second takes them all. */
const MAX_END_STEPS = 2;

async function* endSteps(
  table: Table,
  subjectId: string,
  at: string,
  among: ReadonlyMap<string, AnyEntity>,
): AsyncGenerator<EraseStep> {
  for (let step = 0; step < MAX_END_STEPS; step += 1) {
    const [self] = await table.getMany([keys.person(subjectId)]);
    const [first, ...others] = self ? buryPerson(self, at) : [];
    if (!self || !first) return;
    const writes: EraseStep['writes'] = [first, ...others];
    yield { files: [], openUntilSeconds: 0, writes, items: 1, kinds: kindsIn([self], among) };
  }
}

/** Gathers items and answers a step whenever one is full. */
function cutter(
  subjectId: string,
  { maxWrites = MAX_WRITES, owner, among = declaredEntities }: EraseOptions,
) {
  let step = nothing();
  function* rest(): Generator<EraseStep> {
    const { writes, items, ...files } = step;
    const [first, ...others] = writes.values();
    step = nothing();
    if (first)
      yield {
        ...files,
        writes: [{ ...first, owner }, ...others, unlessFreezing(subjectId)],
        items: items.length,
        kinds: kindsIn(items, among),
      };
  }
  return {
    rest,
    *add(item: Item, entity: AnyEntity): Generator<EraseStep> {
      if (step.writes.size > 0 && !hasRoom(step, item, maxWrites)) yield* rest();
      add(step, item, entity);
    },
  };
}

type Step = Pick<EraseStep, 'files' | 'openUntilSeconds'> & { writes: WriteSet; items: Item[] };

const nothing = (): Step => ({ files: [], openUntilSeconds: 0, writes: new Map(), items: [] });

/** Whether what goes with an item still fits, and asks no place to forget two things in one write. */
function hasRoom({ writes, items }: Step, item: Item, maxWrites: number): boolean {
  const added = addedTo(writes, remove(item, asSeen(item)));
  const bytes = [...items, item].reduce((sum, one) => sum + bytesIn(one), 0);
  return added !== undefined && writes.size + added <= maxWrites && bytes <= MAX_STEP_BYTES;
}

/** Of what is sealed or packed in it: everything else is small. */
function bytesIn(item: Item): number {
  const blobs = Object.values(item).filter((value) => value instanceof Uint8Array);
  return blobs.reduce((sum, { length }) => sum + length, 0);
}

function add(step: Step, item: Item, entity: AnyEntity): void {
  addTo(step.writes, remove(item, asSeen(item)));
  step.files.push(...filesOf(item, entity));
  step.openUntilSeconds = Math.max(step.openUntilSeconds, openUntil(item, entity));
  if (!isHeld(item)) step.items.push(item);
}

/** What is gone already may stay gone. What has been made anew under a newer consent is not what was seen. */
function asSeen({ epoch }: Item): Condition | undefined {
  if (epoch === undefined) return undefined;
  return {
    ConditionExpression: 'attribute_not_exists(pk) OR epoch = :epoch',
    ExpressionAttributeValues: { ':epoch': epoch },
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
