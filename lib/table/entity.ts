import * as z from 'zod/mini';
import type { Random } from '../crypto/random';
import { decrypt, type SuiteName, seal as sealBytes } from '../crypto/suite';
import type { KindId, KindStored } from '../policy/kinds';

/**
 * Entities whose every attribute names its data kind. Storing a sealed kind in the open, or an attribute without a
 * kind, does not compile (promise K7); export, erasure and retention work from these declarations.
 */
type Schema = z.ZodMiniType;
export type Attribute<S extends Schema = Schema> = {
  kinds: readonly KindId[];
  storage: 'sealed' | 'digest' | 'plain';
  schema: S;
};

/** Personal content: sealed under the person's own key. */
export function sealed<S extends Schema>(kind: KindStored<'sealed'>, schema: S): Attribute<S> {
  return { kinds: [kind], storage: 'sealed', schema };
}

/** A keyed or one-way digest. */
export function digest<S extends Schema>(kind: KindStored<'digest'>, schema: S): Attribute<S> {
  return { kinds: [kind], storage: 'digest', schema };
}

/** Ids, states and times that the database must compare. */
export function plain<S extends Schema>(kind: KindStored<'plain'>, schema: S): Attribute<S> {
  return { kinds: [kind], storage: 'plain', schema };
}

/** A map of smaller records of another entity, kept inside this one and read with `entity.decode` one at a time. */
export function mapOf(entity: Entity): Attribute<z.ZodMiniRecord<z.ZodMiniString, z.ZodMiniCustom<Encoded>>> {
  const kinds = [...new Set(Object.values(entity.attributes).flatMap((attribute) => attribute.kinds))];
  return {
    kinds,
    storage: 'plain',
    schema: z.record(
      z.string(),
      z.custom<Encoded>((value) => typeof value === 'object'),
    ),
  };
}

export const bytes = z.custom<Uint8Array>((value) => value instanceof Uint8Array);

type Attributes = Record<string, Attribute>;
type Shape<A extends Attributes> = { [K in keyof A]: A[K]['schema'] };

/** The plain value of an entity. */
export type ValueOf<E> = E extends Entity<infer A> ? z.output<z.ZodMiniObject<Shape<A>>> : never;

/** An entity as it is stored: its open attributes beside one sealed blob. */
export type Encoded = Record<string, unknown> & { sealed?: Uint8Array };

/** Seals and opens for one person. `place` names entity and item, so that a blob opens only where it was put. */
export type Sealer = {
  seal(plaintext: Buffer, place: string): Buffer;
  decrypt(blob: Uint8Array, place: string): Buffer;
};

/** The version of the way entities are sealed; part of the associated data of every blob. */
const SEAL_VERSION = 1;

/** A person's sealer, from the opened data key. */
export function createSealer(subjectId: string, dataKey: Buffer, suite: SuiteName, random: Random): Sealer {
  const bound = (place: string) => `${subjectId}|${place}|${SEAL_VERSION}`;
  return {
    seal: (plaintext, place) => sealBytes(suite, dataKey, plaintext, bound(place), random),
    decrypt: (blob, place) => decrypt(dataKey, blob, bound(place)),
  };
}

export type Entity<A extends Attributes = Attributes> = {
  name: string;
  attributes: A;
  /** @throws SealError never; @throws Error for an entity with sealed attributes and no sealer: a programming error */
  encode(value: z.input<z.ZodMiniObject<Shape<A>>>, id: string, sealer?: Sealer): Encoded;
  /** Parses what it reads. @throws SealError for an altered or moved blob; @throws ZodError for a foreign record */
  decode(stored: Encoded, id: string, sealer?: Sealer): z.output<z.ZodMiniObject<Shape<A>>>;
};

/** Declares an entity. Its name is part of what seals are bound to and never changes. */
export function defineEntity<const A extends Attributes>(name: string, attributes: A): Entity<A> {
  const names = Object.keys(attributes);
  const hidden = names.filter((attribute) => attributes[attribute]?.storage === 'sealed');
  const shape = Object.fromEntries(names.map((attribute) => [attribute, attributes[attribute]?.schema]));
  const schema = z.object(shape as Shape<A>);
  const placeOf = (id: string) => `${name}|${id}`;

  return {
    name,
    attributes,
    encode(value, id, sealer) {
      const visible: Encoded = {};
      const secret: Record<string, unknown> = {};
      for (const attribute of names) {
        const content = (value as Record<string, unknown>)[attribute];
        if (content === undefined) continue;
        (hidden.includes(attribute) ? secret : visible)[attribute] = content;
      }
      if (Object.keys(secret).length === 0) return visible;
      if (!sealer) throw new Error(`${name} has sealed attributes and needs a sealer`);
      return { ...visible, sealed: sealer.seal(Buffer.from(JSON.stringify(secret)), placeOf(id)) };
    },
    decode(stored, id, sealer) {
      const secret =
        stored.sealed && sealer
          ? JSON.parse(sealer.decrypt(stored.sealed, placeOf(id)).toString('utf8'))
          : {};
      return schema.parse({ ...stored, ...secret });
    },
  };
}
