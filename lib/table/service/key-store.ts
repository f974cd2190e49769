import * as z from 'zod/mini';
import type { WrappedKey } from '../../crypto/wrapped-key';
import { bytes, plain } from '../attribute';
import { ConditionFailed, type Item, type Table, type Write } from '../client';
import { declareEntity } from '../entity';
import type { MadeItem } from '../item';
import { padded } from '../keys';
import { ofService } from '../place';
import { create } from '../replace';

/** The partition of all service keys. */
export const KEYS = 'KEYS';

/** A service key as the table holds it, wrapped by the root key. */
export const serviceKey = declareEntity('service-key', {
  place: ofService('security', (name, version: number) => ({ pk: KEYS, sk: `${name}#${padded(version)}` })),
  life: { rule: 'key-life' },
  unguarded:
    'wrapped for its name and version: another one does not open, and a public key is derived from it',
  attributes: {
    name: plain('key-material', z.string()),
    keyVersion: plain('key-material', z.int()),
    rootId: plain('key-material', z.string()),
    wrapped: plain('key-material', bytes),
    copies: plain('key-material', z.optional(z.record(z.string(), bytes))),
    suite: plain('key-material', z.enum(['aes', 'sm'])),
    createdAt: plain('key-material', z.string()),
  },
});

/** Every service key, in a few pages at most. */
export async function loadServiceKeys(table: Table): Promise<WrappedKey[]> {
  const all: Item[] = [];
  let after: Record<string, unknown> | undefined;
  do {
    const { items, lastKey } = await table.query({
      KeyConditionExpression: 'pk = :keys',
      ExpressionAttributeValues: { ':keys': KEYS },
      ...(after && { ExclusiveStartKey: after }),
    });
    all.push(...items);
    after = lastKey;
  } while (after);
  return all.flatMap((item) => {
    const stored = serviceKey.read(item);
    if (!stored) return [];
    const { keyVersion, ...record } = stored;
    return [{ ...record, version: keyVersion }];
  });
}

/** Adds a key. Answers false when that version was there already: somebody else made it first. */
export async function addServiceKey(table: Table, key: WrappedKey): Promise<boolean> {
  try {
    await table.write(createServiceKey(key));
    return true;
  } catch (error) {
    if (error instanceof ConditionFailed) return false;
    throw error;
  }
}

/** The write that makes a key, refused where that version is there already. */
export function createServiceKey(key: WrappedKey): Write {
  return create(itemOf(key));
}

/** Stores a key wrapped anew by other roots. @throws ConditionFailed when it was changed or removed meanwhile */
export async function replaceServiceKey(table: Table, key: WrappedKey, before: WrappedKey): Promise<void> {
  await table.write({
    Put: {
      Item: itemOf(key),
      ConditionExpression: '#wrapped = :before',
      ExpressionAttributeNames: { '#wrapped': 'wrapped' },
      ExpressionAttributeValues: { ':before': before.wrapped },
    },
  });
}

/** Puts a key in the place of an earlier one of its name, which is gone for good with them. Refused where it has been done. */
export function moveServiceKey(before: WrappedKey, after: WrappedKey): [Write, Write] {
  const Key = serviceKey.key(before.name, before.version);
  return [createServiceKey(after), { Delete: { Key, ConditionExpression: 'attribute_exists(pk)' } }];
}

/** Deletes a key for good. What is still wrapped by it never opens again. */
export function removeServiceKey({ name, version }: Pick<WrappedKey, 'name' | 'version'>): Write {
  return { Delete: { Key: serviceKey.key(name, version) } };
}

function itemOf({ version, ...record }: WrappedKey): MadeItem {
  return serviceKey.make(record.name, version, { ...record, keyVersion: version });
}
