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
 * What our functions are compared with: the least that reads the same items. It has the same SDK commands in its
 * bundle, built by the same options, and makes the same trips with the document client, which unmarshals what comes.
 * It checks, parses, opens and logs nothing, and carries neither KMS nor SQS, which our bundles hold in reserve.
 */
export type Trip = { query: string } | { get: { pk: string; sk: string }[] };

const TableName = process.env.TABLE_NAME ?? '';
let client: DynamoDBDocumentClient | undefined;

/** Makes the trips one after the other. Answers how many items came back. */
export async function handler({ trips }: { trips: Trip[] }): Promise<{ statusCode: number; items: number }> {
  client ??= connect(process.env.SERVICE_REGION ?? '', process.env.TABLE_ENDPOINT ?? '');
  let items = 0;
  for (const trip of trips)
    items += (await ('query' in trip ? query(client, trip) : get(client, trip))).length;
  return { statusCode: 200, items };
}

function connect(region: string, endpoint: string): DynamoDBDocumentClient {
  const raw = new DynamoDBClient({ region, maxAttempts: 4, endpoint });
  return DynamoDBDocumentClient.from(raw, { marshallOptions: { removeUndefinedValues: true } });
}

async function query(from: DynamoDBDocumentClient, trip: { query: string }): Promise<object[]> {
  const values = { ':pk': trip.query };
  const request = { TableName, KeyConditionExpression: 'pk = :pk', ExpressionAttributeValues: values };
  return (await from.send(new QueryCommand({ ...request, ConsistentRead: true }))).Items ?? [];
}

async function get(from: DynamoDBDocumentClient, trip: { get: object[] }): Promise<object[]> {
  const request = { RequestItems: { [TableName]: { Keys: trip.get, ConsistentRead: true } } };
  return (await from.send(new BatchGetCommand(request))).Responses?.[TableName] ?? [];
}

/** The other commands that our functions carry. */
export const carried = [PutCommand, UpdateCommand, DeleteCommand, TransactWriteCommand];
