import { readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import vm from 'node:vm';
import type { APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { build } from '../../infra/build';
import { openapi } from '../../infra/openapi';
import {
  type Api,
  ApiError,
  cloudTransport,
  createClient,
  httpTransport,
  newIdempotencyKey,
} from '../../lib/client/client';
import { errorCodes } from '../../lib/errors';
import { handleAws } from '../../lib/host/aws';
import { handleCloudbase } from '../../lib/host/cloudbase';
import { consentAct, createWorld, functions, type World } from '../support/world';

let world: World;
let server: Server;
let baseUrl: string;

/** A small HTTP host over the AWS handler, as API Gateway would call it. */
beforeAll(async () => {
  world = await createWorld();
  server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const [, name = ''] = (request.url ?? '').split('/');
    const event = {
      rawPath: request.url,
      headers: request.headers,
      requestContext: { http: { method: request.method, sourceIp: '203.0.113.7', userAgent: 'test' } },
      body: Buffer.concat(chunks).toString('utf8'),
    };
    const answer = await handleAws(world.deps, name, functions[name] ?? {}, event, 'r');
    const { statusCode, headers, body } = answer as APIGatewayProxyStructuredResultV2;
    response.writeHead(statusCode ?? 500, headers as Record<string, string>).end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => new Promise((resolve) => server.close(resolve)));

const http = () => createClient({ transport: httpTransport({ baseUrl, device: 'Test', version: '1.0.0' }) });
const wxCloud = (openid: string) => ({
  callFunction: async ({ name, data }: { name: string; data: object }) => ({
    result: await handleCloudbase(
      world.deps,
      name,
      functions[name] ?? {},
      data,
      { WX_CONTEXT_KEYS: 'WX_OPENID', WX_OPENID: openid },
      'r',
    ),
  }),
});
const cloud = (openid: string) =>
  createClient({ transport: cloudTransport(wxCloud(openid), { device: 'Test', version: '1.0.0' }) });

const codeOf = (promise: Promise<unknown>) =>
  promise.then(
    () => 'OK',
    (error) => (error instanceof ApiError ? error.code : error),
  );

describe.each([
  ['HTTP', () => http(), { code: 'code-of-http' }],
  ['wx.cloud.callFunction', () => cloud('by-cloud'), {}],
])('the typed client over %s', (_, make, login) => {
  it('plays a first day: refused, consent, card, read, withdraw, refused (C1, K3)', async () => {
    const api: Api = make();
    expect(await codeOf(api.cards.list())).toBe('SIGN_IN_REQUIRED');
    const { asks } = await api.login.signIn(login);
    expect(asks).toEqual(['cards']);
    const idempotencyKey = await newIdempotencyKey();
    expect(await codeOf(api.cards.create({ name: '林晓', idempotencyKey }))).toBe('CONSENT_REQUIRED');
    const act = (await consentAct(world.ok)) as Parameters<Api['consent']['grant']>[0];
    const { version } = await api.consent.grant(act);
    const card = await api.cards.create({ name: '林晓', idempotencyKey });
    expect(await api.cards.get({ cardId: card.cardId })).toMatchObject({ name: '林晓', phones: [] });
    await api.consent.withdraw({ ...act, version, idempotencyKey: await newIdempotencyKey() });
    expect(await codeOf(api.cards.get({ cardId: card.cardId }))).toBe('CONSENT_REQUIRED');
    await api.login.signOut();
    expect(await codeOf(api.consent.status())).toBe('SIGN_IN_REQUIRED');
  });
});

describe('the typed client', () => {
  it('says in Chinese what went wrong, with the fields and the request id', async () => {
    const api = http();
    await api.login.signIn({ code: 'code-of-fields' });
    const failure = await api.cards.create({ name: '', idempotencyKey: 'short' }).catch((error) => error);
    expect(failure).toBeInstanceOf(ApiError);
    expect(failure).toMatchObject({
      code: 'INVALID_INPUT',
      requestId: 'r',
      details: { fields: [{ field: 'name' }, { field: 'idempotencyKey' }] },
    });
    expect(failure.message).toMatch(/[一-鿿]/);
  });

  const scripted = (answers: (() => Promise<unknown>)[]) => {
    const sent: object[] = [];
    const transport = async (request: object) => {
      sent.push(request);
      return (answers.shift() ?? (async () => ({ ok: true, data: {} })))();
    };
    return { sent, api: createClient({ transport, wait: async () => {} }) };
  };
  const down = () => Promise.reject(new TypeError('fetch failed'));
  const busy = async () => ({ ok: false, error: { code: 'BUSY', message: '', requestId: 'r' } });

  it('repeats what is safe to repeat, the very same request, and gives up in the end', async () => {
    const lucky = scripted([down, busy]);
    await lucky.api.cards.create({ name: '一', idempotencyKey: 'k'.repeat(16) });
    expect(lucky.sent).toHaveLength(3);
    expect(new Set(lucky.sent.map((request) => JSON.stringify(request))).size).toBe(1);
    const unlucky = scripted([down, down, down, down]);
    expect(await codeOf(unlucky.api.cards.list())).toBe('NETWORK');
    expect(unlucky.sent).toHaveLength(3);
  });

  it('does not repeat what may have happened already', async () => {
    const { sent, api } = scripted([down]);
    expect(await codeOf(api.login.signIn({ code: 'used up' }))).toBe('NETWORK');
    expect(sent).toHaveLength(1);
  });

  it('takes nothing for a reply that is none', async () => {
    for (const rubbish of [undefined, '<html>', { error: 'Serverless-offline: route not found.' }, []]) {
      const { api } = scripted([async () => rubbish]);
      expect(await codeOf(api.cards.list())).toBe('BAD_REPLY');
    }
  });

  it('forgets a token that is refused, but not a newer one', async () => {
    let kept: string | undefined = 'old';
    const set = (token: string | undefined) => {
      kept = token;
    };
    const store = { get: () => kept, set };
    const refused = async () => ({
      ok: false,
      error: { code: 'SIGN_IN_REQUIRED', message: '', requestId: 'r' },
    });
    await codeOf(createClient({ transport: refused, token: store }).cards.list());
    expect(kept).toBeUndefined();
    kept = 'old';
    const slow = async () => {
      kept = 'new';
      return refused();
    };
    await codeOf(createClient({ transport: slow, token: store }).cards.list());
    expect(kept).toBe('new');
  });

  it('is bundled for the mini-program: small, ES2017, and no Node in it', async () => {
    const { client } = await build();
    const code = await readFile(client?.file ?? '', 'utf8');
    expect(Buffer.byteLength(code)).toBeLessThan(15 * 1024);
    expect(code).not.toMatch(/\?\.|\?\?|\bprocess\b|\brequire\(|Buffer/);
    const module = {
      exports: {} as { createClient: typeof createClient; cloudTransport: typeof cloudTransport },
    };
    vm.runInNewContext(code, { module, exports: module.exports, setTimeout });
    const api = module.exports.createClient({ transport: module.exports.cloudTransport(wxCloud('bundled')) });
    expect(await api.login.signIn({})).toMatchObject({ newAccount: true });
  }, 60_000);
});

describe('the API reference', () => {
  const document = openapi() as {
    openapi: string;
    paths: Record<string, Record<string, { summary: string; description: string; responses: object }>>;
    components: {
      schemas: { Error: { properties: { error: { properties: { code: { enum: string[] } } } } } };
    };
  };

  it('has every operation that people call, none of the others, and the closed list of errors', () => {
    for (const operations of [functions.login, functions.consent, functions.cards]) {
      for (const name of Object.keys(operations ?? {})) {
        expect(Object.keys(document.paths).some((path) => path.endsWith(`/${name}`))).toBe(true);
      }
    }
    expect(Object.keys(document.paths).filter((path) => path.startsWith('/retention'))).toEqual([]);
    expect(document.components.schemas.Error.properties.error.properties.code.enum).toEqual(
      Object.keys(errorCodes),
    );
  });

  it('says of each in Chinese what it does and on what ground', () => {
    expect(document.openapi).toBe('3.1.0');
    for (const methods of Object.values(document.paths)) {
      for (const { summary, description = '依据', responses } of Object.values(methods)) {
        expect(summary).toMatch(/[一-鿿]/);
        expect(description).toContain('依据');
        expect(responses).toHaveProperty('200');
      }
    }
  });
});
