import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocument } from '@aws-sdk/lib-dynamodb';
import { ApiError } from '../../../lib/client/client';
import { keys } from '../../../lib/table/keys';
import { openapi } from '../../build/openapi';
import { as, type Citizen } from './people';
import type { Region } from './region';

/** What may be left of somebody who was erased: what the law has kept, under no key of theirs, where it ends, and who was told. */
const REMAINS = new Set(['person', 'ledger-entry', 'recipient-duty', 'confirmed-recipient']);
/** What may name their number elsewhere: the reminders to those who were told. */
const NAMES_THE_NUMBER = new Set(['service-process']);

/**
 * What there is again of somebody who was erased, in words: looked for in every raw item of the table, and by calling as them.
 * It asks no reader of the service.
 */
export async function whatCameBack(region: Region, { subjectId, token }: Citizen): Promise<string[]> {
  const { TABLE_ENDPOINT, SERVICE_REGION, TABLE_NAME } = region.services.environment;
  const client = new DynamoDBClient({ region: `${SERVICE_REGION}`, endpoint: `${TABLE_ENDPOINT}` });
  const raw = DynamoDBDocument.from(client);
  const found: string[] = [];
  let ExclusiveStartKey: Record<string, unknown> | undefined;
  do {
    const page = await raw.scan({ TableName: TABLE_NAME, ...(ExclusiveStartKey && { ExclusiveStartKey }) });
    for (const item of page.Items ?? []) {
      const own = item.pk === keys.person(subjectId).pk;
      if (own && !REMAINS.has(item.entity)) found.push(`${item.entity}`);
      if (own && item.entity === 'person' && (item.wrappedKey || item.lifeState !== 'erased'))
        found.push('密钥');
      if (!own && !NAMES_THE_NUMBER.has(item.entity) && JSON.stringify(item).includes(subjectId))
        found.push(`他人的 ${item.entity}`);
    }
    ExclusiveStartKey = page.LastEvaluatedKey;
  } while (ExclusiveStartKey);
  client.destroy();
  const code = await codeOf(as(region, token).cards.list({}));
  if (code !== 'SIGN_IN_REQUIRED' && code !== 'RESTORING') found.push(`登录状态（${code}）`);
  return found;
}

async function codeOf(call: Promise<unknown>): Promise<string> {
  try {
    await call;
    return 'OK';
  } catch (error) {
    return error instanceof ApiError ? error.code : String(error);
  }
}

type Paths = { paths: Record<string, Record<string, unknown>> };

/** How many paths over HTTP refuse somebody who is signed in because the table is restored, and which do not. */
export async function refusedPaths(
  region: Region,
  token: string,
  most = Number.POSITIVE_INFINITY,
): Promise<{ refused: number; served: string[] }> {
  const { paths } = openapi() as Paths;
  const served: string[] = [];
  const asked = Object.entries(paths).slice(0, most);
  for (const [path, methods] of asked) {
    const method = 'get' in methods ? 'GET' : 'POST';
    const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}` };
    const api = region.api();
    const answer = await fetch(method === 'GET' ? new URL(path, api) : `${api}${path}`, {
      method,
      headers,
      ...(method === 'POST' && { body: '{}' }),
    });
    const { error } = (await answer.json().catch(() => ({}))) as { error?: { code: string } };
    if (answer.status !== 503 || error?.code !== 'RESTORING') served.push(path);
  }
  return { refused: asked.length - served.length, served };
}
