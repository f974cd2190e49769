import { type DynamoDBClient, QueryCommand, ScanCommand } from '@aws-sdk/client-dynamodb';
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
