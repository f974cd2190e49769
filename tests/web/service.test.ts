import type { Service } from '../../infra/local/service';
import { startService } from '../../infra/local/service';
import { describeWithChromium, launchChromium, newContext } from './chromium';

let service: Service;
/** As the mini-program does it: over HTTP, with the token of wx.login. */
async function post<T>(path: string, input: object, token?: string): Promise<T> {
  const headers = { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) };
  const url = path.startsWith('http') ? path : `${service.api}/${path}`;
  const answer = await fetch(url, { method: 'POST', headers, body: JSON.stringify(input) });
  const reply = (await answer.json()) as { ok?: boolean; data: T } & T;
  return reply.ok === undefined ? reply : reply.data;
}

describeWithChromium('the web sign-in page of the running service (A2)', () => {
  beforeAll(async () => {
    service = await startService();
  });
  afterAll(() => service?.stop());

  it('signs a browser in through the real host, and the cookie opens the account in every function', async () => {
    const { openid } = await post<{ openid: string }>(`${service.services.sandbox}/sandbox/people`, {});
    const person = `${service.services.sandbox}/sandbox/people/${openid}`;
    const { code: wxCode } = await post<{ code: string }>(`${person}/code`, {});
    const { token } = await post<{ token: string }>('login/signIn', { code: wxCode });

    const chromium = await launchChromium();
    try {
      const context = await newContext(chromium);
      const page = await context.newPage();
      const opened = await page.goto(`${service.api}/login/web`);
      expect(opened?.headers()).toMatchObject({
        'content-type': 'text/html; charset=utf-8',
        'content-security-policy': expect.stringMatching(/^default-src 'none'; script-src 'sha256-/),
        'x-frame-options': 'DENY',
        'referrer-policy': 'no-referrer',
      });
      await page.getByRole('button', { name: '开始扫码登录' }).click();
      await page.getByRole('heading', { name: '请用微信小程序扫码' }).waitFor();
      const input = { code: await page.locator('#code').textContent() };
      const asked = await post<{ site: string }>('login/webShow', input, token);
      expect(asked.site).toBe(new URL(service.api).host);
      await post('login/webApprove', input, token);
      await page.getByRole('heading', { name: '已经登录' }).waitFor();
      expect(await context.cookies()).toEqual([
        expect.objectContaining({
          name: '__Host-leliao-session',
          httpOnly: true,
          secure: true,
          sameSite: 'Strict',
        }),
      ]);
      const status = await page.evaluate(async () => {
        const headers = { 'content-type': 'application/json' };
        return (await fetch('/consent/status', { method: 'POST', headers, body: '{}' })).json();
      });
      expect(status).toMatchObject({ ok: true });
    } finally {
      await chromium.close();
    }
  });
});
