import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  ApiError,
  type Client,
  type ConsentAsk,
  cloudTransport,
  consentAct,
  consentAskedBy,
  createClient,
  httpTransport,
  newIdempotencyKey,
  type WxRequest,
} from '../../lib/client/client';
import { createWorld, type World } from '../support/world';
import { type HttpHost, startHttpHost, wxCloudOf } from './hosts';

let world: World;
let host: HttpHost;
beforeAll(async () => {
  world = await createWorld();
  host = await startHttpHost(world);
});
afterAll(() => host.stop());

const about = { device: 'Test', version: '1.0.0' };

/** `wx.request` as WeChat documents it: callbacks, `fail` only when nothing came, any status is a success. */
const wx: WxRequest = {
  request({ url, method, header, data, success, fail }) {
    fetch(url, { method, headers: header, body: data })
      .then(async (response) => success({ data: await response.text() }))
      .catch(() => fail({ errMsg: 'request:fail' }));
  },
};

const failureOf = (promise: Promise<unknown>): Promise<ApiError> =>
  promise.then(
    () => Promise.reject(new Error('It was not refused.')),
    (error) => error,
  );
const codeOf = async (promise: Promise<unknown>) => (await failureOf(promise)).code;

const ways: [string, () => Client, { code?: string }][] = [
  [
    'fetch',
    () => createClient({ transport: httpTransport({ ...about, baseUrl: host.baseUrl }) }),
    { code: 'code-of-fetch' },
  ],
  [
    'wx.request',
    () => createClient({ transport: httpTransport({ ...about, baseUrl: `${host.baseUrl}/`, wx }) }),
    { code: 'code-of-wx' },
  ],
  [
    'wx.cloud.callFunction',
    () => createClient({ transport: cloudTransport(wxCloudOf(world, 'cloud'), about) }),
    {},
  ],
];

describe.each(ways)('over %s', (_, make, login) => {
  it('plays a first day: refused, consent, card, edit, withdraw, refused, out (A1, C1, K1, K3)', async () => {
    const api = make();
    expect(await codeOf(api.cards.list())).toBe('SIGN_IN_REQUIRED');
    expect((await api.login.signIn(login)).asks).toEqual(['cards']);
    const idempotencyKey = await newIdempotencyKey();
    const refusal = await failureOf(api.cards.create({ name: '林晓', idempotencyKey }));
    expect(refusal.code).toBe('CONSENT_REQUIRED');
    const act = await consentAct(consentAskedBy(refusal) as ConsentAsk, {
      control: 'cards.agree',
      dwellMs: 9,
    });
    const { seenEntry } = await api.consent.grant(act);
    const card = await api.cards.create({ name: '林晓', idempotencyKey });
    expect(await api.cards.create({ name: '林晓', idempotencyKey })).toEqual(card);
    expect(await api.cards.update({ cardId: card.cardId, version: 1, name: '林小' })).toMatchObject({
      version: 2,
    });
    expect(await api.cards.list()).toMatchObject({ cards: [{ name: '林小', phones: [] }] });
    await api.consent.withdraw({ ...act, seenEntry, idempotencyKey: await newIdempotencyKey() });
    expect(await codeOf(api.cards.get({ cardId: card.cardId }))).toBe('CONSENT_REQUIRED');
    await api.login.signOut();
    expect(await codeOf(api.consent.status())).toBe('SIGN_IN_REQUIRED');
  });

  it('says in Chinese what was wrong, with fields and request id', async () => {
    const api = make();
    await api.login.signIn(login.code ? { code: `${login.code}~2` } : login);
    const failure = await failureOf(api.cards.create({ name: '', idempotencyKey: 'short' }));
    expect(failure).toBeInstanceOf(ApiError);
    expect(failure).toMatchObject({
      code: 'INVALID_INPUT',
      requestId: 'r',
      details: { fields: [{ field: 'name' }, { field: 'idempotencyKey' }] },
    });
    expect(failure.message).toMatch(/[一-鿿]/);
  });

  it('goes on with a token from elsewhere, and tells the person which device this is (A5)', async () => {
    const { token } = await world.cardHolder(`elsewhere-${_}`);
    const api = make();
    api.useToken(token);
    await api.cards.list();
    const { sessions } = await api.login.listSessions();
    expect(sessions).toMatchObject([{ current: true, device: 'Test', clientVersion: '1.0.0' }]);
    api.useToken(undefined);
    expect(await codeOf(api.login.listSessions())).toBe('SIGN_IN_REQUIRED');
  });
});

describe('over HTTP', () => {
  it('sends what headers can carry of a device with a Chinese name', async () => {
    const device = '小米 14 Pro 极客版';
    const api = createClient({ transport: httpTransport({ baseUrl: host.baseUrl, device }) });
    await api.consent.policy();
    expect(host.seen.at(-1)).toMatchObject({ 'x-client-device': '14 Pro' });
    expect(host.seen.at(-1)).not.toHaveProperty('authorization');
  });

  it('carries a proof of self beside the token, and not in the input', async () => {
    const api = createClient({ transport: httpTransport({ baseUrl: host.baseUrl }) });
    await api.consent.policy({}, { proof: 'p' });
    expect(host.seen.at(-1)).toMatchObject({ 'x-self-proof': 'p' });
  });
});

describe('when it is not our service that answers, or nobody', () => {
  const answers: Record<string, string> = {
    '/page': '<html>请先登录上网</html>',
    '/gateway': '{"message":"Service Unavailable"}',
    '/empty': '',
    '/null': 'null',
  };
  const server = createServer((request, response) => {
    const path = (request.url ?? '').replace('/consent/policy', '');
    if (path === '/cut') response.writeHead(200).write('{"ok":true,', () => response.destroy());
    else if (path === '/stalled') response.writeHead(200).write('{"ok":true,');
    else if (path !== '/silent') response.end(answers[path]);
  });
  let baseUrl: string;
  beforeAll(async () => {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });

  const ask = (url: string, by: Partial<Parameters<typeof httpTransport>[0]>) => {
    const transport = httpTransport({ baseUrl: url, ...by });
    return codeOf(createClient({ transport, wait: async () => {} }).consent.policy());
  };

  it.each([
    ['fetch', {}],
    ['wx.request', { wx }],
  ])('knows the difference over %s', async (_, by) => {
    const patient = { ...by, timeoutMs: 3_600_000 };
    for (const path of Object.keys(answers)) expect(await ask(baseUrl + path, patient)).toBe('BAD_REPLY');
    expect(await ask(`${baseUrl}/cut`, patient)).toBe('NETWORK');
    for (const path of ['/silent', '/stalled'])
      expect(await ask(baseUrl + path, { ...by, timeoutMs: 200 })).toBe('NETWORK');
    expect(await ask('http://127.0.0.1:1', by)).toBe('NETWORK');
  });

  it('knows the difference over wx.cloud.callFunction', async () => {
    const over = (callFunction: () => Promise<{ result?: unknown }>) => {
      const transport = cloudTransport({ callFunction }, { timeoutMs: 50 });
      return failureOf(createClient({ transport, wait: async () => {} }).consent.policy());
    };
    const cause = { errCode: -404011, errMsg: 'cloud.callFunction:fail' };
    expect(await over(() => Promise.reject(cause))).toMatchObject({ code: 'NETWORK', cause });
    expect(await over(() => new Promise(() => {}))).toMatchObject({ code: 'NETWORK' });
    expect(await over(async () => ({}))).toMatchObject({ code: 'BAD_REPLY' });
  });
});
