import { kinds as allKinds, type Kind, type KindId } from '../../policy/kinds';
import type { Table } from '../client';
import { saysNothing } from '../item';
import { itemsOfPerson } from '../items-of-person';
import type { PlaceKeys } from '../location/place-keys';
import type { Sealer } from '../sealer';
import type { AnyEntity } from './any-entity';
import { type Exported, exportItem, openerOf } from './export';
import { declaredEntities, entityOf } from './partition';
import { kindsOf } from './scope';

/**
 * What is held about a person of some kinds and of no other, record by record: an item that holds none of them is not opened, and
 * of one that does everything else is left out, so is what stands in an attribute together with another kind. Other people's
 * numbers and digests are in it as little as in an export; nor is what a hold has frozen.
 * @throws SealError for an altered blob
 */
export async function* recordsOfKinds(
  { table, placeKeys }: { table: Table; placeKeys: PlaceKeys },
  subjectId: string,
  kinds: ReadonlySet<KindId>,
  sealer: Sealer,
  among: ReadonlyMap<string, AnyEntity> = declaredEntities,
): AsyncGenerator<Exported> {
  for await (const item of itemsOfPerson(table, subjectId)) {
    const entity = entityOf(item, among);
    if (!kindsOf(item, entity).some((kind) => kinds.has(kind))) continue;
    const record = exportItem(item, entity, await openerOf(placeKeys, item, entity, sealer));
    const values = record.values.flatMap((one) => onlyOf(kinds, entity, one));
    if (values.length > 0) yield { ...record, values };
  }
}

/**
 * The kinds that can be handed out so: what people have given or what is known of them, and is read as it is. Not what says
 * nothing about a person by itself, digests, numbers of others, and pictures, which lie in files.
 */
export function readableKinds(among: ReadonlyMap<string, AnyEntity> = declaredEntities): Set<KindId> {
  const found = new Set<KindId>();
  for (const { attributes, declaration } of among.values()) {
    if (declaration.place.owner !== 'person' || declaration.files) continue;
    for (const { storage, refersTo, kinds: of } of Object.values(attributes))
      if (storage !== 'digest' && refersTo === undefined)
        for (const kind of of) if (saysSomething(kind)) found.add(kind);
  }
  return found;
}

type Value = Exported['values'][number];

/** What of an attribute is of these kinds alone; of a map, what is in each of its records. */
function onlyOf(kinds: ReadonlySet<KindId>, { attributes }: AnyEntity, one: Value): Value[] {
  const isNamed = (of: readonly KindId[]) => of.every((kind) => kinds.has(kind));
  const inside = attributes[one.attribute]?.record?.attributes;
  const says = one.attribute !== 'epoch' && !saysNothing(one.value);
  if (!inside) return says && isNamed(one.kinds) ? [one] : [];
  const named = Object.keys(inside).filter((name) => isNamed(inside[name]?.kinds ?? []));
  const records = Object.entries(one.value as Record<string, Record<string, unknown>>).flatMap(([id, of]) => {
    const left = named.filter((name) => of[name] !== undefined).map((name) => [name, of[name]]);
    return left.length > 0 ? [[id, Object.fromEntries(left)]] : [];
  });
  const found = new Set(named.flatMap((name) => inside[name]?.kinds ?? []));
  return records.length > 0 ? [{ ...one, kinds: [...found], value: Object.fromEntries(records) }] : [];
}

function saysSomething(kind: KindId): boolean {
  const { class: of }: Kind = allKinds[kind];
  return of !== 'technical';
}
