import { randomBytes } from 'node:crypto';
import { DynamoDBClient, ScanCommand } from '@aws-sdk/client-dynamodb';
import { cards } from '../../functions/cards/index';
import { consent } from '../../functions/consent/index';
import { identity } from '../../functions/identity/index';
import { location } from '../../functions/location/index';
import { login } from '../../functions/login/index';
import { notify } from '../../functions/notify/index';
import { profile } from '../../functions/profile/index';
import { retention } from '../../functions/retention/index';
import { makeMissingKeys } from '../../infra/commands/rotate-keys';
import { makeLocalTable } from '../../infra/local/table';
import type { Clock } from '../../lib/clock';
import { type Config, readConfig } from '../../lib/config';
import { systemRandom } from '../../lib/crypto/random';
import { rootKeys } from '../../lib/crypto/root-key';
import { buildDeps, type Deps } from '../../lib/deps';
import { AppError } from '../../lib/errors';
import type { Call, Reply } from '../../lib/gate/call';
import { dispatch } from '../../lib/gate/dispatch';
import type { Operations } from '../../lib/gate/operation';
import { createLog, type Log } from '../../lib/log';
import type { FaceId } from '../../lib/partner/faceid';
import type { NetworkIdentity } from '../../lib/partner/network-identity';
import type { Objects } from '../../lib/partner/objects';
import type { EraseMessage, NoticeMessage } from '../../lib/partner/queue';
import type { StaffRole } from '../../lib/partner/staff-identity';
import type { Wechat } from '../../lib/partner/wechat';
import type { Registry } from '../../lib/policy/registry';
import { timeLimits } from '../../lib/time-limits';
import { type Meter, observeWith } from './meter';

/** Every function, as deployed. A test compares it with the folders and the templates. */
export const functions: Record<string, Operations> = {
  login,
  consent,
  cards,
  profile,
  location,
  identity,
  notify,
  retention,
};

/** 2026-12-01 10:00 in Beijing. */
export const START = Date.parse('2026-12-01T02:00:00.000Z');

export type World = {
  deps: Deps;
  config: Config;
  meter: Meter;
  /** Everything logged, line by line. */
  lines: string[];
  /** Everything sent to the erase queue. */
  queued: EraseMessage[];
  /** Everything sent to the notice queue. */
  notices: NoticeMessage[];
  /** Moves the clock. */
  wait(milliseconds: number): void;
  /** One call through the gate, as a host would hand it over. */
  call(path: string, input?: unknown, by?: Partial<Call>): Promise<Reply>;
  /** A call that must succeed. */
  ok<T = Record<string, never>>(path: string, input?: unknown, by?: Partial<Call>): Promise<T>;
  /** The code of a call that must be refused. */
  refused(path: string, input?: unknown, by?: Partial<Call>): Promise<string>;
  /** Signs a WeChat person in; the same openid is the same person. */
  signIn(openid: string): Promise<Caller>;
  /** Signs in and grants the cards purpose. */
  cardHolder(openid: string): Promise<Caller>;
  /** The files of the objects partner, by name, unless the test brings a partner of its own. */
  files: Map<string, Buffer>;
  /** Every raw item of the table. */
  scan(): Promise<Record<string, unknown>[]>;
  /** A second instance of the service over the same table, with nothing cached. */
  instance(): Deps;
};

export type Caller = { token: string; sessionId: string; newAccount: boolean; asks: string[] };

type Options = {
  suite?: 'aes' | 'sm';
  rootKey?: string;
  objects?: (clock: Clock) => Objects;
  partners?: (clock: Clock, log: Log) => Partners;
  /** Another build of the service over the same table. */
  like?: World;
  noticeQueue?: 'up' | 'down';
  /** What this build is said to do. */
  registry?: Registry;
  /** How risky WeChat ranks an openid. */
  rankOf?: (openid: string) => number | undefined;
};

/** The partners that verify identities. Without one of their own, tests have none, and no way is offered. */
export type Partners = { faceId?: FaceId; networkIdentity?: NetworkIdentity };

/** A machine busy with other tests may be slow to answer; what happens then has tests of its own. */
const slow = { attemptMs: 60_000, totalMs: 120_000 };
const patient = { ...timeLimits, callMs: 180_000, connectMs: 30_000, table: slow };

/**
 * A service over a table of its own, with real DynamoDB, a clock the test moves, and a WeChat that says of the code
 * `code-of-X` that it is X's, once.
 */
export async function createWorld({
  suite = 'aes',
  rootKey,
  objects,
  partners,
  like,
  registry,
  noticeQueue = 'up',
  rankOf = () => 0,
}: Options = {}): Promise<World> {
  const root = rootKey ?? `local:${randomBytes(32).toString('base64')}`;
  const settings = {
    STAGE: 'test',
    SERVICE_REGION: 'cn-north-1',
    TABLE_NAME: `test-${randomBytes(6).toString('hex')}`,
    TABLE_ENDPOINT: process.env.TEST_TABLE_ENDPOINT,
    ERASE_QUEUE_URL: 'http://127.0.0.1/queue',
    NOTICE_QUEUE_URL: 'http://127.0.0.1/notices',
    OBJECTS_BUCKET: 'test-objects',
    ROOT_KEY: root,
    SEAL_SUITE: suite,
    WECHAT_API_BASE: 'http://127.0.0.1',
    WECHAT_APPID: 'wxtest',
    WECHAT_SECRET: 'secret',
  };
  const config = like?.config ?? readConfig(settings);
  const raw = new DynamoDBClient({ region: config.SERVICE_REGION, endpoint: config.TABLE_ENDPOINT });
  if (!like) await makeLocalTable(raw, config.TABLE_NAME);

  let now = START;
  const clock = { now: () => now };
  const meter: Meter = { trips: 0, readUnits: 0, writeUnits: 0, actions: new Set() };
  const lines: string[] = [];
  const queued: EraseMessage[] = [];
  const notices: NoticeMessage[] = [];
  const files = new Map<string, Buffer>();
  const usedCodes = new Set<string>();
  const build = () =>
    buildDeps(config, {
      ...(registry && { registry }),
      clock,
      limits: patient,
      observeTable: observeWith(meter, {
        region: config.SERVICE_REGION,
        endpoint: config.TABLE_ENDPOINT,
        tableName: config.TABLE_NAME,
      }),
      log: createLog((line) => lines.push(line)),
      noticeQueue: {
        async send(messages) {
          if (noticeQueue === 'down') throw new AppError('PARTNER_UNAVAILABLE');
          notices.push(...messages);
        },
      },
      eraseQueue: { send: async (message) => void queued.push(message) },
      ...partners?.(
        clock,
        createLog((line) => lines.push(line)),
      ),
      objects: objects?.(clock) ?? memoryObjects(files),
      // A staff token here is `staff:<id>:<role>,<role>`; the real verification has tests of its own.
      staff: {
        async verify(token) {
          const [kind, staffId = '', roles = ''] = token.split(':');
          if (kind !== 'staff') throw new AppError('SIGN_IN_REQUIRED');
          return { staffId, roles: roles.split(',') as StaffRole[] };
        },
      },
      // A phone code here is `<number>-for-<openid>~<anything>`, good once; WeChat binds it to the openid.
      wechatPhone: {
        async exchangePhoneCode(code, openid) {
          const [number = '', owner] = code.replace(/~.*$/, '').split('-for-');
          if (owner !== openid || usedCodes.has(code)) throw new AppError('LOGIN_CODE_INVALID');
          usedCodes.add(code);
          return `+86${number}`;
        },
      },
      wechat: wechatOf(usedCodes, 'code-of-'),
      entries: { 'wechat-pay': { appid: 'wxpay', wechat: wechatOf(usedCodes, 'pay-code-of-') } },
      risk: { wechatRisk: { rankOf: async (openid) => rankOf(openid) }, refusedFrom: 3 },
      // WeChat's judgement of a text here lies in the text: 标记违规, 标记存疑 or 标记故障.
      wechatText: {
        async judge(words) {
          const text = words.join('\n');
          if (text.includes('标记违规')) return 'risky';
          if (text.includes('标记存疑')) return 'review';
          return text.includes('标记故障') ? 'unavailable' : 'pass';
        },
      },
      wechatCode: {
        draw: async (scene) => ({ image: Buffer.from(`code of ${scene}`), contentType: 'image/png' }),
      },
    });
  const deps = build();
  await makeMissingKeys({
    table: deps.table,
    roots: rootKeys(config.ROOT_KEY, 'cn-north-1', systemRandom),
    suite,
    clock,
    random: systemRandom,
  });

  await deps.policy.refresh(); // the first instance of a new service publishes what it was built with
  Object.assign(meter, { trips: 0, readUnits: 0, writeUnits: 0 });
  meter.actions.clear();

  const call: World['call'] = (path, input, by = {}) => {
    const [name = '', operation = ''] = path.split('/');
    const common = {
      requestId: `request-${randomBytes(4).toString('hex')}`,
      host: 'test',
      trigger: 'client',
    } as const;
    return dispatch(deps, name, functions[name] ?? {}, {
      ...common,
      address: '203.0.113.7',
      operation,
      input,
      ...by,
    });
  };
  const ok = async <T>(path: string, input?: unknown, by?: Partial<Call>): Promise<T> => {
    const reply = await call(path, input, by);
    if (!reply.ok)
      throw new Error(`${path} was refused: ${JSON.stringify(reply.error)}\n${lines.slice(-2).join('\n')}`);
    return reply.data as T;
  };
  const signIn: World['signIn'] = (openid) =>
    ok('login/signIn', { code: `code-of-${openid}~${randomBytes(4).toString('hex')}` });

  return {
    deps,
    config,
    meter,
    lines,
    queued,
    notices,
    files,
    wait: (milliseconds) => {
      now += milliseconds;
    },
    call,
    ok,
    refused: async (path, input, by) => {
      const reply = await call(path, input, by);
      return reply.ok ? 'OK' : reply.error.code;
    },
    signIn,
    async cardHolder(openid) {
      const caller = await signIn(openid);
      await ok('consent/grant', await consentAct(ok), caller);
      return caller;
    },
    async scan() {
      const items: Record<string, unknown>[] = [];
      let ExclusiveStartKey: Record<string, never> | undefined;
      do {
        const page = await raw.send(new ScanCommand({ TableName: config.TABLE_NAME, ExclusiveStartKey }));
        items.push(...(page.Items ?? []));
        ExclusiveStartKey = page.LastEvaluatedKey as typeof ExclusiveStartKey;
      } while (ExclusiveStartKey);
      return items;
    },
    instance: build,
  };
}

/** A WeChat that says of the code `<prefix>X~…` that it is X's, once; of `<prefix>X@U~…`, that X's unionid is U as well. */
function wechatOf(usedCodes: Set<string>, prefix: string): Wechat {
  return {
    async exchangeCode(code) {
      if (!code.startsWith(prefix) || usedCodes.has(code)) throw new AppError('LOGIN_CODE_INVALID');
      usedCodes.add(code);
      const [openid = '', unionid] = code.slice(prefix.length).replace(/~.*$/, '').split('@');
      return { openid, unionid };
    },
  };
}

/** An objects partner that keeps files in memory; an upload's address is the name of the file. */
function memoryObjects(files: Map<string, Buffer>): Objects {
  return {
    uploadAddress: async ({ key }) => ({ url: `memory:${key}`, headers: {} }),
    read: async (key) => files.get(key),
    write: async (key, content) => void files.set(key, content),
    remove: async (names) => {
      for (const name of names) files.delete(name);
    },
  };
}

/** A well-formed act of consent to cards on the policy in force; `change` alters it. */
export async function consentAct(
  ok: World['ok'],
  change: Record<string, unknown> = {},
): Promise<Record<string, unknown>> {
  const { version, textHash, language } = await ok<Record<string, unknown>>('consent/policy');
  return {
    purpose: 'cards',
    version: 0,
    policyVersion: version,
    textHash,
    language,
    evidence: { control: 'consent.cards.agree', defaultState: 'unchecked', dwellMs: 4200 },
    idempotencyKey: randomBytes(12).toString('hex'),
    ...change,
  };
}

/** A fresh idempotency key. */
export function onceKey(): string {
  return randomBytes(12).toString('hex');
}
