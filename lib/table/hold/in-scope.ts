import { toEpochSeconds } from '../../clock';
import type { KindId } from '../../policy/kinds';
import type { Item } from '../client';
import type { AnyEntity } from '../readers/any-entity';
import { declaredEntities, entityOf } from '../readers/partition';
import { kindsOf } from '../readers/scope';
import type { Hold } from './hold';

/** What a hold names: which kinds, and what came in which time. */
export type HoldScope = Pick<Hold, 'kinds' | 'from' | 'until'>;

/** How a hold keeps an item: sealed whole under its own key, or marked where it is. */
export type Keeping = { way: 'freeze' | 'mark'; entity: AnyEntity; kinds: KindId[] };

/**
 * Whether a hold keeps an item, and how; undefined where it does not name it. The record is the unit: it is kept as a whole if
 * it holds one kind that is named and came in the time that is named. One that says nothing of when it came is kept.
 */
export function keepingOf(
  item: Item,
  { kinds: named, from, until }: HoldScope,
  among: ReadonlyMap<string, AnyEntity> = declaredEntities,
): Keeping | undefined {
  const entity = entityOf(item, among);
  const { unheld, actsWhileHeld, outlives } = entity.declaration;
  if (unheld || !cameIn(item, from, until)) return undefined;
  const kinds = kindsOf(item, entity);
  if (named && !kinds.some((kind) => named.includes(kind))) return undefined;
  return { way: actsWhileHeld || outlives ? 'mark' : 'freeze', entity, kinds };
}

/** By the second: items say no more. A second that lies on a bound is within. */
function cameIn({ createdAtSeconds }: Item, from: string | undefined, until: string | undefined): boolean {
  if (createdAtSeconds === undefined) return true;
  const came = Number(createdAtSeconds);
  if (from !== undefined && came < Math.floor(Date.parse(from) / 1000)) return false;
  return until === undefined || came < toEpochSeconds(Date.parse(until));
}

/** The kinds that a hold can name: those of items that it can keep. */
export function holdableKinds(among: ReadonlyMap<string, AnyEntity> = declaredEntities): Set<KindId> {
  const kept = [...among.values()].filter(
    ({ declaration: { place, unheld } }) => place.owner === 'person' && !unheld,
  );
  return new Set(
    kept.flatMap(({ attributes }) =>
      Object.values(attributes).flatMap(({ kinds, listedIn }) => (listedIn ? [] : kinds)),
    ),
  );
}
