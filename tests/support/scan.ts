import { type DynamoDBClient, QueryCommand, ScanCommand } from '@aws-sdk/client-dynamodb';
import type { Config } from '../../lib/config';
import { DUE_SHARDS, type DueLane, dueShard } from '../../lib/table/keys';
import { shortClient } from './short-way';
import type { RawItem } from './units';

/** Every raw item of a table, or of one partition of it, which is much cheaper. */
export async function scan(raw: DynamoDBClient, TableName: string, partition?: string): Promise<RawItem[]> {
  const items: RawItem[] = [];
  const one = {
    KeyConditionExpression: 'pk = :pk',
    ExpressionAttributeValues: { ':pk': { S: partition ?? '' } },
  };
  let ExclusiveStartKey: RawItem | undefined;
  do {
    const page = partition
      ? await raw.send(new QueryCommand({ TableName, ...one, ExclusiveStartKey }))
      : await raw.send(new ScanCommand({ TableName, ExclusiveStartKey }));
    items.push(...(page.Items ?? []));
    ExclusiveStartKey = page.LastEvaluatedKey;
  } while (ExclusiveStartKey);
  return items;
}

/** The parts of the index of what is due that hold anything in a lane: one request, where to ask every part is eight. */
export async function partsInUse({ config }: { config: Config }, lane: DueLane = 'DUE'): Promise<number[]> {
  const raw = shortClient({ region: config.SERVICE_REGION, endpoint: config.TABLE_ENDPOINT });
  const used = new Set<string | undefined>();
  let ExclusiveStartKey: RawItem | undefined;
  do {
    const page = await raw.send(
      new ScanCommand({
        ...{ TableName: config.TABLE_NAME, IndexName: 'due', ExclusiveStartKey },
        ProjectionExpression: 'dueShard',
      }),
    );
    for (const item of page.Items ?? []) used.add(item.dueShard?.S);
    ExclusiveStartKey = page.LastEvaluatedKey;
  } while (ExclusiveStartKey);
  return Array.from({ length: DUE_SHARDS }, (_, shard) => shard).filter((shard) =>
    used.has(dueShard(shard, lane)),
  );
}
