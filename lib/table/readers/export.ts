import type { KeyRing } from '../../crypto/key-ring';
import type { KindId } from '../../policy/kinds';
import type { Attribute, Attributes, Encoded, RecordCodec } from '../attribute';
import type { Item, Table } from '../client';
import { itemsOfPerson } from '../items-of-person';
import { partition } from '../keys';
import { ledger, ledgerEntry } from '../ledger/ledger';
import type { PlaceKeys } from '../location/place-keys';
import type { Sealer } from '../sealer';
import type { AnyEntity } from './any-entity';
import { declaredEntities, entityOf } from './partition';

/** One record of a person, as they may take it away: what it is, and each thing in it under its kind. */
export type Exported = {
  entity: string;
  /** Since when it has been there, in epoch seconds. */
  createdAtSeconds: number | undefined;
  values: { attribute: string; kinds: readonly KindId[]; value: unknown }[];
};

/**
 * Everything that is held about a person, record by record (PIPL art. 45; promise R1): complete, because it is what lies in
 * their partition, and read by the declarations. Then what is left of each account that was given up for this one. Other
 * people's numbers and digests are not in it, nor the key: a digest says nothing to anybody, and a number is somebody else's.
 * Where nothing else is in a record, that it is there would tell the number: it is left out.
 * @param sealerOf opens with an account's own key; asked once an account, and only where something there is sealed. Where it
 *   answers none, the key is gone, and what was sealed with it says nothing any more
 * @throws SealError for an altered blob, and what `sealerOf` throws
 */
export async function* exportPerson(
  parts: Parts,
  subjectId: string,
  sealerOf: SealerOf,
  among: ReadonlyMap<string, AnyEntity> = declaredEntities,
): AsyncGenerator<Exported> {
  for await (const { exported } of exportFrom(parts, beginningOf(subjectId), sealerOf, among))
    if (exported) yield exported;
}

type Parts = { table: Table; ring: KeyRing; placeKeys: PlaceKeys };
type SealerOf = (subjectId: string) => Promise<Sealer | undefined>;

/** How far an export has come: the accounts that it goes through, in which of them it is, and behind which key. */
export type ExportPosition = { accounts: readonly string[]; at: number; after?: string };

export const beginningOf = (subjectId: string): ExportPosition => ({ accounts: [subjectId], at: 0 });

/** An item on the way, what it tells its person, if anything, what opens what it names, and how far that has come. */
export type Walked = {
  exported: Exported | undefined;
  opener: Sealer | undefined;
  position: ExportPosition;
};

/** The same from a position on, item by item: whoever stops goes on behind the last one that was taken. */
export async function* exportFrom(
  { table, ring, placeKeys }: Parts,
  from: ExportPosition,
  sealerOf: SealerOf,
  among: ReadonlyMap<string, AnyEntity> = declaredEntities,
): AsyncGenerator<Walked> {
  const accounts = [...from.accounts];
  for (let at = from.at; at < accounts.length; at += 1) {
    const account = accounts[at] as string;
    const after = at === from.at ? from.after : undefined;
    const behind = after === undefined ? undefined : { pk: partition(account), sk: after };
    let sealer: Sealer | undefined;
    for await (const item of itemsOfPerson(table, account, 'alive', undefined, behind)) {
      const entity = entityOf(item, among);
      if (isSealed(item, entity)) sealer ??= await sealerOf(account);
      const opener = sealer && (await openerOf(placeKeys, item, entity, sealer));
      const exported = entity.declaration.copies ? undefined : exportItem(item, entity, opener);
      const other = await givenUpFor(ring, account, item);
      if (other !== undefined && !accounts.includes(other)) accounts.push(other);
      const position = { accounts: [...accounts], at, after: item.sk };
      yield { exported: exported?.values.some(saysSomething) ? exported : undefined, opener, position };
    }
  }
}

/** What opens an item: the person's key, and that of its hour where it has one; undefined where that is gone. */
export async function openerOf(
  placeKeys: PlaceKeys,
  item: Item,
  { declaration: { hour } }: AnyEntity,
  own: Sealer,
): Promise<Sealer | undefined> {
  return hour === undefined ? own : placeKeys.openerFor(item[hour] as string | undefined, own);
}

/** Whether something in an item is sealed: by itself, or in a record of a map. */
function isSealed(item: Item, { attributes }: AnyEntity): boolean {
  const inside = Object.entries(attributes).flatMap(([name, { record }]) =>
    record ? Object.values((item[name] ?? {}) as Encodings) : [],
  );
  return [item as Encoded, ...inside].some(({ sealed }) => sealed !== undefined);
}

/** The account that was given up for this one by an entry of its ledger; an altered entry would open somebody else's. */
async function givenUpFor(ring: KeyRing, account: string, item: Item): Promise<string | undefined> {
  const entry = ledgerEntry.read(item);
  if (entry?.act !== 'account.joined' || !(await ledger.isUnaltered(ring, account, item))) return undefined;
  return entry.other;
}

/** The epoch stands beside whatever rests on a consent, a date beside what waits for the staff: alone they say only that something is there. */
export function saysSomething({ attribute }: Exported['values'][number]): boolean {
  return attribute !== 'epoch' && attribute !== 'dueAt';
}

/** One record of a person, as they may take it away. */
export function exportItem(item: Item, entity: AnyEntity, sealer: Sealer | undefined): Exported {
  const opens = sealer !== undefined || !isSealed(item, entity);
  const value = opens ? (entity.read(item, { sealer }) ?? {}) : item;
  const values = exportValues(entity.attributes, value, sealer);
  const { createdAtSeconds } = item;
  return { entity: entity.name, createdAtSeconds: createdAtSeconds as number | undefined, values };
}

/** Digests say nothing to anybody, other people's numbers are theirs, and what opens the person's data opens it to all. */
export function isTold({ storage, refersTo, kinds }: Attribute): boolean {
  return storage !== 'digest' && refersTo === undefined && !kinds.includes('key-material');
}

function exportValues(attributes: Attributes, given: object, sealer: Sealer | undefined): Exported['values'] {
  const value = given as Record<string, unknown>;
  return Object.entries(attributes)
    .filter(([name, attribute]) => isTold(attribute) && value[name] !== undefined)
    .map(([attribute, { kinds, record }]) => ({
      attribute,
      kinds,
      value: record ? exportMap(record, value[attribute] as Encodings, sealer) : value[attribute],
    }));
}

type Encodings = Record<string, Encoded>;

/** The records of a map, opened, each under its id; in each what may be told, by name. */
function exportMap(record: RecordCodec, stored: Encodings, sealer: Sealer | undefined) {
  return Object.fromEntries(
    Object.entries(stored).map(([id, encoded]) => {
      const values = exportValues(record.attributes, record.decode(encoded, id, sealer), sealer);
      return [id, Object.fromEntries(values.map(({ attribute, value }) => [attribute, value]))];
    }),
  );
}
