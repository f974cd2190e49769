import canonicalize from 'canonicalize';
import { SealError } from '../crypto/suite';
import type { Item } from './item';
import type { Key } from './keys';
import { endOfLife, type Life } from './life';
import { FORM } from './sealer';

/**
 * State that opens a door is bound (promises K6, S9): what an item lets anybody do is obeyed only while a checksum under a key
 * of the service says that the service wrote it, for this item and in this place. Who can write the table but holds no key
 * makes the service refuse, and never obey what was never true (docs/adr/0047-state-that-opens-a-door-is-bound.md).
 *
 * Here is what such a checksum covers, and what has been found to have the right one. lib/table/guarding.ts makes and checks
 * them on the way to the database and back.
 */

/** The attribute that holds the checksum of an item, and of a record inside one. */
export const MAC = 'mac';
/** Where the checksum of a map stands whose records have one together. */
export const macOf = (attribute: string): string => `${attribute}Mac`;

/** Makes the checksum of a text: 12 bytes. Who holds it can make state of anybody's (lib/crypto/key-ring.ts). */
export type Checksum = (text: string) => Buffer;

/** A checksum begins with the second in which it was made, which it covers: so no two that are made are alike for long. */
const SECOND_BYTES = 4;

type Stored = Record<string, unknown>;
type Records = Record<string, Stored>;

/**
 * A checksum that has yet to be made: only the table knows the place that a write goes to. It stands where the checksum will,
 * and nothing can be stored with one in it.
 */
export class Unbound {
  constructor(
    readonly name: string,
    readonly said: Stored,
  ) {}
}

/** What of an entity or a record opens a door. `together`: the records of a map have one checksum, which stands beside the map. */
export type Guarded = { name: string; covered: readonly string[]; together?: boolean };
/** The maps of guarded records in an entity. */
type Maps = readonly [attribute: string, record: Guarded][];
type Attributes = Record<string, { storage: string; record?: { guarded?: Guarded | undefined } }>;

type Noted = { own: Guarded | undefined; maps: Maps; life?: Life | undefined };
const entities = new Map<unknown, Noted>();
const nothing: Noted = { own: undefined, maps: [] };
/** Items and records that were found to be as the service wrote them, or that it has just made. */
const whole = new WeakSet<object>();

/**
 * The stored attributes that the checksum of an entity or a record covers. One that is sealed stands for everything that is, as it
 * lies there: so nothing older opens beside newer state.
 */
export function guardedOf(
  name: string,
  guarded: readonly string[] | undefined,
  attributes: Attributes,
): Guarded | undefined {
  if (!guarded) return undefined;
  const stored = guarded.map((one) => (attributes[one]?.storage === 'sealed' ? 'sealed' : one));
  return { name, covered: [...new Set([...stored, ...(attributes.epoch ? ['epoch'] : [])])] };
}

/** Notes what opens a door in items of an entity and how long they live, so that the table checks whatever it reads. */
export function noteGuarded(
  name: string,
  own: Guarded | undefined,
  attributes: Attributes,
  life: Life,
): void {
  const maps = Object.entries(attributes).flatMap(
    ([attribute, { record }]): Maps => (record?.guarded ? [[attribute, record.guarded]] : []),
  );
  // What an item has no checksum of says nothing of its end.
  const isBound = life.from !== undefined && own?.covered.includes(life.from);
  if (own || maps.length > 0) entities.set(name, { own, maps, life: isBound ? life : undefined });
}

/**
 * Whether an item is over by what its checksum covers, whatever end stands beside that: nobody makes a code, a pass or a proof
 * live longer by moving its end.
 */
export function isOver(item: Item, nowMs: number): boolean {
  const { life } = entities.get(item.entity) ?? nothing;
  const endsAtSeconds = life && endOfLife(life, item);
  return endsAtSeconds !== undefined && endsAtSeconds * 1000 <= nowMs;
}

/** Whether anything in items of an entity opens a door. */
export const isGuarded = (entity: unknown): boolean => entities.has(entity);

/** The checksum-to-be of what is about to be stored. */
export function toBind({ name, covered }: Guarded, stored: Stored): Unbound {
  return new Unbound(name, pick(covered, stored));
}

/** The checksum-to-be of a map as it will be. What is in it was read, or is new. @throws SealError */
export function toBindMap(guarded: Guarded, map: unknown): Unbound {
  const records = (map ?? {}) as Records;
  for (const record of Object.values(records)) demandWhole(record);
  return ofMap(guarded, records);
}

const ofMap = ({ name, covered }: Guarded, records: Records) =>
  new Unbound(`${name}|*`, allOf(covered, records));

/** A new record with its checksum-to-be, where each has one. */
export function boundRecord<T extends Stored>(guarded: Guarded | undefined, stored: T, id: string): T {
  if (!guarded) return stored;
  const { name, together } = guarded;
  const made = together
    ? { ...stored }
    : { ...stored, [MAC]: toBind({ ...guarded, name: `${name}|${id}` }, stored) };
  whole.add(made);
  return made;
}

/** A new item with its checksums-to-be. */
export function boundItem<T extends Stored>(item: T): T {
  const { own, maps } = entities.get(item.entity) ?? nothing;
  const beside = maps.flatMap(([attribute, record]) =>
    record.together ? [[macOf(attribute), ofMap(record, (item[attribute] ?? {}) as Records)]] : [],
  );
  const made = { ...item, ...(own && { [MAC]: toBind(own, item) }), ...Object.fromEntries(beside) };
  whole.add(made);
  return made;
}

/** The checksum-to-be of all that opens a door in an item of an entity. */
export function bindNew(entity: string, said: Stored): Unbound {
  const { own } = entities.get(entity) ?? nothing;
  if (!own) throw new Error(`nothing of ${entity} is guarded`);
  return toBind(own, said);
}

/** The checksum-to-be of an item as it will be after a change, for the update that changes it. @throws SealError */
export function boundAnew(item: Item, change: Stored): Unbound {
  demandWhole(item);
  return bindNew(String(item.entity), { ...item, ...change });
}

/** An item that a hold gives back, sealed anew: bound where it was when the hold took it, and otherwise as little as then. */
export function boundAgain<T extends Item>(item: T, wasWhole: boolean): T {
  const { own } = entities.get(item.entity) ?? nothing;
  return own && wasWhole ? { ...item, [MAC]: toBind(own, item) } : item;
}

/** An item that lay where nobody writes who can write the table, so that it has no checksum: the note of a hold in the locked bucket. */
export function believe(item: Item): void {
  whole.add(item);
}

/** Whether an item or a record is as the service wrote it. */
export const isWhole = (stored: object): boolean => whole.has(stored);

/** @throws SealError for what has not come through the table whole: altered, moved, put together of parts, without a checksum */
export function demandWhole(stored: object): void {
  if (!whole.has(stored)) throw new SealError();
}

/** Checks an item that was read, and the records in it. What is not whole is nobody's word, and its reader refuses it. */
export function check(item: Item, checksum: Checksum): void {
  const { own, maps } = entities.get(item.entity) ?? nothing;
  const isRight = (mac: unknown, name: string, said: Stored) =>
    mac instanceof Uint8Array && made(name, said, item, checksum, secondIn(mac)).equals(mac);
  const said = own ? pick(own.covered, item) : {};
  // What has lost its checksum with all that it covers opens nothing any more: a write that does not read may close so.
  const isClosed = item[MAC] === undefined && Object.keys(said).every((one) => one === 'epoch');
  if (!own || isClosed || isRight(item[MAC], own.name, said)) whole.add(item);
  for (const [attribute, { name, covered, together }] of maps) {
    const records = (item[attribute] ?? {}) as Records;
    const isMapRight = together && isRight(item[macOf(attribute)], `${name}|*`, allOf(covered, records));
    for (const [id, record] of Object.entries(records))
      if (isMapRight || (!together && isRight(record[MAC], `${name}|${id}`, pick(covered, record))))
        whole.add(record);
  }
}

/** Puts the checksum, made in this second, in the place of each that had yet to be made. */
export function bindAll(value: unknown, at: Key, checksum: Checksum, second: number): unknown {
  if (value instanceof Unbound) return made(value.name, value.said, at, checksum, second);
  if (!hasUnbound(value)) return value;
  const parts = Object.entries(value as Stored);
  return Object.fromEntries(parts.map(([name, one]) => [name, bindAll(one, at, checksum, second)]));
}

/** Every checksum in an item that opens a door, by where it stands in it. The item may be anything: whoever wrote it. */
export function checksumsIn(item: Item | undefined): Map<string, Uint8Array> {
  const { own, maps } = entities.get(item?.entity) ?? nothing;
  const found = new Map<string, unknown>();
  if (own) found.set(MAC, item?.[MAC]);
  for (const [attribute, { together }] of maps) {
    if (together) found.set(macOf(attribute), item?.[macOf(attribute)]);
    else
      for (const [id, record] of Object.entries((item?.[attribute] ?? {}) as Partial<Records>))
        found.set(`${attribute}.${id}`, record?.[MAC]);
  }
  return new Map([...found].flatMap(([at, mac]) => (mac instanceof Uint8Array ? [[at, mac]] : [])));
}

/** The second in which a checksum was made, as it says itself: in one that is right it is true. */
export function secondIn(mac: Uint8Array): number {
  return mac.length < SECOND_BYTES ? 0 : Buffer.from(mac).readUInt32BE(0);
}

function made(name: string, said: Stored, at: Key, checksum: Checksum, second: number): Buffer {
  const since = Buffer.alloc(SECOND_BYTES);
  since.writeUInt32BE(second);
  return Buffer.concat([since, checksum(textOf(name, said, at, second))]);
}

/** Whether a checksum has yet to be made in a value: in maps in maps, and in no list. */
export function hasUnbound(value: unknown): boolean {
  if (value instanceof Unbound) return true;
  if (typeof value !== 'object' || value === null || Array.isArray(value) || value instanceof Uint8Array)
    return false;
  return Object.values(value).some(hasUnbound);
}

function pick(covered: readonly string[], stored: Stored): Stored {
  const there = covered.filter((one) => stored[one] !== undefined);
  return Object.fromEntries(there.map((one) => [one, stored[one]]));
}

function allOf(covered: readonly string[], records: Records): Records {
  return Object.fromEntries(Object.entries(records).map(([id, record]) => [id, pick(covered, record)]));
}

/** What a checksum is of: its place, what it is, in which form, since when, and what it says. */
function textOf(name: string, said: Stored, { pk, sk }: Key, second: number): string {
  return canonicalize([pk, sk, name, FORM, second, asJson(said)]) ?? '';
}

/** RFC 8785 knows no bytes; the mark keeps them apart from text that reads the same. */
function asJson(value: unknown): unknown {
  if (value instanceof Uint8Array) return { bytes: Buffer.from(value).toString('base64') };
  if (Array.isArray(value)) return value.map(asJson);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, asJson(one)]));
}
