import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { type Clock, systemClock } from '../../lib/clock';
import { systemRandom } from '../../lib/crypto/random';
import { rootKeys } from '../../lib/crypto/root-key';
import { AppError } from '../../lib/errors';
import { createTable } from '../../lib/table/client';
import { newDoorKey } from '../commands/door-key';
import { makeMissingKeys } from '../commands/rotate-keys';
import { startDynamoDb } from './dynamodb';
import { startObjectStore } from './objects';
import { startOidc } from './oidc';
import { openPersistence, type Persistence } from './persist';
import { HOST } from './ports';
import { SANDBOX_SMS, SANDBOX_TEMPLATES } from './sandbox/approved-templates';
import { type Contacts, createContacts } from './sandbox/contacts';
import { startSandbox } from './sandbox/server';
import { SANDBOX_FACEID, SANDBOX_TENCENT } from './sandbox/tencent-signature';
import { SANDBOX_PUSH } from './sandbox/wechat-push';
import { type Mail, startSmtp } from './smtp';
import { startSqs } from './sqs';
import { makeLocalTable } from './table';
import { startTogether, stopTogether } from './together';

const REGION = 'cn-north-1';
/** Of making the first keys. */
const MOST_TRIES = 10;
/** As serverless.yml names them for the stage local. */
const TABLE_NAME = 'leliao-local-table';
const PLACES_TABLE_NAME = 'leliao-local-places';
const QUEUE_PREFIX = 'leliao-local';
const BUCKET_NAME = 'leliao-local-objects';
const VAULT_NAME = 'leliao-local-vault';

/** The mini-program that the sandbox knows. */
export const LOCAL_APP = { appid: 'wx0000000000000000', secret: 'local-secret' };

/** The mini-program of another entry, which people may link (promise A4). */
export const LOCAL_ENTRY = { entry: 'wechat-pay', appid: 'wx9999999999999999', secret: 'local-entry-secret' };

/** Worthless on purpose: it guards what is in memory only. */
export const MEMORY_ROOT_KEY = `local:${createHash('sha256').update('leliao: development only').digest('base64')}`;

export type Services = {
  /** What the functions read (lib/config.ts). */
  environment: Record<string, string>;
  /** Base URL of the partner sandbox; its control surface is below /sandbox. */
  sandbox: string;
  /** What a door before these functions signs with (lib/door/serve.ts). */
  doorKey: string;
  /** What has really reached whom, and what waits to be told of it; the sandbox's control surface shows the same. */
  contacts: Contacts;
  /** Mails that were sent, newest first. */
  mailbox: Mail[];
  smtpPort: number;
  deadLetterQueueUrl: string;
  /** Resolves when the table has ended, asked or not: nothing works without it. */
  ended: Promise<number>;
  /** Stops all of it; resolves when no process is left. */
  stop(): Promise<void>;
};

export type ServicesOptions = {
  /** What people type or paste, where it must be the same after each start; free ports when absent. */
  ports?: { sandbox: number; staff: number; console: number } | undefined;
  /** Folder that keeps the table and the root key; in memory when absent. */
  persistDir?: string | undefined;
  /** Time of the sandbox and the mailbox. */
  clock?: Clock;
  sealSuite?: 'aes' | 'sm';
  /** A region of AWS in China, its root key, and the folders of its two buckets, where another one is played. */
  region?: string;
  rootKey?: string;
  folders?: { objects: string; vault: string };
  /** Fills the new table, in the place of making its first keys. */
  fill?(environment: Record<string, string>): Promise<unknown>;
  /** Where to look for Java: JAVA_HOME and PATH. */
  javaEnvironment?: NodeJS.ProcessEnv;
};

/**
 * Starts everything the functions need, on free ports side by side, with the tables created and its keys made.
 * When one fails to start, the others are stopped first.
 * @throws CannotStart with a sentence for the developer
 */
export async function startServices(options: ServicesOptions = {}): Promise<Services> {
  prepareAwsClients();
  const persistence = options.persistDir ? await openPersistence(options.persistDir) : undefined;
  try {
    return await startWith(options, persistence);
  } catch (error) {
    await persistence?.stop();
    throw error;
  }
}

async function startWith(options: ServicesOptions, persistence: Persistence | undefined): Promise<Services> {
  const { clock = systemClock, sealSuite = 'aes', javaEnvironment = process.env } = options;
  const { region = REGION, folders } = options;
  const contacts = createContacts(clock);
  const running = await startTogether({
    table: startDynamoDb({
      environment: javaEnvironment,
      ...(persistence && { persistDir: persistence.tableDir }),
    }),
    queue: startSqs({ region, prefix: QUEUE_PREFIX }),
    sandbox: startSandbox({ apps: [LOCAL_APP, LOCAL_ENTRY], clock, contacts, port: options.ports?.sandbox }),
    smtp: startSmtp(clock, contacts),
    oidc: startOidc(options.ports?.staff),
    objects: startObjectStore({
      bucket: BUCKET_NAME,
      vault: VAULT_NAME,
      accessKeyId: 'local',
      secretAccessKey: 'local',
      clock,
      ...(options.persistDir && {
        folder: join(options.persistDir, 'objects'),
        vaultFolder: join(options.persistDir, 'vault'),
      }),
      ...(folders && { folder: folders.objects, vaultFolder: folders.vault }),
    }),
  });
  const door = newDoorKey(clock.now());
  const { table, queue, sandbox, smtp, objects, oidc } = running;
  const environment = {
    STAGE: 'local',
    SERVICE_REGION: region,
    TABLE_NAME,
    PLACES_TABLE_NAME,
    TABLE_ENDPOINT: table.endpoint,
    PROCESS_QUEUE_URL: queue.queues.ProcessQueue,
    NOTICE_QUEUE_URL: queue.queues.NoticeQueue,
    SQS_ENDPOINT: queue.endpoint,
    OBJECTS_BUCKET: objects.bucket,
    OBJECTS_ENDPOINT: objects.endpoint,
    VAULT_BUCKET: VAULT_NAME,
    ROOT_KEY: options.rootKey ?? persistence?.rootKey ?? MEMORY_ROOT_KEY,
    SEAL_SUITE: sealSuite,
    WECHAT_API_BASE: sandbox.url,
    WECHAT_APPID: LOCAL_APP.appid,
    WECHAT_SECRET: LOCAL_APP.secret,
    WECHAT_PUSH_TOKEN: SANDBOX_PUSH.token,
    WECHAT_PUSH_AES_KEY: SANDBOX_PUSH.aesKey,
    DOOR_KEYS: door.DOOR_KEYS,
    LINK_ENTRIES: `${LOCAL_ENTRY.entry}=${LOCAL_ENTRY.appid}:${LOCAL_ENTRY.secret}`,
    RISK_RANK_THRESHOLD: '3',
    // So that a published change can be watched taking effect.
    POLICY_REFRESH_SECONDS: '1',
    POLICY_NOTICE_DAYS: '0',
    FACEID_API_BASE: sandbox.url,
    FACEID_REGION: 'ap-guangzhou',
    FACEID_SECRET_ID: SANDBOX_FACEID.secretId,
    FACEID_SECRET_KEY: SANDBOX_FACEID.secretKey,
    FACEID_RULE_ID: SANDBOX_FACEID.ruleId,
    FACEID_REDIRECT_URL: `${sandbox.url}/sandbox`,
    SMS_API_BASE: sandbox.url,
    SMS_REGION: 'ap-guangzhou',
    SMS_SECRET_ID: SANDBOX_TENCENT.secretId,
    SMS_SECRET_KEY: SANDBOX_TENCENT.secretKey,
    SMS_APP_ID: SANDBOX_SMS.appId,
    SMS_SIGN_NAME: SANDBOX_SMS.signName,
    SMTP_URL: `smtp://${HOST}:${smtp.port}`,
    MAIL_FROM: 'notice@leliao.sandbox.cn',
    MAIL_BOUNCE_HOST: 'bounce.leliao.sandbox.cn',
    NETWORK_IDENTITY_BASE: `${sandbox.url}/network-identity`,
    NOTICE_TEMPLATES: SANDBOX_TEMPLATES,
    STAFF_ISSUER: oidc.issuer,
    STAFF_AUDIENCE: oidc.audience,
    STAFF_JWKS_URL: oidc.jwksUrl,
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
  };
  const stop = async () => {
    await stopTogether(Object.values(running));
    await persistence?.stop();
  };
  try {
    await prepareTable(environment, sealSuite, options.fill);
  } catch (error) {
    await stop();
    throw error;
  }
  const { mailbox, port: smtpPort } = smtp;
  return {
    environment,
    sandbox: sandbox.url,
    doorKey: door.DOOR_KEY,
    contacts,
    mailbox,
    smtpPort,
    deadLetterQueueUrl: queue.queues.ProcessDeadLetterQueue,
    ended: table.ended,
    stop,
  };
}

async function prepareTable(
  environment: Record<string, string>,
  suite: 'aes' | 'sm',
  fill: ServicesOptions['fill'],
): Promise<void> {
  const { TABLE_ENDPOINT: endpoint = '', SERVICE_REGION: region = '', ROOT_KEY = '' } = environment;
  const client = new DynamoDBClient({ region, endpoint });
  await makeLocalTable(client, TABLE_NAME);
  await makeLocalTable(client, PLACES_TABLE_NAME, 'PlacesTable');
  client.destroy();
  if (fill) {
    await fill(environment);
    return;
  }
  const table = createTable({ name: TABLE_NAME, region, endpoint, clock: systemClock });
  const roots = rootKeys(ROOT_KEY, region, systemRandom);
  await onceServed(() => makeMissingKeys({ table, roots, suite, clock: systemClock, random: systemRandom }));
}

/** A database that has only just begun, beside a build, is busy for a while; what is made is what is missing still. */
async function onceServed(make: () => Promise<unknown>): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    try {
      await make();
      return;
    } catch (error) {
      if (!(error instanceof AppError && error.code === 'BUSY') || tries === MOST_TRIES) throw error;
    }
  }
}

/** The AWS clients of this process want credentials, and must not go looking for the developer's own. */
function prepareAwsClients(): void {
  process.env.AWS_ACCESS_KEY_ID = 'local';
  process.env.AWS_SECRET_ACCESS_KEY = 'local';
  delete process.env.AWS_SESSION_TOKEN;
  delete process.env.AWS_PROFILE;
  // Node 20 is what CloudBase runs; the note that the SDK will want 22 from 2027 is for whoever upgrades the SDK.
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = 'true';
}
