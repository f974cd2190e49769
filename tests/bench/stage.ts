import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { build as bundle } from 'esbuild';
import { cards } from '../../functions/cards/index';
import { consent } from '../../functions/consent/index';
import { login } from '../../functions/login/index';
import { startServices } from '../../infra/local/services';
import { readConfig } from '../../lib/config';
import { parseToken } from '../../lib/crypto/token';
import { buildDeps } from '../../lib/deps';
import type { Call } from '../../lib/gate/call';
import { dispatch } from '../../lib/gate/dispatch';
import { cardKey } from '../../lib/table/card';
import { type Key, keys } from '../../lib/table/keys';

export type Stage = {
  environment: Record<string, string>;
  token: string;
  cardId: string;
  /** The items that reading the card reads. */
  person: Key;
  card: Key;
  /** The bare handler's bundle. */
  bare: string;
  /** Opens the table with nothing of ours around it. */
  raw(): DynamoDBClient;
  stop(): Promise<void>;
};

/** A table with one person, their consent and a full card, and the bare handler built with the options of ours. */
export async function setStage(): Promise<Stage> {
  const services = await startServices();
  const { environment } = services;
  const config = readConfig(environment);
  const deps = buildDeps(config, {
    log: () => {},
    wechat: { exchangeCode: async () => ({ openid: 'bench' }) } as never,
  });
  const functions = { login, consent, cards };
  const call = async (path: string, input: object, by: Partial<Call> = {}) => {
    const [name, operation = ''] = path.split('/') as [keyof typeof functions, string];
    const common = { operation, input, requestId: 'bench', host: 'test', trigger: 'client' } as const;
    const reply = await dispatch(deps, name, functions[name], { ...common, ...by });
    if (!reply.ok) throw new Error(`${path}: ${reply.error.code}`);
    return reply.data as { token: string; cardId: string; version: number; textHash: string };
  };
  const { token } = await call('login/signIn', { code: 'c' });
  const policy = await call('consent/policy', {});
  const evidence = { control: 'bench', defaultState: 'unchecked', dwellMs: 1 };
  const act = {
    purpose: 'cards',
    version: 0,
    policyVersion: policy.version,
    textHash: policy.textHash,
    language: 'zh-CN',
  };
  await call(
    'consent/grant',
    { ...act, evidence, idempotencyKey: randomBytes(12).toString('hex') },
    { token },
  );
  const content = {
    name: '林晓',
    organisation: '数据局',
    title: '工程师',
    phones: ['13800138000'],
    mails: ['lin@example.cn'],
  };
  const { cardId } = await call(
    'cards/create',
    { ...content, idempotencyKey: randomBytes(12).toString('hex') },
    { token },
  );
  await call('consent/status', {}, { token }); // the hourly note of the session
  const subjectId = parseToken(token)?.subjectId ?? '';
  return {
    environment,
    token,
    cardId,
    person: keys.person(subjectId),
    card: cardKey(subjectId, cardId),
    bare: await bundleBare(),
    raw: () => new DynamoDBClient({ region: config.SERVICE_REGION, endpoint: config.TABLE_ENDPOINT }),
    stop: services.stop,
  };
}

async function bundleBare(): Promise<string> {
  const outfile = join(__dirname, '../../dist/bench/bare.js');
  await bundle({
    entryPoints: [join(__dirname, 'bare.ts')],
    outfile,
    bundle: true,
    minify: true,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    mainFields: ['module', 'main'],
  });
  return outfile;
}
