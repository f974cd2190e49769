import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { readConfig } from '../../lib/config';
import { systemRandom } from '../../lib/crypto/random';
import { kmsRootKey } from '../../lib/crypto/root-key';
import { buildDeps } from '../../lib/deps';
import { AppError } from '../../lib/errors';
import { dispatch } from '../../lib/gate/dispatch';
import { OUTCOME_UNKNOWN } from '../../lib/notice/channel';
import { createWechatMessage } from '../../lib/partner/subscribe-message';
import { askTencent } from '../../lib/partner/tencent-cloud';
import { createWechatRisk } from '../../lib/partner/wechat-risk';
import { createWechatServer } from '../../lib/partner/wechat-server';
import { keys } from '../../lib/table/keys';
import { timeLimits, within } from '../../lib/time-limits';
import { KEY_ARN } from '../bench/kms';
import { partnerIn } from '../support/partners';
import { rawItem } from '../support/raw-item';
import { silences, startSilentServer } from '../support/silent-server';
import { functions } from '../support/world';

/** So short that every repeat and pause is seen within a second or two. */
const short = { attemptMs: 80, totalMs: 300 };
const limits = {
  ...timeLimits,
  ...{ callMs: 5_000, connectMs: 80, table: short, rootKey: short, queue: short, partner: short },
};
const root = join(__dirname, '../..');

/** The service with everybody it calls at one address. */
function serviceAt(url: string, waits = limits) {
  const config = readConfig({
    STAGE: 'test',
    SERVICE_REGION: 'cn-north-1',
    TABLE_NAME: 'test-table',
    PLACES_TABLE_NAME: 'test-table-places',
    TABLE_ENDPOINT: url,
    SQS_ENDPOINT: url,
    PROCESS_QUEUE_URL: `${url}/000000000000/erase`,
    NOTICE_QUEUE_URL: `${url}/000000000000/notice`,
    OBJECTS_BUCKET: 'test-objects',
    VAULT_BUCKET: 'test-vault',
    OBJECTS_ENDPOINT: url,
    ROOT_KEY: `local:${systemRandom(32).toString('base64')}`,
    STAFF_ISSUER: url,
    STAFF_AUDIENCE: 'test',
    STAFF_JWKS_URL: `${url}/jwks`,
    WECHAT_API_BASE: url,
    WECHAT_APPID: 'wxtest',
    WECHAT_SECRET: 'secret',
    FACEID_API_BASE: url,
    FACEID_SECRET_ID: 'id',
    FACEID_SECRET_KEY: 'key',
    FACEID_RULE_ID: '1',
    SMS_API_BASE: url,
    SMS_SECRET_ID: 'id',
    SMS_SECRET_KEY: 'key',
    SMS_APP_ID: '1',
    SMTP_URL: url.replace('http', 'smtp'),
    MAIL_FROM: 'one@example.cn',
    MAIL_BOUNCE_HOST: 'bounce.example.cn',
    NETWORK_IDENTITY_BASE: url,
  });
  const lines: object[] = [];
  const deps = buildDeps(config, { limits: waits, log: (line) => void lines.push(line) });
  return { config, deps, lines };
}

type Service = ReturnType<typeof serviceAt>;
type Asks = Record<string, () => Promise<unknown>>;
/** `needOnlyHeaders` are the ways whose answer is complete without its body. */
type Tried = { client: object; asks: Asks; hears: object; needOnlyHeaders?: string[] };

const Key = keys.data('S', 'cards', 'one');
const add = { Key, UpdateExpression: 'ADD tally :one', ExpressionAttributeValues: { ':one': 1 } };
const accessToken = `${[{ alg: 'ES256', typ: 'at+jwt', kid: 'one' }, { sub: 'one' }]
  .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
  .join('.')}.c2lnbmF0dXJl`;
const person = { name: '林晓', idNumber: '11010519491231002X' };

/** Every file below lib/ that reaches out, each way it does so, and what the caller hears of the silence. */
const clients: Record<string, (url: string, service: Service) => Tried> = {
  'lib/table/client.ts': (_url, { deps: { table } }) => ({
    client: table,
    asks: {
      getMany: () => table.getMany([Key]),
      query: () =>
        table.query({ KeyConditionExpression: 'pk = :pk', ExpressionAttributeValues: { ':pk': Key.pk } }),
      write: async () => {
        const single = table.write({ Put: { Item: rawItem(Key) } });
        const several = table.write(
          { Put: { Item: rawItem(Key) } },
          { Update: { ...add, Key: { ...Key, sk: 'two' } } },
        );
        await expect(single).rejects.toMatchObject({ code: 'BUSY' });
        return several;
      },
      update: () => table.update(add),
      identity: () => table.identity(),
    },
    hears: { code: 'BUSY' },
  }),
  'lib/crypto/root-key.ts': (url) => {
    const client = kmsRootKey(KEY_ARN, { region: 'cn-north-1', endpoint: url, limits });
    const { wrap, unwrap } = client;
    const asks = { wrap: () => wrap(Buffer.alloc(32), 'one'), unwrap: () => unwrap(Buffer.alloc(32), 'one') };
    return { client: { wrap, unwrap }, asks, hears: { code: 'BUSY' } };
  },
  'lib/partner/queue.ts': (_url, { deps, lines }) => ({
    client: deps.queue,
    asks: {
      // The process is in the table, so the caller hears nothing of it; the log does.
      send: async () => {
        await deps.queue.send(Array.from({ length: 30 }, (_, shard) => ({ kind: 'one', id: String(shard) })));
        expect(lines.at(-1)).toMatchObject({ partner: 'process-queue', partnerCode: 'failed' });
        throw new AppError('PARTNER_UNAVAILABLE');
      },
    },
    hears: { code: 'PARTNER_UNAVAILABLE' },
  }),
  'lib/partner/s3.ts': (_url, { deps: { objects, vault } }) => ({
    // An address is made here, without asking anybody.
    client: { ...objects, uploadAddress: undefined, put: vault.put, names: vault.names, readEnd: vault.read },
    asks: {
      put: () => vault.put('one', Buffer.from('content')),
      names: () => vault.names('one'),
      readEnd: () => vault.read('one'),
      read: () => objects.read('one', 10),
      write: () => objects.write('one', Buffer.from('content')),
      remove: () => objects.remove(['one', 'two', 'three']),
      has: () => objects.has(['one', 'two', 'three']),
    },
    hears: { code: 'PARTNER_UNAVAILABLE' },
    needOnlyHeaders: ['write', 'remove', 'put'],
  }),
  'lib/partner/changes.ts': (_url, { deps: { changes } }) => ({
    client: changes,
    asks: { parts: () => changes.parts(), page: () => changes.page('one') },
    hears: { code: 'BUSY' },
  }),
  'lib/partner/wechat.ts': (_url, { deps }) => {
    const wechat = partnerIn(deps, 'wechat');
    return {
      client: wechat,
      asks: { exchangeCode: () => wechat.exchangeCode('one') },
      hears: { code: 'PARTNER_UNAVAILABLE' },
    };
  },
  'lib/partner/wechat-server.ts': (url, { deps }) => {
    const client = createWechatServer({ ...deps, baseUrl: url, secret: 'secret', limit: short });
    return {
      client: { ask: client.ask },
      asks: {
        ask: async () => {
          // Whoever asks through it bears the silence in their own way.
          expect(await createWechatRisk(client).rankOf('one', '203.0.113.7', 'fraud')).toBeUndefined();
          expect(await partnerIn(deps, 'wechat-text').judge(['一'], 'one')).toBe('unavailable');
          await expect(partnerIn(deps, 'wechat-phone').exchangePhoneCode('one', 'one')).rejects.toMatchObject(
            {
              code: 'PARTNER_UNAVAILABLE',
            },
          );
          const message = { template: 'one', page: 'one', values: {} };
          expect(await createWechatMessage(client, deps.log).send('one', message, 'one')).toEqual({
            ...{ status: 'throttled', code: 'unreachable' }, // for want of a token
          });
          await expect(partnerIn(deps, 'wechat-code').draw('one')).rejects.toMatchObject({
            code: 'PARTNER_UNAVAILABLE',
          });
          return client.ask('wechat-one', '/one', {});
        },
      },
      hears: { code: 'PARTNER_UNAVAILABLE' },
    };
  },
  'lib/partner/tencent-cloud.ts': (url, { deps }) => {
    const faceId = partnerIn(deps, 'tencent-faceid');
    const sms = partnerIn(deps, 'tencent-sms');
    const phone = '13800138000';
    const account = { baseUrl: url, secretId: 'id', secretKey: 'key', region: 'one', clock: deps.clock };
    const call = { service: 'one', version: 'one', action: 'One', input: {} };
    // Whoever asks through it bears the silence in their own way.
    const bears = {
      checkIdCard: () => faceId.checkIdCard(person),
      checkPhone: () => faceId.checkPhone({ ...person, phone }),
      checkBankCard: () => faceId.checkBankCard({ ...person, phone, bankCard: '6222020200112230' }),
      startFace: () => faceId.startFace({ ...person, sessionId: 'one' }),
      faceResult: () => faceId.faceResult('one'),
    };
    return {
      client: { askTencent },
      asks: {
        async askTencent() {
          expect(Object.keys(bears).sort()).toEqual(Object.keys(faceId).sort());
          const heard = Object.values(bears).map(async (ask) =>
            expect(await ask()).toMatchObject({ result: 'UPSTREAM_ERROR' }),
          );
          const sent = sms.send(`+86${phone}`, { template: '1', parameters: [] }, 'one');
          expect(await sent).toEqual({ status: 'technical-failure', code: OUTCOME_UNKNOWN });
          await expect(sms.pullReceipts()).rejects.toMatchObject({ code: 'PARTNER_UNAVAILABLE' });
          await Promise.all(heard);
          return within(short.attemptMs, (signal) => askTencent(account, call, signal));
        },
      },
      hears: { name: 'TimeoutError' },
    };
  },
  'lib/partner/mail.ts': (_url, { deps }) => {
    const mail = partnerIn(deps, 'mail');
    return {
      client: mail,
      asks: { send: () => mail.send('one@example.cn', { subject: 'one', text: 'one' }, 'one') },
      // It has not even been greeted; where all the time is over before the greeting's, nobody can say so.
      hears: { status: expect.stringMatching(/^(throttled|technical-failure)$/) },
    };
  },
  'lib/partner/network-identity.ts': (_url, { deps }) => {
    const networkIdentity = partnerIn(deps, 'network-identity');
    return {
      client: networkIdentity,
      asks: { check: () => networkIdentity.check('one') },
      hears: { result: 'UPSTREAM_ERROR' },
    };
  },
  'lib/partner/staff-identity.ts': (_url, { deps: { staff } }) => ({
    client: staff,
    asks: { verify: () => staff.verify(accessToken) },
    hears: { code: 'PARTNER_UNAVAILABLE' },
  }),
};

it('every file that reaches out is tried below: a new client cannot be forgotten', () => {
  const reachesOut =
    /\bfetch\(|\bnew \w+Client\(|createRemoteJWKSet\(|from 'node:(http|https|http2|tls)'|createConnection\(|createTransport\(/;
  const files = readdirSync(join(root, 'lib'), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts') && !file.startsWith('client/')) // the mini-program's own
    .map((file) => `lib/${file}`)
    .filter((file) => reachesOut.test(readFileSync(join(root, file), 'utf8')));
  expect(files.sort()).toEqual(Object.keys(clients).sort());
});

let server: Awaited<ReturnType<typeof startSilentServer>> | undefined;
afterEach(() => server?.stop());

describe.each(Object.keys(silences) as (keyof typeof silences)[])('a server that %s', (silence) => {
  it('leaves a person with BUSY, and before the function ends, whichever waits add up', async () => {
    server = await startSilentServer(silence);
    const endless = { attemptMs: 2 ** 29, totalMs: 2 ** 29 };
    const waits = {
      ...limits,
      callMs: 100,
      connectMs: 80,
      table: endless,
      rootKey: endless,
      queue: endless,
      partner: endless,
    };
    const { deps, lines } = serviceAt(server.url, waits);
    const call = {
      operation: 'signIn',
      input: { code: 'one' },
      requestId: 'one',
      host: 'test',
      trigger: 'client',
    } as const;
    const reply = await dispatch(deps, 'login', functions.login ?? {}, call);
    expect(reply).toMatchObject({ ok: false, error: { code: 'BUSY' } });
    expect(lines.at(-1)).toMatchObject({ event: 'call', outcome: 'BUSY' });
  });

  it.each(Object.keys(clients))('does not hold up %s', async (file) => {
    server = await startSilentServer(silence);
    const made = clients[file]?.(server.url, serviceAt(server.url));
    const { client = {}, asks = {}, hears = {}, needOnlyHeaders = [] } = made ?? {};
    const ways = Object.entries(client).flatMap(([name, value]) => (value === undefined ? [] : [name]));
    expect(Object.keys(asks).sort()).toEqual(ways.sort());
    const heard = Object.entries(asks).map(async ([way, ask]) => {
      const answer = await ask().catch((error: unknown) => error);
      const done = silence !== 'says nothing' && needOnlyHeaders.includes(way) && answer === undefined;
      if (!done) expect(answer).toMatchObject(hears);
    });
    await Promise.all(heard);
  });
});

describe('the time limits of the service', () => {
  it('fit into the time of the functions that people call, together', () => {
    const { provider, functions: deployed } = parse(readFileSync(join(root, 'serverless.yml'), 'utf8'), {
      logLevel: 'silent',
    });
    const ends = Object.values(deployed as Record<string, { timeout?: number }>).map(
      ({ timeout = provider.timeout }) => timeout * 1000,
    );
    const { callMs, webhookMs, connectMs, table, messageMs, answerMs, ...others } = timeLimits;
    expect(callMs).toBeLessThan(Math.min(...ends));
    expect(webhookMs).toBeLessThan(5_000); // what WeChat waits
    expect(table.totalMs).toBeLessThan(webhookMs);
    for (const one of Object.values(others)) expect(table.totalMs + one.totalMs).toBeLessThan(callMs);
    for (const { attemptMs, totalMs } of [table, ...Object.values(others)]) {
      expect(attemptMs).toBeLessThan(totalMs); // there is room for another try
      expect(connectMs).toBeLessThan(attemptMs);
    }
    type Deployed = { timeout?: number; events: object[] };
    const fromQueues = Object.values(deployed as Record<string, Deployed>).filter(({ events }) =>
      events.some((event) => 'sqs' in event),
    );
    for (const { timeout } of fromQueues)
      expect(2 * messageMs + answerMs).toBeLessThan(Number(timeout) * 1000); // more than one of a batch is begun
  });
});
