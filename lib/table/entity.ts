import { type Attributes, type Codec, codecOf } from './attribute';

export { type Attribute, bytes, digest, type Encoded, mapOf, plain, sealed, type ValueOf } from './attribute';
export { createSealer, type Sealer } from './sealer';

export type Entity<A extends Attributes = Attributes> = Codec<A> & { name: string };

/** The older form of a declaration, without place and life: use `declareEntity`. */
export function defineEntity<const A extends Attributes>(name: string, attributes: A): Entity<A> {
  return { name, ...codecOf(name, attributes) };
}
