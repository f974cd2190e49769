import { randomBytes } from 'node:crypto';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { cards } from '../../functions/cards/index';
import { consent } from '../../functions/consent/index';
import { login } from '../../functions/login/index';
import { profile } from '../../functions/profile/index';
import { rights } from '../../functions/rights/index';
import { makeMissingKeys } from '../../infra/commands/rotate-keys';
import { SANDBOX_PUSH } from '../../infra/local/sandbox/wechat-push';
import { makeLocalTable } from '../../infra/local/table';
import { systemClock } from '../../lib/clock';
import { readConfig } from '../../lib/config';
import { systemRandom } from '../../lib/crypto/random';
import { rootKeys } from '../../lib/crypto/root-key';
import { parseToken } from '../../lib/crypto/token';
import { buildDeps } from '../../lib/deps';
import { dispatch } from '../../lib/gate/dispatch';
import type { Operations } from '../../lib/gate/operation';
import { type Key, keys } from '../../lib/table/keys';
import { fullCard } from '../support/full-card';
import { KEY_ARN } from './kms';

/** Somebody to measure with: signed in, agreed to cards, profile and location, with a full card and a nickname. */
export type Person = {
  subjectId: string;
  token: string;
  cardId: string;
  /** Where the person's own item is: the first thing every signed-in call reads. */
  self: [Key];
};

const functions: Record<string, Operations> = { login, consent, cards, profile, rights };

/** Asked for once; the same again is answered from what the person's item remembers. */
export const partErased = { purpose: 'location', seenEntry: 4, idempotencyKey: 'bench-erases-a-part' };

/** What every measured process is given. The root key guards this one table and is worth nothing. */
export function localSettings(tableEndpoint: string): Record<string, string> {
  return {
    STAGE: 'local',
    SERVICE_REGION: 'cn-north-1',
    TABLE_NAME: 'bench',
    PLACES_TABLE_NAME: 'bench-places',
    TABLE_ENDPOINT: tableEndpoint,
    PROCESS_QUEUE_URL: 'http://127.0.0.1/queue',
    NOTICE_QUEUE_URL: 'http://127.0.0.1/notices',
    OBJECTS_BUCKET: 'bench-objects',
    VAULT_BUCKET: 'bench-vault',
    ROOT_KEY: `local:${randomBytes(32).toString('base64')}`,
    SEAL_SUITE: 'aes',
    WECHAT_API_BASE: 'http://127.0.0.1',
    WECHAT_APPID: 'wxbench',
    WECHAT_SECRET: 'bench',
    WECHAT_PUSH_TOKEN: SANDBOX_PUSH.token,
    WECHAT_PUSH_AES_KEY: SANDBOX_PUSH.aesKey,
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
    AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
  };
}

/** The same with a table of its own, whose keys KMS has wrapped, as in the cloud. */
export function kmsSettings(tableEndpoint: string, kmsEndpoint: string): Record<string, string> {
  return {
    ...localSettings(tableEndpoint),
    TABLE_NAME: 'bench-kms',
    ROOT_KEY: `kms:${KEY_ARN}`,
    AWS_ENDPOINT_URL_KMS: kmsEndpoint,
  };
}

/** Makes the table with its keys, and the person in it, through the gate. */
export async function makePerson(settings: Record<string, string>): Promise<Person> {
  Object.assign(process.env, settings); // our own AWS client must not go looking for the developer's credentials
  const config = readConfig(settings);
  const client = new DynamoDBClient({ region: config.SERVICE_REGION, endpoint: config.TABLE_ENDPOINT });
  await makeLocalTable(client, config.TABLE_NAME);
  await makeLocalTable(client, config.PLACES_TABLE_NAME, 'PlacesTable');
  client.destroy();
  const deps = buildDeps(config, {
    log: () => {},
    staff: { verify: async (staffId) => ({ staffId, roles: ['officer'], issuedAtMs: 0 }) },
  });
  const roots = rootKeys(config.ROOT_KEY, config.SERVICE_REGION, systemRandom);
  const { table } = deps;
  await makeMissingKeys({ table, roots, suite: 'aes', clock: systemClock, random: systemRandom });

  let token: string | undefined;
  let staff: string | undefined;
  const ok = async (path: string, input: object): Promise<Record<string, unknown>> => {
    const [name = '', operation = ''] = path.split('/');
    const call = {
      operation,
      input,
      token: staff ?? token,
      requestId: 'bench',
      host: 'test',
      trigger: 'client',
    } as const;
    const platform = { openid: 'bench', nonce: `bench-${randomBytes(8).toString('hex')}` };
    const reply = await dispatch(deps, name, functions[name] ?? {}, { ...call, platform });
    if (!reply.ok) throw new Error(`${path} was refused: ${reply.error.code}`);
    return reply.data as Record<string, unknown>;
  };
  token = String((await ok('login/signIn', {})).token);
  const { version: policyVersion, textHash, language } = await ok('consent/policy', {});
  for (const purpose of ['cards', 'profile', 'location']) {
    const evidence = { control: 'bench', defaultState: 'unchecked', dwellMs: 1000 };
    const shown = { policyVersion, textHash, language, evidence };
    await ok('consent/grant', { purpose, seenEntry: 0, ...shown, idempotencyKey: onceKey() });
  }
  await ok('rights/erasePart', partErased);
  const { cardId } = await ok('cards/create', { ...fullCard, idempotencyKey: onceKey() });
  await ok('profile/update', { version: 0, nickname: '小林' });
  await ok('consent/status', {}); // leaves the hourly note of the session, so that no measured call has to
  const subjectId = parseToken(token)?.subjectId ?? '';
  return { subjectId, token, cardId: String(cardId), self: [keys.person(subjectId)] };
}

function onceKey(): string {
  return randomBytes(12).toString('hex');
}
