import * as z from 'zod/mini';
import { toInstant } from '../clock';
import { type ConsentPurposeId, needsConsent, type PurposeId } from '../policy/purposes';
import type { SensitiveKindId } from '../policy/sensitive';
import type { StayRule } from '../policy/stay-rules';
import { type Attributes, codecOf, type Given, type Plain, plain } from './attribute';
import { bindNew, boundItem, demandWhole, guardedOf, isGuarded, noteGuarded, type Unbound } from './bound';
import { type Item, type MadeItem, sinceBefore } from './item';
import { DUE_SHARDS, dueShard, type Key, type Pointer, shardOf, subjectOf } from './keys';
import { hiddenKindsOf, isSaid, kindsUnsaid, sensitiveKindsOf } from './kinds-in';
import { endOfLife, type Life } from './life';
import type { Place } from './place';
import { FORM, type Sealer } from './sealer';

/**
 * The entity is the unit of law. Its declaration says everything that an item of it carries: whose partition it lies in,
 * what it rests on, its id, its life, the kind of each attribute, whom it names, what leads to it, which files are its
 * own. Key, seal, epoch, expiry, head-counts, export, erasure, sweep and breach scope follow from it and from nothing else
 * (promises K7, R1, R3, S2, S5, B3).
 */
export type Declaration<A extends Attributes, Id, P extends PurposeId> = {
  place: Place<Id, P>;
  life: Life<Extract<keyof A, string>>;
  attributes: A;
  /** The rule by which it stays when its person is erased (PIPL art. 47 para 2). Absent: it goes with them. */
  outlives?: StayRule;
  /** Of an item that outlives its person: the attributes that stay. The others go, with what leads to it. Absent: all stay. */
  remains?: readonly Extract<keyof A, string>[];
  /** Entities elsewhere that lead to an item of this one and go with it; the maker is given their keys. */
  pointers?: readonly string[];
  /** The attributes that name its files, and the second until which one may still appear. */
  files?: {
    names: Extract<keyof A, string>;
    openUntilSeconds?: Extract<keyof A, string>;
    /** Where the seal of a file belongs; undefined for one that only waits and is nobody's record yet. */
    placeOf?(name: string): string | undefined;
  };
  /** The part of the index `due` in which it waits for a human while its attribute `dueAt` is there. */
  queue?: string;
  /** Declared attributes that are there only as keys of another index: the checksum of a chain leaves them out. */
  indexes?: readonly Extract<keyof A, string>[];
  /** The attribute that names the hour under whose key it is sealed as well as under the person's own (location/place-keys.ts). */
  hour?: Extract<keyof A, string>;
  /** An item of it is a natural person, who is counted as long as the item says so in `holds`. */
  counts?: 'persons';
  /**
   * Its writes add attributes to the item later, one by one: since when the item has been there says nothing of those that
   * it may be without.
   */
  grows?: true;
  /** Why no hold keeps it: without it nothing of the person could go on or end. */
  unheld?: string;
  /** Why no export has it: it is itself a copy of what an export has. */
  copies?: string;
  /** Why it still acts while a hold keeps it, with nothing sealed in it: it is marked in its place, and not frozen. */
  actsWhileHeld?: string;
  /** Why its writes need no check of the person: the event that ends it changes the item itself. */
  fenced?: string;
} & Bound<Extract<keyof A, string>>;

/** One of both, so that nothing that opens a door is added without a thought. */
type Bound<Name extends string> =
  /** By which an item opens a door: obeyed only as the service wrote them, there and together (bound.ts). */
  | { guarded: readonly Name[]; unguarded?: undefined }
  /** Why nothing is gained by an item of it that the service has not written. */
  | { guarded?: undefined; unguarded: string };

/** What the maker cannot derive: the key that seals, what leads here, what it takes the place of. */
export type Extras = { sealer?: Sealer | undefined; points?: readonly Pointer[]; before?: Item | undefined };

const fencedNames = new Set<unknown>();

/** Whether an item changes with everything that ends it, so that its write needs no check of the person. */
export function isFenced(item: Record<string, unknown> | undefined): boolean {
  return fencedNames.has(item?.entity);
}

/** The consent epoch that an item belongs to: nobody declares it, whatever rests on a consent has it (promise K3). */
const epoch = plain('consent-state', z.int());
/** With which key, and of which epoch: without a sealer only what lies in the clear is read. */
export type Reading = { sealer?: Sealer | undefined; epoch?: number | undefined };

type HeldId = SensitiveKindId | 'persons';

type WithEpoch<A extends Attributes, P extends PurposeId> = [P] extends [ConsentPurposeId]
  ? A & { epoch: typeof epoch }
  : A;

export type Entity<A extends Attributes = Attributes, Id = never> = {
  name: string;
  attributes: A;
  declaration: Declaration<Attributes, never, PurposeId>;
  /** The key of one item. `owner` is the person's number, or the digest that a pointer is found by. */
  key(owner: string, id: Id): Key;
  /**
   * Makes the item that stores a value: key, epoch, expiry, index attributes and held kinds as declared.
   * @throws Error where sealed attributes meet no sealer, or pointers are declared and none given: programming errors
   */
  make(owner: string, id: Id, value: Given<A>, extras?: Extras): MadeItem;
  /** The checksum-to-be of what opens a door in a value, for a write that sets or expects all of it unread. */
  bind(value: Record<string, unknown>): Unbound;
  /** The sensitive kinds that an item with this value holds, and whether it is a natural person. */
  holds(value: Given<A>): HeldId[];
  /** Whether an item is of this entity and, where an epoch is named, of that epoch. */
  is(item: Item | undefined, epoch?: number): item is Item;
  /** An item of this entity for what lies in the clear of it; otherwise undefined. @throws SealError as `read` */
  clear(item: Item | undefined, epoch?: number): Item | undefined;
  /**
   * The value of an item of this entity and, where an epoch is named, of that epoch; otherwise undefined.
   * @throws SealError for an altered or moved blob or state that opens a door; @throws ZodError for a foreign record
   */
  read(item: Item | undefined, how?: Reading): Plain<A> | undefined;
};

/** Declares an entity. Its name is part of what seals are bound to and never changes. */
export function declareEntity<const A extends Attributes, Id = void, P extends PurposeId = PurposeId>(
  name: string,
  declaration: Declaration<A, Id, P>,
): Entity<WithEpoch<A, P>, Id> {
  const { place, life, files, pointers, outlives, queue, counts } = declaration;
  if (declaration.fenced) fencedNames.add(name);
  const attributes = {
    ...declaration.attributes,
    ...(needsConsent(place.purpose) && { epoch }),
  } as WithEpoch<A, P>;
  const codec = codecOf(name, attributes);
  const sensitive = sensitiveKindsOf(attributes);
  const hidden = hiddenKindsOf(attributes);
  const guarded = guardedOf(name, declaration.guarded, attributes);
  noteGuarded(name, guarded, attributes, life);
  const seals = Object.values(attributes).some(({ storage }) => storage === 'sealed');

  function make(owner: string, id: Id, value: Given<WithEpoch<A, P>>, extras: Extras = {}): MadeItem {
    const { sealer, points = [], before } = extras;
    if (pointers && !extras.points)
      throw new Error(`${name} is declared to be led to, and nothing leads to it`);
    const key = place.key(owner, id);
    const content = value as Record<string, unknown>;
    const endsAtSeconds = endOfLife(life, content);
    const holds = holdsOf(content);
    const waits = queue !== undefined && content.dueAt !== undefined;
    // The database's broom asks nobody: it may sweep only what nothing else depends on.
    const needsSweep = points.length > 0 || holds.length > 0 || files !== undefined || outlives !== undefined;
    const item = {
      ...key,
      entity: name,
      form: FORM,
      createdAtSeconds: undefined as number | undefined,
      ...codec.encode(value, key.sk, apart(sealer)),
      expiresAtSeconds: endsAtSeconds,
      ttlSeconds: needsSweep ? undefined : endsAtSeconds,
      // An item stands in the index once: while it waits, by what it waits for, and by its end afterwards.
      ...(waits && { dueShard: queue }),
      ...(!waits && needsSweep && endsAtSeconds !== undefined && endOfItem(key, endsAtSeconds)),
      points: points.length > 0 ? points.map(({ pk, sk, forget }) => ({ pk, sk, forget })) : undefined,
      holds: holds.length > 0 ? holds : undefined,
      lacks: kindsUnsaid(hidden, content),
    };
    item.createdAtSeconds = sinceBefore(item as unknown as Item, before);
    return (isGuarded(name) ? boundItem(item) : item) as unknown as MadeItem;
  }

  /** What outlives its person is sealed apart from birth, so that the person's key can go first. */
  function apart(sealer: Sealer | undefined): Sealer | undefined {
    if (outlives === undefined || !sealer || !seals) return sealer;
    if (!sealer.staying) throw new Error(`${name} outlives its person and needs a stay key`);
    return sealer.staying(outlives);
  }

  function holdsOf(value: object): HeldId[] {
    const content = value as Record<string, unknown>;
    const held = sensitive.filter(([attribute]) => isSaid(attributes[attribute], content[attribute]));
    return [...(counts ? [counts] : []), ...new Set(held.map(([, kind]) => kind))];
  }

  function is(item: Item | undefined, ofEpoch?: number): item is Item {
    return item?.entity === name && (ofEpoch === undefined || item.epoch === ofEpoch);
  }

  return {
    name,
    attributes,
    declaration: declaration as unknown as Declaration<Attributes, never, PurposeId>,
    key: place.key,
    make,
    bind: (value) => bindNew(name, value),
    holds: holdsOf,
    is,
    clear(item, ofEpoch) {
      if (!is(item, ofEpoch)) return undefined;
      if (guarded) demandWhole(item);
      return item;
    },
    read(item, { sealer, epoch: ofEpoch } = {}) {
      if (!is(item, ofEpoch)) return undefined;
      if (guarded) demandWhole(item);
      // What waits no longer stands in the index by its end, which is nothing that it says.
      const { dueAt: _, ...said } = item;
      const waits = queue === undefined || item.dueShard === queue;
      return codec.decode(waits ? item : said, item.sk, apart(sealer));
    },
  };
}

/**
 * The index says the hour by which an item has ended: so what moves its end with every write does not move in the index as
 * well, which would cost two units more, and who looks for what has ended reads nothing else.
 */
const DUE_STEP_SECONDS = 3600;

/** Where the sweep finds what ends by the clock, which is invisible from its second on. */
export function endOfItem(
  key: Key,
  endsAtSeconds: number,
): { expiresAtSeconds: number; dueShard: string; dueAt: string } {
  const shard = shardOf(subjectOf(key) ?? key.pk, DUE_SHARDS);
  const hour = Math.ceil(endsAtSeconds / DUE_STEP_SECONDS);
  return {
    expiresAtSeconds: endsAtSeconds,
    dueShard: dueShard(shard, 'ENDS'),
    dueAt: toInstant(hour * DUE_STEP_SECONDS * 1000),
  };
}
