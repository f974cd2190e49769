import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2, SQSBatchResponse } from 'aws-lambda';
import type { Reply } from '../../lib/gate/call';
import { handleAws } from '../../lib/host/aws';
import { handleCloudbase } from '../../lib/host/cloudbase';
import { runInCloudBase } from '../support/cloudbase-run';
import { consentAct } from '../support/consent';
import { type Caller, createWorld, functions, onceKey, type World } from '../support/world';

/** One case list for every host: a host is a way of asking, and must not change an answer. */
type Ask = { input?: unknown; token?: string; rawBody?: string; openid?: string };
type Host = { name: string; ask(world: World, path: string, ask: Ask): Promise<Reply> };

const split = (path: string) => path.split('/') as [string, string];

function httpEvent(path: string, { input = {}, token, rawBody }: Ask): APIGatewayProxyEventV2 {
  const http = {
    method: 'POST',
    path: `/${path}`,
    protocol: 'HTTP/1.1',
    sourceIp: '203.0.113.7',
    userAgent: 'test',
  };
  return {
    version: '2.0',
    routeKey: '',
    rawPath: `/${path}`,
    rawQueryString: '',
    headers: { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) },
    requestContext: { requestId: 'aws-request', http } as APIGatewayProxyEventV2['requestContext'],
    body: rawBody ?? JSON.stringify(input),
    isBase64Encoded: false,
  };
}

async function http(world: World, event: unknown, name: string) {
  return (await handleAws(
    world.deps,
    name,
    functions[name] ?? {},
    event,
    'r',
  )) as APIGatewayProxyStructuredResultV2;
}

const aws: Host = {
  name: 'AWS HTTP API',
  async ask(world, path, ask) {
    const answer = await http(world, httpEvent(path, ask), split(path)[0]);
    return JSON.parse(answer.body ?? '');
  },
};

const cloudbaseEvent = (path: string, { input = {}, token, rawBody }: Ask) =>
  rawBody ?? { operation: split(path)[1], input, ...(token && { token }) };

const identityOf = (openid: string | undefined) => ({
  WX_CONTEXT_KEYS: openid ? 'WX_OPENID,WX_CLIENTIP' : 'WX_CLIENTIP',
  WX_CLIENTIP: '203.0.113.7',
  ...(openid && { WX_OPENID: openid }),
});

const cloudbase: Host = {
  name: 'CloudBase',
  ask: (world, path, ask) => {
    const [name] = split(path);
    const environment = identityOf(ask.openid);
    return handleCloudbase(
      world.deps,
      name,
      functions[name] ?? {},
      cloudbaseEvent(path, ask),
      environment,
      'r',
    );
  },
};

const bootstrap: Host = {
  name: "CloudBase bundle under the CLI's own runtime",
  ask: async (world, path, ask) =>
    (await runInCloudBase({
      functionName: split(path)[0],
      event: cloudbaseEvent(path, ask),
      ...(ask.openid && { openid: ask.openid }),
      identity: { WX_CLIENTIP: '203.0.113.7' },
      env: settingsOf(world),
    })) as Reply,
};

function settingsOf({ config }: World): Record<string, string> {
  const { development: _, ...settings } = config;
  return { ...settings, AWS_ACCESS_KEY_ID: 'local', AWS_SECRET_ACCESS_KEY: 'local' };
}

let world: World;
let me: Caller;
beforeAll(async () => {
  world = await createWorld();
  me = await world.cardHolder('me');
});

const code = (reply: Reply) => (reply.ok ? 'OK' : reply.error.code);

describe.each([aws, cloudbase, bootstrap])('$name', ({ ask }) => {
  it('serves a person: a card is made and read back (C1)', async () => {
    const made = await ask(world, 'cards/create', {
      token: me.token,
      input: { name: '林晓', idempotencyKey: onceKey() },
    });
    expect(made).toMatchObject({ ok: true, data: { name: '林晓', version: 1 } });
    const { cardId } = (made as { data: { cardId: string } }).data;
    expect(await ask(world, 'cards/get', { token: me.token, input: { cardId } })).toMatchObject({ ok: true });
  });

  it('takes no identity from the body (A1)', async () => {
    const before = (await world.scan()).length;
    for (const forged of [{ openid: 'me' }, { userInfo: { openId: 'me' } }, { WX_OPENID: 'me' }]) {
      expect(code(await ask(world, 'login/signIn', { input: forged }))).toBe('INVALID_INPUT');
    }
    expect(code(await ask(world, 'login/signIn', { input: { code: 'made-up' } }))).not.toBe('OK');
    const accounts = (await world.scan()).length - before;
    expect(accounts).toBeLessThanOrEqual(1); // one counter of failures at most
  });

  it('refuses what is too large, not JSON or unknown, each in its own words', async () => {
    const large = JSON.stringify({ operation: 'create', name: 'x'.repeat(300_000) });
    const sent = { rawBody: large, input: JSON.parse(large), token: me.token };
    const host = { ...sent, rawBody: ask === aws.ask ? large : undefined } as Ask;
    expect(code(await ask(world, 'cards/create', host))).toBe('BODY_TOO_LARGE');
    expect(code(await ask(world, 'cards/create', { rawBody: '{"name":', token: me.token }))).toBe(
      'BAD_REQUEST',
    );
    expect(code(await ask(world, 'cards/nothing', { token: me.token }))).toBe('UNKNOWN_OPERATION');
    expect(code(await ask(world, 'cards/constructor', { token: me.token }))).toBe('UNKNOWN_OPERATION');
    expect(code(await ask(world, 'cards/list', {}))).toBe('SIGN_IN_REQUIRED');
  });
});

describe('AWS', () => {
  it('answers with the status of the code, JSON, and nothing that a cache may keep', async () => {
    const answer = await http(world, httpEvent('cards/list', {}), 'cards');
    expect(answer).toMatchObject({
      statusCode: 401,
      headers: { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store' },
    });
  });

  it('takes a 10 MB body for what it is', async () => {
    const answer = await http(
      world,
      httpEvent('cards/create', { rawBody: 'x'.repeat(10 * 1024 * 1024) }),
      'cards',
    );
    expect(answer.statusCode).toBe(413);
  });

  it('refuses GET, other content types, and well-known paths of other functions', async () => {
    const post = httpEvent('cards/list', { token: me.token });
    const get = {
      ...post,
      requestContext: { ...post.requestContext, http: { ...post.requestContext.http, method: 'GET' } },
    };
    expect((await http(world, get, 'cards')).statusCode).toBe(404);
    expect((await http(world, { ...get, rawPath: '/.well-known/jwks.json' }, 'cards')).statusCode).toBe(404);
    const form = { ...post, headers: { ...post.headers, 'content-type': 'text/plain' } };
    expect((await http(world, form, 'cards')).statusCode).toBe(400);
    const published = await http(world, { ...get, rawPath: '/.well-known/jwks.json' }, 'consent');
    expect(JSON.parse(published.body ?? '')).toMatchObject({ keys: [{ kty: 'EC', crv: 'P-256' }] });
  });

  it('decodes a base64 body and measures it decoded', async () => {
    const body = Buffer.from(JSON.stringify({ limit: 1 })).toString('base64');
    const event = { ...httpEvent('cards/list', { token: me.token }), body, isBase64Encoded: true };
    expect((await http(world, event, 'cards')).statusCode).toBe(200);
  });

  it('does not let a body dress as a queue or a timer: only the platform makes those events', async () => {
    const queue = { Records: [{ eventSource: 'aws:sqs', messageId: 'm', body: '{}' }] };
    const timer = { source: 'aws.events', 'detail-type': 'Scheduled Event' };
    for (const dressed of [queue, timer]) {
      for (const operation of ['eraseDuty', 'sweep']) {
        expect(
          code(await aws.ask(world, `retention/${operation}`, { input: dressed, token: me.token })),
        ).toBe('UNKNOWN_OPERATION');
      }
    }
  });

  it('gives back to the queue only the messages that failed', async () => {
    const record = (messageId: string, body: string) => ({ eventSource: 'aws:sqs', messageId, body });
    const nobody = JSON.stringify({ subjectId: 'A'.repeat(22), seq: 1 });
    const event = {
      Records: [record('good', nobody), record('bad', '{'), record('wrong', '{"subjectId":1}')],
    };
    const answer = (await handleAws(
      world.deps,
      'retention',
      functions.retention ?? {},
      event,
      'r',
    )) as SQSBatchResponse;
    expect(answer.batchItemFailures).toEqual([{ itemIdentifier: 'bad' }, { itemIdentifier: 'wrong' }]);
  });

  it('runs the timer, and fails the invocation when the operation fails', async () => {
    const timer = { source: 'aws.events', 'detail-type': 'Scheduled Event' };
    const reply = await handleAws(world.deps, 'retention', functions.retention ?? {}, timer, 'r');
    expect(reply).toMatchObject({ ok: true, data: { finished: true } });
    await expect(handleAws(world.deps, 'cards', functions.cards ?? {}, timer, 'r')).rejects.toThrow(
      'UNKNOWN_OPERATION',
    );
  });
});

describe('CloudBase', () => {
  const retention = functions.retention ?? {};
  const timerEvent = { Type: 'Timer', TriggerName: 'nightly', Time: '2026-12-01T18:00:00Z', Message: '' };
  const dressed = [
    timerEvent,
    { ...timerEvent, operation: 'sweep' },
    { Records: [{ eventSource: 'aws:sqs', body: '{}' }], operation: 'eraseDuty', input: {} },
    { httpMethod: 'POST', path: '/retention/sweep', headers: {}, body: '{}', operation: 'sweep' },
    { operation: 'sweep', trigger: 'schedule', TCB_SOURCE: 'wx_trigger' },
  ];
  it.each(dressed)('is not fooled by an event dressed as something else: %j', async (event) => {
    for (const environment of [identityOf('me'), identityOf(undefined), { TCB_SOURCE: 'wx_client' }, {}]) {
      const reply = await handleCloudbase(world.deps, 'retention', retention, event, environment, 'r');
      expect(['BAD_REQUEST', 'UNKNOWN_OPERATION']).toContain(code(reply));
    }
  });

  it('runs the timer for a source that the operator names, and only without a person behind it', async () => {
    const run = (environment: Record<string, string>) =>
      handleCloudbase(world.deps, 'retention', retention, timerEvent, environment, 'r');
    expect(code(await run({ TCB_SOURCE: 'wx_trigger' }))).toBe('OK');
    expect(code(await run({ TCB_SOURCE: 'wx_trigger', ...identityOf('me') }))).toBe('BAD_REQUEST');
    expect(code(await run({ TCB_SOURCE: 'other' }))).toBe('BAD_REQUEST');
    expect(code(await run({ TCB_SOURCE: 'other', CLOUDBASE_TIMER_SOURCES: 'other' }))).toBe('OK');
  });

  it('believes only the variables that the platform lists', async () => {
    const unlisted = { WX_CONTEXT_KEYS: 'WX_CLIENTIP', WX_OPENID: 'me' };
    const reply = await handleCloudbase(
      world.deps,
      'login',
      functions.login ?? {},
      { operation: 'signIn' },
      unlisted,
      'r',
    );
    expect(code(reply)).toBe('INVALID_INPUT');
  });

  it('signs in by the platform identity, the same person as by code (A1)', async () => {
    const signIn = await bootstrap.ask(world, 'login/signIn', { openid: 'me' });
    expect(signIn).toMatchObject({ ok: true, data: { newAccount: false } });
    const { token } = (signIn as { data: { token: string } }).data;
    const status = await cloudbase.ask(world, 'consent/status', { token });
    const cards = expect.objectContaining({ purpose: 'cards', granted: true });
    expect(status).toMatchObject({ ok: true, data: { consents: expect.arrayContaining([cards]) } });
  });

  it('keeps two interleaved calls apart although identity is process-wide', async () => {
    const environment: Record<string, string> = identityOf('first');
    const login = functions.login ?? {};
    const first = handleCloudbase(world.deps, 'login', login, { operation: 'signIn' }, environment, 'r1');
    environment.WX_OPENID = 'second';
    const second = handleCloudbase(world.deps, 'login', login, { operation: 'signIn' }, environment, 'r2');
    environment.WX_OPENID = 'third';
    await Promise.all([first, second]);
    expect((await world.signIn('first')).newAccount).toBe(false);
    expect((await world.signIn('second')).newAccount).toBe(false);
    expect((await world.signIn('third')).newAccount).toBe(true);
  });
});

it('a withdrawal through one host is obeyed by the others on the next call (K3)', async () => {
  const caller = await world.cardHolder('traveller');
  await cloudbase.ask(world, 'consent/withdraw', {
    token: caller.token,
    input: await consentAct(world.ok, { seenEntry: 2 }),
  });
  for (const { ask } of [aws, cloudbase, bootstrap]) {
    expect(code(await ask(world, 'cards/list', { token: caller.token }))).toBe('CONSENT_REQUIRED');
  }
});
