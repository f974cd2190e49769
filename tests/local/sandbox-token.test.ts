import { otherApp, startTestSandbox, type TestSandbox } from './sandbox-support';

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
