import { BatchWriteItemCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { KEYS } from '../../lib/table/service/key-store';
import type { World } from './world';

/** DynamoDB takes so many writes in one request. */
const ITEMS_PER_WRITE = 25;

/**
 * Worlds one after the other, for tests that move the clock or look at everything there is. Each begins like a new one,
 * with none of the people of the one before, but over the same table and keys: for a third of what new ones cost.
 * Whoever asks for the next one is done with the one before.
 */
export function inTurn<W extends World>(create: (like?: W) => Promise<W>): () => Promise<W> {
  let last: W | undefined;
  return async () => {
    if (last) await empty(last);
    last = await create(last);
    return last;
  };
}

/** Deletes everything but the service's keys; what a new service publishes is published anew. */
async function empty({ config, scan }: World): Promise<void> {
  const client = new DynamoDBClient({ region: config.SERVICE_REGION, endpoint: config.TABLE_ENDPOINT });
  const deletes = (await scan())
    .filter(({ pk }) => (pk as { S: string }).S !== KEYS)
    .map(({ pk, sk }) => ({ DeleteRequest: { Key: { pk, sk } as Record<string, { S: string }> } }));
  for (let from = 0; from < deletes.length; from += ITEMS_PER_WRITE) {
    const RequestItems = { [config.TABLE_NAME]: deletes.slice(from, from + ITEMS_PER_WRITE) };
    const { UnprocessedItems = {} } = await client.send(new BatchWriteItemCommand({ RequestItems }));
    if (Object.keys(UnprocessedItems).length > 0) throw new Error('DynamoDB Local has left items undeleted');
  }
  client.destroy();
}
