import { randomBytes } from 'node:crypto';
import { BatchWriteItemCommand, type DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import { makeMissingKeys, type RotateParts } from '../../infra/commands/rotate-keys';
import { KEYS } from '../../lib/table/service/key-store';

/** A root key of no other world's: two services that must not know each other's keys bring one each. */
export const newRootKey = (): string => `local:${randomBytes(32).toString('base64')}`;

type Made = Promise<Record<string, unknown>[]>;
/** By root key and suite: the wrapped keys as they lie in the first table. */
const made = new Map<string, Made>();

/**
 * Gives a new table its service keys. Those of one root key are made once for the whole test file, and put into every
 * further table as they are, in one write.
 */
export async function giveKeys(raw: DynamoDBClient, tableName: string, parts: RotateParts): Promise<void> {
  const ring = `${parts.roots[0].id} ${parts.suite}`;
  const known = made.get(ring);
  if (!known) {
    const making = makeMissingKeys(parts).then(async () => {
      const { items } = await parts.table.query({
        KeyConditionExpression: 'pk = :keys',
        ExpressionAttributeValues: { ':keys': KEYS },
      });
      return items;
    });
    made.set(ring, making);
    await making;
    return;
  }
  const puts = (await known).map((item) => ({ PutRequest: { Item: marshall(item) } }));
  await raw.send(new BatchWriteItemCommand({ RequestItems: { [tableName]: puts } }));
}
