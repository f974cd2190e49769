import * as z from 'zod/mini';
import type { KindId, KindStored } from '../policy/kinds';
import { boundRecord, demandWhole, type Guarded, guardedOf } from './bound';
import type { Sealer } from './sealer';

/**
 * What one attribute of an item is: its data kind, how it is stored, and whom it names. An attribute without a kind, or a
 * sealed kind in the clear, does not compile (promise K7).
 */
export type Attribute<S extends z.ZodMiniType = z.ZodMiniType> = {
  kinds: readonly KindId[];
  storage: 'sealed' | 'digest' | 'plain';
  schema: S;
  /** It is another person's number; the entity in that person's partition that leads back here, or null where none does. */
  refersTo?: string | null;
  /** It is a map of such records, each encoded under its id. */
  record?: RecordCodec;
  /** The attribute beside it that lists which of its kinds are in it, where that is another set in every item. */
  listedIn?: string;
  /** A value that tells nothing of the kind's sensitive sort: the age band of an adult is no minor's. */
  harmless?: string;
};
/** A codec whatever its attributes are: it reads what it has written. */
export type RecordCodec = {
  name: string;
  attributes: Attributes;
  /** What of it opens a door: each record has a checksum of its own. */
  guarded?: Guarded | undefined;
  decode(stored: Encoded, place: string, sealer?: Sealer): Record<string, unknown>;
};
export type Attributes = Record<string, Attribute>;

/** Personal content: sealed under the person's own key. */
export function sealed<S extends z.ZodMiniType>(kind: KindStored<'sealed'>, schema: S): Attribute<S> {
  return { kinds: [kind], storage: 'sealed', schema };
}

/** A keyed or one-way digest. */
export function digest<S extends z.ZodMiniType>(kind: KindStored<'digest'>, schema: S): Attribute<S> {
  return { kinds: [kind], storage: 'digest', schema };
}

/** Ids, states and times that the database must compare. */
export function plain<S extends z.ZodMiniType>(kind: KindStored<'plain'>, schema: S): Attribute<S> {
  return { kinds: [kind], storage: 'plain', schema };
}

/**
 * The number of another person. `back` names the entity in that person's partition that leads here, by which their erasure
 * finds this item; null where they keep nothing of it.
 */
export function otherPerson(kind: KindStored<'plain'>, back: string | null): Attribute<z.ZodMiniString>;
export function otherPerson<S extends z.ZodMiniType>(
  kind: KindStored<'plain'>,
  back: string | null,
  schema: S,
): Attribute<S>;
export function otherPerson(
  kind: KindStored<'plain'>,
  back: string | null,
  schema: z.ZodMiniType = z.string(),
): Attribute {
  return { kinds: [kind], storage: 'plain', schema, refersTo: back };
}

export const bytes = z.custom<Uint8Array>((value) => value instanceof Uint8Array);

type Shape<A extends Attributes> = { [K in keyof A]: A[K]['schema'] };
/** The value of a set of attributes, as it is read and as it may be given. */
export type Plain<A extends Attributes> = z.output<z.ZodMiniObject<Shape<A>>>;
export type Given<A extends Attributes> = z.input<z.ZodMiniObject<Shape<A>>>;

/** The plain value of an entity or a record. */
export type ValueOf<E> = E extends { attributes: infer A extends Attributes } ? Plain<A> : never;

/** Attributes as they are stored: those in the clear beside one sealed blob. */
export type Encoded = Record<string, unknown> & { sealed?: Uint8Array };

/** Turns values of some attributes into what is stored, and back. */
export type Codec<A extends Attributes> = {
  attributes: A;
  /** @throws Error where sealed attributes meet no sealer: a programming error */
  encode(value: Given<A>, place: string, sealer?: Sealer): Encoded;
  /** Parses what it reads. @throws SealError for an altered or moved blob; @throws ZodError for a foreign record */
  decode(stored: Encoded, place: string, sealer?: Sealer): Plain<A>;
};

/** The codec of an entity or a record. `name` and place are what a blob is bound to. */
export function codecOf<A extends Attributes>(name: string, attributes: A): Codec<A> {
  const names = Object.keys(attributes);
  const hidden = new Set(names.filter((attribute) => attributes[attribute]?.storage === 'sealed'));
  const shape = Object.fromEntries(names.map((attribute) => [attribute, attributes[attribute]?.schema]));
  const schema = z.object(shape as Shape<A>);
  return {
    attributes,
    encode(value, place, sealer) {
      const visible: Encoded = {};
      const secret: Record<string, unknown> = {};
      for (const attribute of names) {
        const content = (value as Record<string, unknown>)[attribute];
        if (content !== undefined) (hidden.has(attribute) ? secret : visible)[attribute] = content;
      }
      if (Object.keys(secret).length === 0) return visible;
      if (!sealer) throw new Error(`${name} has sealed attributes and needs a sealer`);
      return { ...visible, sealed: sealer.seal(Buffer.from(JSON.stringify(secret)), `${name}|${place}`) };
    },
    decode(stored, place, sealer) {
      const secret =
        stored.sealed && sealer
          ? JSON.parse(sealer.decrypt(stored.sealed, `${name}|${place}`).toString('utf8'))
          : {};
      // In the clear anybody could have written it who holds no key.
      const open = Object.fromEntries(Object.entries(stored).filter(([attribute]) => !hidden.has(attribute)));
      return schema.parse({ ...open, ...secret });
    },
  };
}

/**
 * A smaller record that lies inside an item, such as a session inside the person's. Read one at a time, bound to its name
 * and its id in the map. Where it says what of it opens a door, each has a checksum of its own, so that a change of one
 * disturbs no other, or all in a map have one `together`; `decode` refuses what is not as the service wrote it. @throws SealError
 */
export function defineRecord<const A extends Attributes>(
  name: string,
  attributes: A,
  guarded?: { each?: readonly Extract<keyof A, string>[]; together?: readonly Extract<keyof A, string>[] },
): Codec<A> & { name: string; guarded: Guarded | undefined } {
  const codec = codecOf(name, attributes);
  const of = guardedOf(name, guarded?.each ?? guarded?.together, attributes);
  const guards: Guarded | undefined = of && { ...of, together: guarded?.together !== undefined };
  return {
    name,
    guarded: guards,
    attributes,
    encode: (value, place, sealer) => boundRecord(guards, codec.encode(value, place, sealer), place),
    decode(stored, place, sealer) {
      if (guards) demandWhole(stored);
      return codec.decode(stored, place, sealer);
    },
  };
}

/** A map of records inside an item; empty where nothing is stored. */
export function mapOf(record: RecordCodec) {
  const inside = [...new Set(Object.values(record.attributes).flatMap((attribute) => attribute.kinds))];
  const encoded = z.custom<Encoded>((value) => typeof value === 'object');
  const schema = z._default(z.record(z.string(), encoded), {});
  return { kinds: inside, storage: 'plain', schema, record } as const;
}
