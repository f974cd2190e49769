import { toInstant } from '../clock';
import type { PurposeId } from '../policy/purposes';
import type { Exported } from '../table/readers/export';
import { declaredEntities } from '../table/readers/partition';

/** A record as the machine-readable part has it (lib/export/schema.ts). Bytes are base64. */
export type ExportRecord = {
  entity: string;
  purpose: PurposeId;
  /** Since when everything in it has been there. */
  since?: string;
  values: Record<string, unknown>;
};

export function recordOf({ entity, createdAtSeconds, values }: Exported): ExportRecord {
  return {
    entity,
    purpose: purposeOf(entity),
    ...(createdAtSeconds !== undefined && { since: toInstant(createdAtSeconds * 1000) }),
    values: Object.fromEntries(values.map(({ attribute, value }) => [attribute, readable(value)])),
  };
}

/** @throws Error for an entity that is not declared: a programming error */
export function purposeOf(name: string): PurposeId {
  const entity = declaredEntities.get(name);
  if (!entity) throw new Error('an item is of no declared entity');
  return entity.declaration.place.purpose;
}

function readable(value: unknown): unknown {
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64');
  if (Array.isArray(value)) return value.map(readable);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, readable(one)]));
}
