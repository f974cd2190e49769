import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import {
  BatchGetCommand,
  DeleteCommand,
  DynamoDBDocumentClient,
  PutCommand,
  QueryCommand,
  TransactWriteCommand,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb';

/**
 * What our handlers are measured against: a handler with the same SDK commands in its bundle that makes the same trips
 * to the same table and does nothing else. No gate, no parsing, no keys, no seals.
 */
export type BareEvent = {
  /** Partition of the service keys to query first, as a cold instance does. */
  query?: string;
  /** Items to read in one strongly consistent batch. */
  keys: { pk: string; sk: string }[];
};

const TableName = process.env.TABLE_NAME ?? '';
let client: DynamoDBDocumentClient | undefined;

export async function handler({ query, keys }: BareEvent): Promise<object> {
  client ??= DynamoDBDocumentClient.from(
    new DynamoDBClient({
      region: process.env.SERVICE_REGION ?? '',
      endpoint: process.env.TABLE_ENDPOINT ?? '',
    }),
    { marshallOptions: { removeUndefinedValues: true } },
  );
  const reads: object[] = [];
  if (query) {
    const ExpressionAttributeValues = { ':pk': query };
    const input = {
      TableName,
      KeyConditionExpression: 'pk = :pk',
      ExpressionAttributeValues,
      ConsistentRead: true,
    };
    reads.push((await client.send(new QueryCommand(input))).Items ?? []);
  }
  const request = { RequestItems: { [TableName]: { Keys: keys, ConsistentRead: true } } };
  reads.push((await client.send(new BatchGetCommand(request))).Responses ?? {});
  return { statusCode: 200, body: JSON.stringify(reads.length) };
}

/** In the bundle, as they are in ours. */
export const commands = [PutCommand, UpdateCommand, DeleteCommand, TransactWriteCommand];
