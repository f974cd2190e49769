import type { KindId } from '../../policy/kinds';
import type { Item, Table } from '../client';
import type { Sealer } from '../sealer';
import type { AnyEntity } from './any-entity';
import { declaredEntities, entityOf, itemsOfPerson } from './partition';

/** One record of a person, as they may take it away: what it is, and each thing in it under its kind. */
export type Exported = {
  entity: string;
  /** Since when it has been there, in epoch seconds. */
  createdAtSeconds: number | undefined;
  values: { attribute: string; kinds: readonly KindId[]; value: unknown }[];
};

/**
 * Everything that is held about a person, record by record (PIPL art. 45; promise R1): complete, because it is what lies in
 * their partition, and read by the declarations. Other people's numbers and digests are not in it: a digest says nothing to
 * anybody, and a number is somebody else's.
 * @throws SealError for an altered blob
 */
export async function* exportPerson(
  table: Table,
  subjectId: string,
  sealer: Sealer,
  among: ReadonlyMap<string, AnyEntity> = declaredEntities,
): AsyncGenerator<Exported> {
  for await (const item of itemsOfPerson(table, subjectId))
    yield exportItem(item, entityOf(item, among), sealer);
}

function exportItem(item: Item, entity: AnyEntity, sealer: Sealer): Exported {
  const value = (entity.read(item, { sealer }) ?? {}) as Record<string, unknown>;
  const values = Object.entries(entity.attributes)
    .filter(([attribute, { storage, refersTo }]) => {
      const somebodyElse = refersTo !== undefined;
      return storage !== 'digest' && !somebodyElse && value[attribute] !== undefined;
    })
    .map(([attribute, { kinds }]) => ({ attribute, kinds, value: value[attribute] }));
  const { createdAtSeconds } = item;
  return { entity: entity.name, createdAtSeconds: createdAtSeconds as number | undefined, values };
}
