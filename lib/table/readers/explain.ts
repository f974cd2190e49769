import { type RetentionId, retention } from '../../policy/retention';
import type { Item } from '../client';
import type { AnyEntity } from './any-entity';
import { declaredEntities, entityOf } from './partition';

/** Why a record is kept, until when, and by which rule (PIPL art. 19; promise S4). */
export type Explained = {
  entity: string;
  purpose: string;
  rule: RetentionId;
  /** The period and its basis, as the person reads them. */
  period: string;
  basis: string;
  /** When it ends by the clock, in epoch seconds; absent where an event ends it. */
  endsAtSeconds?: number;
  /** The rule by which it stays when everything else of the person is erased. */
  outlives?: RetentionId;
};

/** Says for any record which rule keeps it, why and until when, from its declaration. */
export function explain(item: Item, among: ReadonlyMap<string, AnyEntity> = declaredEntities): Explained {
  const { name, declaration } = entityOf(item, among);
  const { rule } = declaration.life;
  const { period, basis } = retention[rule];
  return {
    entity: name,
    purpose: declaration.place.purpose,
    rule,
    period,
    basis,
    ...(item.expiresAtSeconds !== undefined && { endsAtSeconds: Number(item.expiresAtSeconds) }),
    ...(declaration.outlives && { outlives: declaration.outlives }),
  };
}
