import type { Item } from '../client';
import { entities } from '../entities';
import type { AnyEntity } from './any-entity';

const byName = new Map<string, AnyEntity>(Object.values(entities).map((entity) => [entity.name, entity]));

/**
 * What an item is, by the closed list of entities.
 * @throws Error for an item that no entity declares: nothing may lie in a person's partition that nobody answers for
 */
export function entityOf(item: Item, among: ReadonlyMap<string, AnyEntity> = byName): AnyEntity {
  const found = among.get(String(item.entity));
  if (!found) throw new Error('an item is of no declared entity');
  return found;
}

/** The entities by name, for readers that are given others beside them. */
export const declaredEntities: ReadonlyMap<string, AnyEntity> = byName;
