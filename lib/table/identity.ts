import { createHash } from 'node:crypto';
import type { TableDescription } from '@aws-sdk/client-dynamodb';

/** Characters of the digest, about as many as nobody guesses. */
const IDENTITY_CHARACTERS = 22;

/**
 * What tells a table from every other one, one of the same name and content included that was restored from its backup: its
 * place and the moment when it was made.
 * @throws Error where DynamoDB does not say them
 */
export function identityOf({ TableArn, CreationDateTime }: TableDescription = {}): string {
  if (!TableArn || !CreationDateTime) throw new Error('the table does not say when it was made');
  const made = `${TableArn} ${CreationDateTime.getTime()}`;
  return createHash('sha256').update(made).digest('base64url').slice(0, IDENTITY_CHARACTERS);
}
