import { createServer } from 'node:http';
import { inflateSync } from 'node:zlib';
import { type SandboxServer, startSandbox } from '../../infra/local/sandbox/server';
import { AppError } from '../../lib/errors';
import { createWechatCode, type WechatCode } from '../../lib/partner/wechat-code';
import { createWechatPhone, type WechatPhone } from '../../lib/partner/wechat-phone';
import { createWechatRisk, type WechatRisk } from '../../lib/partner/wechat-risk';
import { createWechatServer } from '../../lib/partner/wechat-server';
import { createWechatText, MAX_CONTENT_CHARS, type WechatText } from '../../lib/partner/wechat-text';

describe('risk', () => {
  const app = { appid: 'wx0000000000000001', secret: 'secret' };
  const address = '203.0.113.7';
  let sandbox: SandboxServer;
  let risk: WechatRisk;
  const lines: object[] = [];

  beforeAll(async () => {
    const clock = { now: () => Date.parse('2026-12-01T02:00:00.000Z') };
    sandbox = await startSandbox({ apps: [app], clock });
    risk = createWechatRisk(
      createWechatServer({ baseUrl: sandbox.url, ...app, clock, log: (line) => lines.push(line) }),
    );
  });
  afterAll(() => sandbox.stop());

  const post = async (path: string, body: object) =>
    fetch(`${sandbox.url}/sandbox/${path}`, { method: 'POST', body: JSON.stringify(body) });

  describe("WeChat's risk rank, as the sandbox speaks it (A7)", () => {
    it('answers the rank of a person', async () => {
      await post('people', { openid: 'o-risky', rank: 4 });
      await post('people', { openid: 'o-plain' });
      expect(await risk.rankOf('o-risky', address, 'fraud')).toBe(4);
      expect(await risk.rankOf('o-plain', address, 'register')).toBe(0);
    });

    it('knows nothing of somebody whom WeChat does not know', async () => {
      expect(await risk.rankOf('o-nobody', address, 'content')).toBeUndefined();
    });

    it.each(['down', 'reset', 'lying', 'busy', 'throttled'])(
      'answers nothing when WeChat is %s, and never throws',
      async (kind) => {
        await post('faults', { path: '/wxa/getuserriskrank', kind, calls: 2 });
        expect(await risk.rankOf('o-risky', address, 'fraud')).toBeUndefined();
        await fetch(`${sandbox.url}/sandbox/faults`, { method: 'DELETE' });
        expect(await risk.rankOf('o-risky', address, 'fraud')).toBe(4);
      },
    );

    it('logs neither openid nor address', () => {
      expect(lines.length).toBeGreaterThan(5);
      expect(JSON.stringify(lines)).not.toMatch(/o-risky|203\.0/);
    });
  });
});

describe('texts and codes', () => {
  const app = { appid: 'wx0000000000000001', secret: 'secret' };
  const clock = { now: () => Date.parse('2026-12-01T02:00:00.000Z') };
  const lines: object[] = [];
  let sandbox: SandboxServer;
  let text: WechatText;
  let code: WechatCode;
  let openid: string;

  beforeAll(async () => {
    sandbox = await startSandbox({ apps: [app], clock });
    const log = (line: object) => lines.push(line);
    const server = createWechatServer({ baseUrl: sandbox.url, ...app, clock, log });
    text = createWechatText(server);
    code = createWechatCode(server);
    openid = (await control('POST', 'people')).openid ?? '';
  });
  afterAll(() => sandbox.stop());

  async function control(method: string, path: string, body: object = {}): Promise<Record<string, string>> {
    const request = { method, ...(method === 'POST' && { body: JSON.stringify(body) }) };
    return (await (await fetch(`${sandbox.url}/sandbox/${path}`, request)).json()) as Record<string, string>;
  }
  const checks = async () =>
    ((await control('GET', 'calls')) as unknown as { path: string }[]).filter(
      ({ path }) => path === '/wxa/msg_sec_check',
    ).length;

  describe('the text check, as the sandbox speaks it (C1)', () => {
    it('passes what is harmless, and tells risky from doubtful', async () => {
      expect(await text.judge(['林晓', '工程师'], openid)).toBe('pass');
      expect(await text.judge(['林晓', '标记违规的话'], openid)).toBe('risky');
      expect(await text.judge(['标记存疑', '林晓'], openid)).toBe('review');
      expect(await text.judge([], openid)).toBe('pass');
    });

    it('leaves to a human what WeChat will not judge', async () => {
      await control('POST', 'texts', { contains: '久未来访', verdict: 'no-visit' });
      expect(await text.judge(['久未来访'], openid)).toBe('review');
      expect(await text.judge(['林晓'], 'nobody-we-know')).toBe('unavailable');
    });

    it('asks in as few questions as the words fit in, and the worst answer counts', async () => {
      const before = await checks();
      const long = '长'.repeat(MAX_CONTENT_CHARS - 10);
      expect(await text.judge(['一', '二', '三'], openid)).toBe('pass');
      expect((await checks()) - before).toBe(1);
      expect(
        await text.judge([long, long, `标记违规`, `${'长'.repeat(2 * MAX_CONTENT_CHARS)}`], openid),
      ).toBe('risky');
      expect((await checks()) - before).toBe(5);
    });

    it.each(['down', 'reset', 'lying', 'throttled', 'busy'])('a %s WeChat is no pass', async (kind) => {
      await control('POST', 'faults', { path: '/wxa/msg_sec_check', kind, calls: 2 });
      expect(await text.judge(['林晓'], openid)).toBe('unavailable');
      await control('DELETE', 'faults');
      expect(await text.judge(['林晓'], openid)).toBe('pass');
    });

    it('a WeChat that is busy for a moment is asked again', async () => {
      await control('POST', 'faults', { path: '/wxa/msg_sec_check', kind: 'busy', calls: 1 });
      expect(await text.judge(['林晓'], openid)).toBe('pass');
    });

    it('writes numbers into the log and no words', () => {
      expect(JSON.stringify(lines)).not.toMatch(/林晓|标记|长长/);
      expect(lines).toContainEqual(expect.objectContaining({ partner: 'wechat-text', partnerCode: 0 }));
    });
  });

  describe('mini-program codes (C3)', () => {
    it('are pictures that carry the scene and nothing else', async () => {
      const { image, contentType } = await code.draw('A'.repeat(22));
      expect(contentType).toBe('image/png');
      const side = image.readUInt32BE(16);
      const data = image.subarray(image.indexOf('IDAT') + 4, image.indexOf('IEND') - 8);
      expect(inflateSync(data)).toHaveLength(side * (side + 1));
    });

    it.each(['down', 'throttled', 'busy'])('a %s WeChat draws nothing', async (kind) => {
      await control('POST', 'faults', { path: '/wxa/getwxacodeunlimit', kind, calls: 2 });
      await expect(code.draw('A'.repeat(22))).rejects.toMatchObject({ code: 'PARTNER_UNAVAILABLE' });
      await control('DELETE', 'faults');
    });

    it.each(['', 'x'.repeat(33), 'a b', '%41', '林'])('refuse the scene %j before asking', async (scene) => {
      await expect(code.draw(scene)).rejects.toThrow('a scene is');
    });
  });
});

describe('phones', () => {
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

    it('is asked again for a token where it is busy for a moment', async () => {
      const openid = await person();
      now += 2 * 3_600_000;
      await post('faults', { path: '/cgi-bin/stable_token', kind: 'busy', calls: 1 });
      expect(await codeOf(phone.exchangePhoneCode(await tap(openid), openid))).toBe('OK');
    });

    it.each([
      [40125, 'secret-invalid'],
      [40164, 'address-not-listed'],
    ])('names why WeChat gives no token (%d), in the log and as an alarm', async (errcode, why) => {
      const seen: object[] = [];
      const refusing = createServer((_, response) =>
        response.end(JSON.stringify({ errcode, errmsg: 'invalid ip 203.0.113.7' })),
      );
      await new Promise<void>((done) => refusing.listen(0, '127.0.0.1', done));
      const baseUrl = `http://127.0.0.1:${(refusing.address() as { port: number }).port}`;
      const clock = { now: () => 0 };
      const server = createWechatServer({
        ...{ baseUrl, appid: 'wx1', secret: 's', clock },
        log: (line) => seen.push(line),
      });
      await expect(server.ready()).rejects.toThrow();
      refusing.close();
      const named = { partner: 'wechat-token', partnerCode: `${errcode} ${why}` };
      expect(seen).toContainEqual(expect.objectContaining({ event: 'partner-call', ...named }));
      expect(seen).toContainEqual(expect.objectContaining({ event: 'alarm', ...named }));
      expect(JSON.stringify(seen)).not.toContain('203.0.113');
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
});
