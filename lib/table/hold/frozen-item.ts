import * as z from 'zod/mini';
import { kindIds } from '../../policy/kinds';
import { type Attribute, plain } from '../attribute';
import { boundAgain, boundAnew, isWhole, MAC } from '../bound';
import type { Item, Write } from '../client';
import { declareEntity } from '../entity';
import type { MadeItem } from '../item';
import { subjectOf } from '../keys';
import { inPersonAt } from '../place';
import { type Condition, pointersTo } from '../replace';
import type { Sealer } from '../sealer';
import { parseItem, textOfItem } from './item-text';

/** The files of a frozen item, opened, by their names. */
type Files = Record<string, Buffer>;

/** What was there: the item with its seal opened, and its files. */
const content: Attribute<z.ZodMiniString> = {
  kinds: kindIds,
  storage: 'sealed',
  listedIn: 'kinds',
  schema: z.string(),
};

/**
 * An item that a hold keeps (promise S3; PIPL art. 47 para 2), in its own place: whole, files included, under the key of the hold, so
 * that it stays when the person's key goes. It is of no entity that anybody asks for, stands in no index, has no end, and the table
 * shows it to nobody (`isFrozen`): stored and secured, and not otherwise processed. What an erasure has to know of it stays
 * in the clear: of which epoch it is, and what leads to it.
 */
export const frozenItem = declareEntity('frozen-item', {
  place: inPersonAt('accountability', (sk: string) => sk),
  life: { rule: 'hold-life' },
  files: { names: 'objects' },
  guarded: ['of', 'kinds', 'epoch', 'objects', 'content'],
  attributes: {
    /** The entity that it is of. */
    of: plain('hold-state', z.string()),
    kinds: plain('hold-state', z.array(z.enum(kindIds))),
    epoch: plain('consent-state', z.optional(z.int())),
    /** Files that lie outside still, under the person's key: they go once it is written that they are in here. */
    objects: plain('hold-state', z.optional(z.array(z.string()))),
    content,
  },
});

/** Whether what the item says of doors was as the service wrote it when it was frozen. */
const WHOLE = 'whole';

/** What a hold needs to freeze and to give back: it opens and seals for the person, and under its own key. */
export type FrozenWith = { person: Sealer | undefined; hold: Sealer };

/** An item in its frozen form, held by `holdIds`, the first of which it is sealed under. */
export function freeze(
  item: Item,
  kinds: readonly (typeof kindIds)[number][],
  files: Files,
  holdIds: readonly string[],
  { person, hold }: FrozenWith,
): MadeItem {
  const { pk, sk, entity, sealed, epoch, holds, createdAtSeconds, objects } = item;
  const secret =
    sealed === undefined ? undefined : opened(person).decrypt(sealed as Uint8Array, placeOf(item));
  // Sealed anew, it gets another checksum; what was not whole stays so.
  const wasWhole = { [WHOLE]: isWhole(item) };
  const text = textOfItem({ ...item, ...(secret && { sealed: secret }), ...wasWhole }, files);
  const value = {
    of: String(entity),
    kinds: [...kinds],
    content: text,
    ...(epoch !== undefined && { epoch: Number(epoch) }),
    ...(objects !== undefined && { objects: objects as string[] }),
  };
  const points = pointersTo(item);
  const made = frozenItem.make(subjectOf({ pk, sk }) ?? '', sk, value, { sealer: hold, points });
  // It is counted as what it is, and has been there as long.
  return {
    ...made,
    heldBy: [...holdIds],
    ...(holds !== undefined && { holds }),
    createdAtSeconds,
  } as MadeItem;
}

/** The item as it was, sealed for the person again, with what others took out of it meanwhile taken out; and its files. */
export function thaw(frozen: Item, { person, hold }: FrozenWith): { item: MadeItem; files: Files } {
  const value = frozenItem.read(frozen, { sealer: hold });
  if (!value) throw new Error('an item is not frozen');
  const {
    item: { [WHOLE]: wasWhole, ...item },
    files,
  } = parseItem(value.content);
  const gone = new Set((frozen.forgets as string[] | undefined) ?? []);
  const kept = Object.fromEntries(Object.entries(item).filter(([name]) => !gone.has(name))) as Item;
  const { sealed } = kept;
  if (sealed === undefined) return { item: boundAgain(kept, wasWhole === true) as MadeItem, files };
  const again = opened(person).seal(Buffer.from(sealed as Uint8Array), placeOf(kept));
  return { item: boundAgain({ ...kept, sealed: again }, wasWhole === true) as unknown as MadeItem, files };
}

/** The same frozen item under the key of another hold. */
export function refreeze(frozen: Item, holdIds: readonly string[], from: Sealer, to: Sealer): MadeItem {
  const place = placeOf(frozen);
  const again = to.seal(from.decrypt(frozen.sealed as Uint8Array, place), place);
  const mac = boundAnew(frozen, { sealed: again });
  return { ...frozen, sealed: again, [MAC]: mac, heldBy: [...holdIds] } as unknown as MadeItem;
}

/** A write of a hold's own in the place of exactly what was seen. */
export function inPlaceOf(seen: Item, item: MadeItem): Write {
  return { Put: { Item: item, ...exactly(seen, Object.keys(item)) }, seen, ofHold: true };
}

/** Holds a write to an item that is in every attribute as it was seen, and has none of these beside. */
export function exactly(seen: Item, others: readonly string[]): Condition {
  const there = Object.keys(seen);
  const absent = others.filter((name) => seen[name] === undefined);
  const names = [...there, ...absent];
  const name = (at: number) => `#seen${at}`;
  return {
    ConditionExpression: names
      .map((_, at) => (at < there.length ? `${name(at)} = :seen${at}` : `attribute_not_exists(${name(at)})`))
      .join(' AND '),
    ExpressionAttributeNames: Object.fromEntries(names.map((one, at) => [name(at), one])),
    ExpressionAttributeValues: Object.fromEntries(there.map((one, at) => [`:seen${at}`, seen[one]])),
  };
}

/** Where the seal of an item belongs (attribute.ts). */
const placeOf = ({ entity, sk }: Item): string => `${entity}|${sk}`;

function opened(person: Sealer | undefined): Sealer {
  if (!person) throw new Error('nothing opens for somebody without a key');
  return person;
}
