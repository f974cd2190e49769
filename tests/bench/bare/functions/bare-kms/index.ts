import { DecryptCommand, KMSClient } from '@aws-sdk/client-kms';
import { handler as read, type Trip } from '../bare/index';

let client: KMSClient | undefined;

/** The bare handler that also has one key opened by KMS, as a new instance in the cloud must. */
export async function handler({ trips, wrapped }: { trips: Trip[]; wrapped: string }): Promise<object> {
  const answer = await read({ trips });
  client ??= new KMSClient({ region: process.env.SERVICE_REGION ?? '' });
  await client.send(new DecryptCommand({ CiphertextBlob: Buffer.from(wrapped, 'base64') }));
  return answer;
}
