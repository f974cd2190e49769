import type { Attributes } from '../attribute';
import type { Entity } from '../entity';

/** An entity as a reader sees it: whatever its values and ids are, it goes by the declaration alone. */
export type AnyEntity = Pick<
  Entity<Attributes, never>,
  'name' | 'attributes' | 'declaration' | 'is' | 'read'
>;
