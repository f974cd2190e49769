import type { RetentionId } from '../policy/retention';
import { MAC } from '../table/bound';
import type { Item } from '../table/client';
import { isDutyOfHold, isHeld } from '../table/item';
import type { AnyEntity } from '../table/readers/any-entity';
import { declaredEntities } from '../table/readers/partition';

/** What an item is besides what its entity declares: where it is, what it is, and when it goes. */
const FRAME = [
  'pk',
  'sk',
  'entity',
  'form',
  'createdAtSeconds',
  'holds',
  'expiresAtSeconds',
  'ttlSeconds',
  'dueShard',
  'dueAt',
  'heldBy',
  'ended',
  'forgets',
  MAC,
];

/**
 * By which rule an item may stay when its person is gone, and under which purpose it is told; undefined where it may not. What
 * nobody declares may not, unless a hold keeps it, and nothing that keeps more of itself than the declaration leaves it.
 */
export function stayOf(
  item: Item,
  among: ReadonlyMap<string, AnyEntity> = declaredEntities,
): { rule: RetentionId; purpose: AnyEntity['declaration']['place']['purpose'] } | undefined {
  const declaration = among.get(String(item.entity))?.declaration;
  if (isByHold(item) && !declaration?.outlives) return { rule: 'hold-life', purpose: 'accountability' };
  if (!declaration?.outlives) return undefined;
  const { outlives, remains, place } = declaration;
  const may = remains && new Set<string>([...FRAME, ...remains]);
  if (may && Object.keys(item).some((name) => !may.has(name))) return undefined;
  return { rule: outlives, purpose: place.purpose };
}

/** Whether an item is declared to outlive its person or a hold keeps it, whatever of it is still there. */
export function outlives(item: Item, among: ReadonlyMap<string, AnyEntity> = declaredEntities): boolean {
  return among.get(String(item.entity))?.declaration.outlives !== undefined || isByHold(item);
}

/** What a hold keeps, and the duty that lets go of it (promise S3). */
function isByHold(item: Item): boolean {
  return isHeld(item) || isDutyOfHold(item);
}
