import { type SandboxServer, startSandbox } from '../../infra/local/sandbox/server';
import { AppError } from '../../lib/errors';
import { createWechatPhone, type WechatPhone } from '../../lib/partner/wechat-phone';
import { createWechatServer } from '../../lib/partner/wechat-server';

const app = { appid: 'wx0000000000000001', secret: 'secret' };
let sandbox: SandboxServer;
let now = Date.parse('2026-12-01T02:00:00.000Z');
let phone: WechatPhone;
const lines: object[] = [];
const clock = { now: () => now };

beforeAll(async () => {
  sandbox = await startSandbox({ apps: [app], clock });
  phone = createWechatPhone(
    createWechatServer({ baseUrl: sandbox.url, ...app, clock, log: (line) => lines.push(line) }),
  );
});
afterAll(() => sandbox.stop());

async function post(path: string, body: object): Promise<Record<string, string>> {
  return (await (
    await fetch(`${sandbox.url}/sandbox/${path}`, { method: 'POST', body: JSON.stringify(body) })
  ).json()) as never;
}
async function person(): Promise<string> {
  return (await post('people', {})).openid ?? '';
}
const tap = async (openid: string, more: object = {}) =>
  (await post(`people/${openid}/phone-code`, { phone: '13800138000', ...more })).code ?? '';
const codeOf = (promise: Promise<unknown>) =>
  promise.then(
    () => 'OK',
    (error) => (error instanceof AppError ? error.code : error),
  );

describe("WeChat's phone number service, as the sandbox speaks it (A3)", () => {
  it('gives the number in one form, whether the country code comes as text or as a number', async () => {
    const openid = await person();
    expect(await phone.exchangePhoneCode(await tap(openid), openid)).toBe('+8613800138000');
    expect(await phone.exchangePhoneCode(await tap(openid, { countryCode: 86 }), openid)).toBe(
      '+8613800138000',
    );
    expect(
      await phone.exchangePhoneCode(await tap(openid, { countryCode: '852', phone: '61234567' }), openid),
    ).toBe('+85261234567');
  });

  it("refuses another person's code, another mini-program's watermark, a used code and an old one", async () => {
    const [me, other] = [await person(), await person()];
    expect(await codeOf(phone.exchangePhoneCode(await tap(other), me))).toBe('LOGIN_CODE_INVALID');
    expect(await codeOf(phone.exchangePhoneCode(await tap(me, { appid: 'wx9999999999999999' }), me))).toBe(
      'LOGIN_CODE_INVALID',
    );
    const code = await tap(me);
    expect(await codeOf(phone.exchangePhoneCode(code, me))).toBe('OK');
    expect(await codeOf(phone.exchangePhoneCode(code, me))).toBe('LOGIN_CODE_INVALID');
    const late = await tap(me);
    now += 5 * 60_000;
    expect(await codeOf(phone.exchangePhoneCode(late, me))).toBe('LOGIN_CODE_INVALID');
  });

  it('fetches its token once for all who wait, and again when it runs out', async () => {
    const openid = await person();
    const codes = await Promise.all(Array.from({ length: 8 }, () => tap(openid)));
    now += 2 * 3_600_000;
    await fetch(`${sandbox.url}/sandbox/calls`, { method: 'DELETE' });
    const fresh = await Promise.all(Array.from({ length: 8 }, () => tap(openid)));
    await Promise.all(fresh.map((code) => phone.exchangePhoneCode(code, openid)));
    const calls = (await (await fetch(`${sandbox.url}/sandbox/calls`)).json()) as { path: string }[];
    expect(calls.filter(({ path }) => path === '/cgi-bin/stable_token')).toHaveLength(1);
    expect(codes).toHaveLength(8);
  });

  it.each(['down', 'reset', 'lying', 'busy'])(
    'says clearly that it cannot, when WeChat is %s, and recovers',
    async (kind) => {
      const openid = await person();
      await post('faults', { path: '/wxa/business/getuserphonenumber', kind, calls: 2 });
      expect(await codeOf(phone.exchangePhoneCode(await tap(openid), openid))).toBe('PARTNER_UNAVAILABLE');
      await fetch(`${sandbox.url}/sandbox/faults`, { method: 'DELETE' });
      expect(await codeOf(phone.exchangePhoneCode(await tap(openid), openid))).toBe('OK');
    },
  );

  it('logs no number, code, token or openid', () => {
    expect(JSON.stringify(lines)).not.toMatch(/1380013|612345|access_token|"o[\w-]{20,}/);
    expect(lines.length).toBeGreaterThan(5);
  });
});
