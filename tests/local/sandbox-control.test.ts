import { SANDBOX_SUBSCRIBE } from '../../infra/local/sandbox/approved-templates';
import { app, startTestSandbox, type TestSandbox } from './sandbox-support';

const openid = 'o-zhang-san';
const path = '/sns/jscode2session';
let sandbox: TestSandbox;

beforeEach(async () => {
  sandbox = await startTestSandbox();
  await sandbox.control('POST', '/people', { openid });
});
afterEach(() => sandbox.stop());

const fault = (given: object) => sandbox.control('POST', '/faults', { path, ...given });
const login = async () => sandbox.login({ js_code: await sandbox.code(openid) });

async function rawLogin(): Promise<Response> {
  const code = await sandbox.code(openid);
  const query = new URLSearchParams({ ...app, js_code: code, grant_type: 'authorization_code' });
  return fetch(`${sandbox.url}${path}?${query}`);
}

test('a busy path says so for as many calls as asked and then works again', async () => {
  await fault({ kind: 'busy', calls: 2 });
  expect([(await login()).errcode, (await login()).errcode]).toEqual([-1, -1]);
  expect((await login()).openid).toBe(openid);
});

test('trouble on one path leaves the others alone', async () => {
  await fault({ kind: 'throttled', calls: 1 });
  expect((await sandbox.token()).errcode).toBeUndefined();
  expect((await login()).errcode).toBe(45011);
});

test('a throttled token path says that its quota is used up', async () => {
  await fault({ path: '/cgi-bin/stable_token', kind: 'throttled' });
  expect((await sandbox.token()).errcode).toBe(45009);
});

test('a slow path has done its work by the time it answers', async () => {
  await fault({ kind: 'slow', milliseconds: 300 });
  const startedAt = performance.now();
  expect((await login()).openid).toBe(openid);
  expect(performance.now() - startedAt).toBeGreaterThanOrEqual(290);
});

test('a path that is down answers 502 with a page', async () => {
  await fault({ kind: 'down' });
  const response = await rawLogin();
  expect([response.status, response.headers.get('content-type')]).toEqual([502, 'text/html; charset=utf-8']);
});

test('a path that resets breaks the connection', async () => {
  await fault({ kind: 'reset' });
  await expect(rawLogin()).rejects.toMatchObject({ cause: { code: 'ECONNRESET' } });
});

test('a lying path answers 200 with broken JSON', async () => {
  await fault({ kind: 'lying' });
  const response = await rawLogin();
  expect(response.status).toBe(200);
  await expect(response.json()).rejects.toMatchObject({ name: 'SyntaxError' });
});

test('faults can be listed and taken back', async () => {
  await fault({ kind: 'busy', calls: 5 });
  expect((await sandbox.control('GET', '/faults')).body).toMatchObject([{ path, kind: 'busy', calls: 5 }]);
  await sandbox.control('DELETE', '/faults');
  expect((await login()).openid).toBe(openid);
});

test('the log of calls names paths and outcomes and holds no code, key or secret', async () => {
  const code = await sandbox.code(openid);
  const { session_key } = await sandbox.login({ js_code: code });
  await sandbox.login({ js_code: code });
  await fetch(`${sandbox.url}/cgi-bin/elsewhere?secret=${app.secret}`);
  const { body } = await sandbox.control('GET', '/calls');
  const at = '2026-11-23T02:00:00.000Z';
  expect(body).toEqual([
    { at, method: 'GET', path: '(unknown)', outcome: '40066' },
    { at, method: 'GET', path, outcome: '40029' },
    { at, method: 'GET', path, outcome: 'ok' },
  ]);
  for (const secret of [code, session_key, app.secret, openid])
    expect(JSON.stringify(body)).not.toContain(secret);
});

test('the log of calls keeps the last 500', async () => {
  for (let call = 1; call <= 501; call++) await sandbox.token();
  expect((await sandbox.control('GET', '/calls')).body).toHaveLength(500);
});

test.each([
  ['a person with an unknown field', 'POST', '/people', { phone: '1' }, 400],
  ['a person with an odd openid', 'POST', '/people', { openid: 'a b' }, 400],
  ['a code for nobody', 'POST', '/people/o-nobody/code', {}, 404],
  ['a code for an unknown mini-program', 'POST', `/people/${openid}/code`, { appid: 'wx2' }, 400],
  ['a fault of an unknown kind', 'POST', '/faults', { path, kind: 'odd' }, 400],
  ['a fault of an unknown path', 'POST', '/faults', { path: '/elsewhere', kind: 'busy' }, 400],
  ['a fault for no call', 'POST', '/faults', { path, kind: 'busy', calls: 0 }, 400],
  ['an unknown control', 'POST', '/elsewhere', {}, 404],
  ['a control called the wrong way', 'DELETE', '/people', {}, 405],
])('refuses %s with a sentence', async (_what, method, control, body, status) => {
  const answer = await sandbox.control(method, control, body);
  expect(answer).toEqual({ status, body: { error: expect.any(String) } });
});

describe('its page', () => {
  const browse = async (path: string, fields?: Record<string, string>) => {
    const body = fields && { method: 'POST', body: new URLSearchParams(fields) };
    const response = await fetch(`${sandbox.url}/sandbox${path}`, {
      headers: { accept: 'text/html' },
      ...body,
    });
    return {
      status: response.status,
      type: response.headers.get('content-type'),
      text: await response.text(),
    };
  };

  test('shows a browser who is there, what is wrong and every control in Chinese, and programs the same index', async () => {
    await fault({ kind: 'busy', calls: 2 });
    const { status, type, text } = await browse('');
    expect([status, type]).toEqual([200, 'text/html; charset=utf-8']);
    for (const said of [openid, 'busy', '2 次', '用 wx.login 的 code 换取 openid'])
      expect(text).toContain(said);
    const { partners, controls } = (await sandbox.control('GET', '')).body as {
      partners: [];
      controls: string[];
    };
    expect([partners.length > 15, controls.length > 15]).toEqual([true, true]);
    expect(text.match(/<ul class="fields wide">.*?<\/ul>/gs)?.[0]?.match(/<li>/g)).toHaveLength(
      controls.length,
    );
    expect(text).not.toMatch(/<\/code><\/div><div><\/div>/); // each says what it is for
  });

  test('its forms do what programs do by JSON, and show what came of it', async () => {
    const code = await browse(`/people/${openid}/code`, {});
    expect(code.status).toBe(201);
    const [, shown = ''] = /&quot;code&quot;: &quot;([\w-]+)&quot;/.exec(code.text) ?? [];
    expect((await sandbox.login({ js_code: shown })).openid).toBe(openid);
    await browse('/people', { openid: 'o-risky', unionid: '', 'rank:number': '4', 'risk:yes': 'on' });
    expect((await sandbox.login({ js_code: await sandbox.code('o-risky') })).errcode).toBe(40226);
    await browse('/faults', { path, kind: 'busy', 'calls:number': '3' });
    expect((await sandbox.control('GET', '/faults')).body).toMatchObject([{ path, kind: 'busy', calls: 3 }]);
    await browse('/faults', { method: 'DELETE' });
    expect((await sandbox.control('GET', '/faults')).body).toEqual([]);
    const refused = await browse('/people', { openid: '<b>' });
    expect([refused.status, refused.text.includes('没有办成'), refused.text.includes('<b>')]).toEqual([
      400,
      true,
      false,
    ]);
  });
});

describe('what has reached people', () => {
  const receipts = async (from = '') =>
    (await sandbox.control('GET', `/receipts${from}`)).body as { total: number; receipts: object[] };

  test('is listed from any place on, and forgotten with every fate', async () => {
    const { id: templateId } = SANDBOX_SUBSCRIBE.breach;
    await sandbox.control('POST', `/people/${openid}/acceptances`, { templateId, times: 'lasting' });
    const { access_token } = await sandbox.token();
    const data = Object.fromEntries(
      Object.entries({
        thing1: '一',
        time2: '2026年1月1日 00:00',
        phrase3: '一',
        character_string4: '1',
        thing5: '一',
      }).map(([key, value]) => [key, { value }]),
    );
    const send = async () => {
      const url = `${sandbox.url}/cgi-bin/message/subscribe/send?access_token=${access_token}`;
      const body = JSON.stringify({ touser: openid, template_id: templateId, data });
      return ((await (await fetch(url, { method: 'POST', body })).json()) as { errcode: number }).errcode;
    };
    expect([await send(), await send()]).toEqual([0, 0]);
    await sandbox.control('POST', '/contacts', { channel: 'subscribe', to: '*', refuse: '43107' });
    expect(await send()).toBe(43107);
    expect(await receipts()).toMatchObject({ total: 2, receipts: [{ to: openid }, { to: openid }] });
    expect(await receipts('/1')).toMatchObject({ total: 2, receipts: [{ to: openid }] });
    await sandbox.control('DELETE', '/receipts');
    expect([await receipts(), await send()]).toEqual([{ total: 0, receipts: [] }, 43101]);
  });

  test.each([
    ['/contacts', { channel: 'fax', to: 'x' }],
    ['/contacts', { channel: 'sms', to: 'x', refuse: 'a text of its own' }],
    ['/quotas', { path: '/nowhere', max: 1, windowMs: 1 }],
    [`/people/${openid}/acceptances`, { templateId: 'x', times: 1 }],
  ])('is not to be steered by nonsense: %s', async (path, body) => {
    expect((await sandbox.control('POST', path, body)).status).toBe(400);
  });
});
