import type { Item, Table, Write } from '../client';
import { pointersTo, remove } from '../replace';
import type { AnyEntity } from './any-entity';
import { declaredEntities, entityOf, itemsOfPerson } from './partition';

/** What DynamoDB takes in one transaction. */
const MAX_WRITES = 100;

/** One step of an erasure: files that go first, then these writes in one transaction. */
export type EraseStep = { files: string[]; writes: [Write, ...Write[]]; items: number };

/**
 * The steps that erase what lies in a person's partition, cut by the number of writes and not of items, since an item takes
 * its pointers with it (promise R3). `goes` says which items; what is declared to outlive the person never does. Each step
 * may be repeated: what is gone already stays gone.
 */
export async function* eraseSteps(
  table: Table,
  subjectId: string,
  goes: (item: Item, entity: AnyEntity) => boolean = () => true,
  among: ReadonlyMap<string, AnyEntity> = declaredEntities,
): AsyncGenerator<EraseStep> {
  let files: string[] = [];
  let writes: Write[] = [];
  let items = 0;
  for await (const item of itemsOfPerson(table, subjectId, 'ended-too')) {
    const entity = entityOf(item, among);
    if (entity.declaration.outlives || !goes(item, entity)) continue;
    if (writes.length + 1 + pointersTo(item).length > MAX_WRITES && writes.length > 0) {
      yield { files, writes: writes as EraseStep['writes'], items };
      [files, writes, items] = [[], [], 0];
    }
    files.push(...filesOf(item, entity));
    writes.push(...remove(item));
    items += 1;
  }
  if (writes.length > 0) yield { files, writes: writes as EraseStep['writes'], items };
}

/** The names of the files of an item, each there from before the file exists. */
export function filesOf(item: Item, { declaration }: AnyEntity): string[] {
  const { files } = declaration;
  return files ? ((item[files.names] as string[] | undefined) ?? []) : [];
}
