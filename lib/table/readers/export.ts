import type { KeyRing } from '../../crypto/key-ring';
import type { KindId } from '../../policy/kinds';
import type { Item, Table } from '../client';
import { ledger, ledgerEntry } from '../ledger/ledger';
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
 * their partition, and read by the declarations. Then what is left of each account that was given up for this one. Other
 * people's numbers and digests are not in it: a digest says nothing to anybody, and a number is somebody else's. Where
 * nothing else is in a record, that it is there would tell the number: it is left out.
 * @param sealerOf opens with an account's own key; asked once an account, and only where something there is sealed
 * @throws SealError for an altered blob, and what `sealerOf` throws
 */
export async function* exportPerson(
  { table, ring }: { table: Table; ring: KeyRing },
  subjectId: string,
  sealerOf: (subjectId: string) => Promise<Sealer>,
  among: ReadonlyMap<string, AnyEntity> = declaredEntities,
): AsyncGenerator<Exported> {
  const accounts = [subjectId];
  for (const account of accounts) {
    let sealer: Sealer | undefined;
    for await (const item of itemsOfPerson(table, account)) {
      if (item.sealed !== undefined) sealer ??= await sealerOf(account);
      const exported = exportItem(item, entityOf(item, among), sealer);
      if (exported.values.some(saysSomething)) yield exported;
      const other = await givenUpFor(ring, account, item);
      if (other !== undefined && !accounts.includes(other)) accounts.push(other);
    }
  }
}

/** The account that was given up for this one by an entry of its ledger; an altered entry would open somebody else's. */
async function givenUpFor(ring: KeyRing, account: string, item: Item): Promise<string | undefined> {
  const entry = ledgerEntry.read(item);
  if (entry?.act !== 'account.joined' || !(await ledger.isUnaltered(ring, account, item))) return undefined;
  return entry.other;
}

/** The epoch stands beside whatever rests on a consent, and alone says only that something is there. */
function saysSomething({ attribute }: Exported['values'][number]): boolean {
  return attribute !== 'epoch';
}

function exportItem(item: Item, entity: AnyEntity, sealer: Sealer | undefined): Exported {
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
