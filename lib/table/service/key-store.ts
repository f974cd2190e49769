import * as z from 'zod/mini';
import type { WrappedKey } from '../../crypto/key-ring';
import { ConditionFailed, type Item, type Table } from '../client';
import { bytes, defineEntity, plain } from '../entity';
import { keys } from '../keys';

/** A service key as the table holds it, wrapped by the root key. */
export const serviceKey = defineEntity('service-key', {
  name: plain('key-material', z.string()),
  keyVersion: plain('key-material', z.int()),
  rootId: plain('key-material', z.string()),
  wrapped: plain('key-material', bytes),
  suite: plain('key-material', z.enum(['aes', 'sm'])),
  createdAt: plain('key-material', z.string()),
  retiredAt: plain('key-material', z.optional(z.string())),
  publicJwk: plain('key-material', z.optional(z.record(z.string(), z.string()))),
});

/** Every service key, in a few pages at most. */
export async function loadServiceKeys(table: Table): Promise<WrappedKey[]> {
  const all: Item[] = [];
  let after: Record<string, unknown> | undefined;
  do {
    const { items, lastKey } = await table.query({
      KeyConditionExpression: 'pk = :keys',
      ExpressionAttributeValues: { ':keys': keys.serviceKey('', 0).pk },
      ...(after && { ExclusiveStartKey: after }),
    });
    all.push(...items);
    after = lastKey;
  } while (after);
  return all.map((item) => {
    const { keyVersion, ...record } = serviceKey.decode(item, '');
    return { ...record, version: keyVersion };
  });
}

/** Adds a key. Answers false when that version was there already: somebody else made it first. */
export async function addServiceKey(table: Table, { version, ...record }: WrappedKey): Promise<boolean> {
  const encoded = serviceKey.encode({ ...record, keyVersion: version }, '');
  const item = { ...keys.serviceKey(record.name, version), entity: serviceKey.name, ...encoded };
  try {
    await table.write({ Put: { Item: item, ConditionExpression: 'attribute_not_exists(pk)' } });
    return true;
  } catch (error) {
    if (error instanceof ConditionFailed) return false;
    throw error;
  }
}

/** Stores a key wrapped anew by another root, or marks it retired; refused when it was changed meanwhile. */
export async function replaceServiceKey(
  table: Table,
  { version, ...record }: WrappedKey,
  rootIdBefore: string,
): Promise<void> {
  const encoded = serviceKey.encode({ ...record, keyVersion: version }, '');
  const item = { ...keys.serviceKey(record.name, version), entity: serviceKey.name, ...encoded };
  await table.write({
    Put: {
      Item: item,
      ConditionExpression: 'rootId = :before',
      ExpressionAttributeValues: { ':before': rootIdBefore },
    },
  });
}

/** Deletes a retired key for good. */
export async function removeServiceKey(table: Table, name: string, version: number): Promise<void> {
  await table.write({
    Delete: { Key: keys.serviceKey(name, version), ConditionExpression: 'attribute_exists(retiredAt)' },
  });
}
