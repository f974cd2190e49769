import { app, otherApp, startTestSandbox, type TestSandbox } from './sandbox-support';

describe('stable_token of the sandbox', () => {
  let sandbox: TestSandbox;

  beforeEach(async () => {
    sandbox = await startTestSandbox();
  });
  afterEach(() => sandbox.stop());

  async function post(body: string, method = 'POST'): Promise<unknown> {
    const init = method === 'GET' ? { method } : { method, body };
    const response = await fetch(`${sandbox.url}/cgi-bin/stable_token`, init);
    expect(response.status).toBe(200);
    return response.json();
  }

  test('gives everybody the same token, with what is left of its 7200 seconds', async () => {
    const first = await sandbox.token();
    sandbox.clock.advance(1_500_500);
    const second = await sandbox.token();
    expect(first.expires_in).toBe(7_200);
    expect(second).toEqual({ access_token: first.access_token, expires_in: 5_699 });
  });

  test('replaces the token once less than 300 seconds are left, so no answer promises less', async () => {
    const first = await sandbox.token();
    sandbox.clock.advance(6_900_000);
    expect(await sandbox.token()).toEqual({ access_token: first.access_token, expires_in: 300 });
    sandbox.clock.advance(1);
    const renewed = await sandbox.token();
    expect(renewed.access_token).not.toBe(first.access_token);
    expect(renewed.expires_in).toBe(7_200);
  });

  test('each mini-program has a token of its own', async () => {
    const [own, other] = [await sandbox.token(), await sandbox.token(otherApp)];
    expect(other.access_token).not.toBe(own.access_token);
  });

  test('force_refresh gives a new token at once, at least 30 seconds apart', async () => {
    const first = await sandbox.token();
    const forced = await sandbox.token({ force_refresh: true });
    expect(forced.access_token).not.toBe(first.access_token);
    expect((await sandbox.token()).access_token).toBe(forced.access_token);
    sandbox.clock.advance(29_999);
    expect((await sandbox.token({ force_refresh: true })).errcode).toBe(45011);
    expect((await sandbox.token()).access_token).toBe(forced.access_token);
    sandbox.clock.advance(1);
    expect((await sandbox.token({ force_refresh: true })).errcode).toBeUndefined();
  });

  test('force_refresh works 20 times on a Beijing day', async () => {
    for (let call = 1; call <= 20; call++) {
      expect((await sandbox.token({ force_refresh: true })).errcode).toBeUndefined();
      sandbox.clock.advance(30_000);
    }
    expect((await sandbox.token({ force_refresh: true })).errcode).toBe(45009);
    // It began at 10:00 and 10 minutes have passed: 13:50 more is midnight in Beijing.
    sandbox.clock.advance((13 * 60 + 50) * 60_000 - 1);
    expect((await sandbox.token({ force_refresh: true })).errcode).toBe(45009);
    sandbox.clock.advance(1);
    expect((await sandbox.token({ force_refresh: true })).errcode).toBeUndefined();
  });

  test.each([
    ['an empty body', '', 44002],
    ['a body that is not JSON', '{"grant_type":', 47001],
    ['a body that is no object', '7', 47001],
    ['no grant type', '{}', 40002],
    ['no appid', '{"grant_type":"client_credential"}', 41002],
    ['no secret', '{"grant_type":"client_credential","appid":"wx0000000000000000"}', 41004],
    ['an unknown appid', '{"grant_type":"client_credential","appid":"wx2","secret":"local-secret"}', 40013],
    ['a wrong secret', '{"grant_type":"client_credential","appid":"wx0000000000000000","secret":"x"}', 40125],
  ])('refuses %s by WeChat’s own code', async (_what, body, errcode) => {
    expect(await post(body)).toEqual({ errcode, errmsg: expect.stringMatching(/ rid: \S+$/) });
  });

  test('wants POST', async () => {
    expect(await post('', 'GET')).toMatchObject({ errcode: 43002 });
  });
});

describe('signing in at the sandbox', () => {
  const openid = 'o-zhang-san';
  let sandbox: TestSandbox;

  beforeEach(async () => {
    sandbox = await startTestSandbox();
    await sandbox.control('POST', '/people', { openid, unionid: 'u-zhang-san' });
  });
  afterEach(() => sandbox.stop());

  test('a code tells who the person is, without an errcode', async () => {
    const answer = await sandbox.login({ js_code: await sandbox.code(openid) });
    expect(answer).toEqual({ openid, unionid: 'u-zhang-san', session_key: expect.any(String) });
    expect(Buffer.from(answer.session_key ?? '', 'base64')).toHaveLength(16);
  });

  test('a person without an open-platform account has no unionid', async () => {
    const made = await sandbox.control('POST', '/people');
    const { openid: own } = made.body as { openid: string };
    expect(own).toMatch(/^o[\w-]{27}$/);
    const answer = await sandbox.login({ js_code: await sandbox.code(own) });
    expect(Object.keys(answer).sort()).toEqual(['openid', 'session_key']);
  });

  test('a code works once', async () => {
    const code = await sandbox.code(openid);
    expect((await sandbox.login({ js_code: code })).openid).toBe(openid);
    expect((await sandbox.login({ js_code: code })).errcode).toBe(40029);
  });

  test('a code works until just before it is 5 minutes old, and not after', async () => {
    const [early, late] = [await sandbox.code(openid), await sandbox.code(openid)];
    sandbox.clock.advance(5 * 60_000 - 1);
    expect((await sandbox.login({ js_code: early })).openid).toBe(openid);
    sandbox.clock.advance(1);
    expect((await sandbox.login({ js_code: late })).errcode).toBe(40029);
  });

  test('a code of one mini-program is nothing to another', async () => {
    const code = await sandbox.code(openid, otherApp.appid);
    expect((await sandbox.login({ js_code: code })).errcode).toBe(40029);
    const there = await sandbox.login({ ...otherApp, js_code: code });
    expect(there.openid).toMatch(/^o[\w-]{27}$/);
    expect(there.openid).not.toBe(openid); // a person has another openid in every mini-program
  });

  test.each([
    ['no appid', { appid: undefined }, 41002],
    ['no secret', { secret: undefined }, 41004],
    ['no code', { js_code: undefined }, 41008],
    ['an unknown appid', { appid: 'wx2222222222222222' }, 40013],
    ['a wrong secret', { secret: otherApp.secret }, 40125],
    ['an unknown code', { js_code: 'nobody-has-this' }, 40029],
    ['another grant type', { grant_type: 'client_credential' }, 40002],
  ])('refuses %s by WeChat’s own code and a rid', async (_what, given, errcode) => {
    const answer = await sandbox.login({ js_code: await sandbox.code(openid), ...given });
    expect(answer).toEqual({
      errcode,
      errmsg: expect.stringMatching(/ rid: [0-9a-f]{8}-[0-9a-f]{8}-[0-9a-f]{8}$/),
    });
  });

  test('refuses a person whom WeChat holds to be high-risk', async () => {
    await sandbox.control('POST', '/people', { openid, risk: true });
    expect((await sandbox.login({ js_code: await sandbox.code(openid) })).errcode).toBe(40226);
  });

  test('lets a person sign in 100 times a minute and not 101 times, whoever else signs in', async () => {
    await sandbox.control('POST', '/people', { openid: 'o-li-si' });
    for (let call = 1; call <= 100; call++) {
      expect((await sandbox.login({ js_code: await sandbox.code(openid) })).openid).toBe(openid);
    }
    const code = await sandbox.code(openid);
    expect((await sandbox.login({ js_code: code })).errcode).toBe(45011);
    expect((await sandbox.login({ js_code: await sandbox.code('o-li-si') })).openid).toBe('o-li-si');
    sandbox.clock.advance(60_000);
    // The refusal in the last minute did not use the code up.
    expect((await sandbox.login({ js_code: code })).openid).toBe(openid);
  });

  test('wants GET', async () => {
    const query = new URLSearchParams({ ...app, js_code: 'x', grant_type: 'authorization_code' });
    const response = await fetch(`${sandbox.url}/sns/jscode2session?${query}`, {
      method: 'POST',
      body: '{}',
    });
    expect(await response.json()).toMatchObject({ errcode: 43001 });
  });
});
