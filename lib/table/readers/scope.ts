import type { KindId } from '../../policy/kinds';
import type { Item, Table } from '../client';
import type { AnyEntity } from './any-entity';
import { declaredEntities, entityOf, itemsOfPerson } from './partition';

/** A window of time, in epoch seconds: from this second on, until before that one. */
export type Window = { fromSeconds: number; untilSeconds: number };

/**
 * Which of these kinds were held of a person at some moment of a window, by what lies there now (promise B3). What had been
 * erased before can only be told from the ledger, so the answer is "at least these".
 */
export async function kindsHeld(
  table: Table,
  subjectId: string,
  kinds: ReadonlySet<KindId>,
  window: Window,
  among: ReadonlyMap<string, AnyEntity> = declaredEntities,
): Promise<Set<KindId>> {
  const held = new Set<KindId>();
  for await (const item of itemsOfPerson(table, subjectId)) {
    if (!wasThere(item, window)) continue;
    for (const kind of kindsOf(item, entityOf(item, among))) if (kinds.has(kind)) held.add(kind);
  }
  return held;
}

function wasThere(
  { createdAtSeconds, expiresAtSeconds }: Item,
  { fromSeconds, untilSeconds }: Window,
): boolean {
  const begun = Number(createdAtSeconds ?? 0);
  const ended = Number(expiresAtSeconds ?? Number.POSITIVE_INFINITY);
  return begun < untilSeconds && ended > fromSeconds;
}

/** The kinds that items are about: the epoch beside what rests on a consent says only that something is there. */
export function kindsIn(
  items: readonly Item[],
  among: ReadonlyMap<string, AnyEntity> = declaredEntities,
): Set<KindId> {
  return new Set(
    items.flatMap(({ epoch: _, ...content }) => {
      const entity = among.get(String(content.entity));
      return entity ? kindsOf(content as Item, entity) : [];
    }),
  );
}

/** The kinds an item holds. Sealed attributes cannot be seen one by one without the key, so all that may be there count. */
export function kindsOf(item: Item, { attributes }: AnyEntity): KindId[] {
  const there = Object.entries(attributes).filter(([attribute, { storage }]) =>
    storage === 'sealed' ? item.sealed !== undefined : item[attribute] !== undefined,
  );
  return [...new Set(there.flatMap(([, { kinds }]) => kinds))];
}
