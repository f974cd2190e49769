import type { Browser, BrowserContext, Page } from 'playwright-core';
import { WEB_POLL_PAUSE_MS } from '../../lib/table/sign-in/web-sign-in';
import { until } from '../local/waiting';
import { type Caller, createWorld, type World } from '../support/world';
import { describeWithChromium, launchChromium, newContext } from './chromium';
import { type PageServer, serveForeignPage, servePages } from './page-server';

let world: World;
let me: Caller;
let server: PageServer;
let chromium: Browser;
let context: BrowserContext;
let page: Page;
const troubles: string[] = [];

/** A preflight, two posts that need none, and a form. */
const POSTS_OF_A_FOREIGN_PAGE = 4;

const heading = (name: string) => page.getByRole('heading', { name }).waitFor();
const button = (name: string) => page.getByRole('button', { name });
const pageUrl = (host = '127.0.0.1') => `http://${host}:${server.port}/login/web`;

/** The pause between two looks of the page passes, for the page and for the service. */
async function passPause(): Promise<void> {
  world.wait(WEB_POLL_PAUSE_MS);
  await page.clock.runFor(WEB_POLL_PAUSE_MS);
}

/** Opens the page and has it ask; answers the code on the screen. */
async function ask(host?: string): Promise<{ code: string }> {
  await page.goto(pageUrl(host));
  await button('开始扫码登录').click();
  await heading('请用微信小程序扫码');
  return { code: (await page.locator('#code').textContent()) ?? '' };
}

async function approve(input: { code: string | null }): Promise<void> {
  await world.ok('login/webApprove', input, me);
  await passPause();
  await heading('请确认是您的账号');
  await passPause();
  await button('是我的账号，登录').click();
  await heading('已经登录');
}

async function signIn(host?: string): Promise<void> {
  const input = await ask(host);
  await world.ok('login/webShow', input, me);
  await approve(input);
}

describeWithChromium('the web sign-in page in a real browser (A2)', () => {
  beforeAll(async () => {
    world = await createWorld();
    server = await servePages(world);
    chromium = await launchChromium();
  });
  afterAll(async () => {
    await chromium?.close();
    await server?.stop();
  });
  beforeEach(async () => {
    me = await world.signIn(`person-${server.seen.length}`);
    context = await newContext(chromium, { viewport: { width: 320, height: 640 } });
    page = await context.newPage();
    await page.clock.install();
    troubles.splice(0);
    page.on('pageerror', (error) => troubles.push(error.message));
    page.on('console', (message) => {
      // A page that is not signed in yet is told so by a 401, which is no trouble.
      if (message.type() === 'error' && !message.text().includes('401')) troubles.push(message.text());
    });
  });
  afterEach(() => context.close());

  it('collects nothing before it has said what, signs in after approval, and signs out', async () => {
    await page.goto(pageUrl());
    await page.getByText('截去末段的网络地址').waitFor();
    expect(JSON.stringify(await world.scan())).not.toContain('"S":"web-sign-in"');

    await button('开始扫码登录').click();
    await heading('请用微信小程序扫码');
    const code = await page.locator('#code').textContent();
    expect(await world.ok('login/webShow', { code }, me)).toMatchObject({ device: 'Chrome / Linux' });
    await passPause();
    await heading('请在手机上确认');
    await approve({ code });
    await page.reload();
    await heading('已经登录');

    await button('退出登录').click();
    await heading('登录网页版');
    expect(await context.cookies()).toEqual([]);
    expect(troubles).toEqual([]);
  });

  it('keeps secrets where no script, address or storage can show them', async () => {
    await signIn();
    const cookies = await context.cookies();
    expect(cookies).toEqual([
      expect.objectContaining({
        name: '__Host-leliao-session',
        path: '/',
        httpOnly: true,
        secure: true,
        sameSite: 'Strict',
        expires: -1,
      }),
    ]);
    const token = cookies[0]?.value ?? '';
    const visible = await page.evaluate(() => {
      const { document, localStorage, sessionStorage, location, history } = globalThis as unknown as Record<
        string,
        { cookie: string; documentElement: { outerHTML: string }; href: string; state: unknown }
      >;
      return JSON.stringify([
        document?.cookie,
        document?.documentElement.outerHTML,
        { ...localStorage },
        { ...sessionStorage },
        location?.href,
        history?.state,
      ]);
    });
    expect(visible).toContain(pageUrl());
    expect(visible).not.toContain(token);
    expect(server.seen.filter(({ path }) => path.includes('?') || path.includes(token))).toEqual([]);
    expect(await world.refused('login/listSessions', {}, { token })).toBe('OK');
  });

  it('says that it was refused, and offers to begin anew', async () => {
    const input = await ask();
    await world.ok('login/webShow', input, me);
    await world.ok('login/webDeny', input, me);
    await passPause();
    await heading('登录已被拒绝');
    expect(await context.cookies()).toEqual([]);
    await button('重新开始').click();
    await heading('请用微信小程序扫码');
    expect(await page.locator('#code').textContent()).not.toBe(input.code);
  });

  it('says that a code has expired, and gets a new one', async () => {
    await ask();
    world.wait(5 * 60_000);
    await passPause();
    await heading('编号已失效');
    await button('重新获取').click();
    await heading('请用微信小程序扫码');
  });

  it('another browser that shows the same code gets nothing', async () => {
    const input = await ask();
    const other = await newContext(chromium);
    const theirs = await other.newPage();
    await theirs.goto(pageUrl());
    const polled = () =>
      theirs.evaluate(async () => {
        const headers = { 'content-type': 'application/json' };
        return (await fetch('/v1/login/webPoll', { method: 'POST', headers, body: '{}' })).json();
      });
    await world.ok('login/webShow', input, me);
    await world.ok('login/webApprove', input, me);
    expect(await polled()).toEqual({ ok: true, data: { state: 'no-cookie' } });
    await passPause();
    await heading('请确认是您的账号');
    await passPause();
    await button('是我的账号，登录').click();
    await heading('已经登录');
    expect(await other.cookies()).toEqual([]);
    await other.close();
  });

  it('says so when the browser keeps no cookies; the mini-program goes on as before', async () => {
    await page.route('**/webBegin', async (route) => {
      const response = await route.fetch();
      const { 'set-cookie': _, ...headers } = response.headers();
      await context.clearCookies();
      await route.fulfill({ response, headers });
      await context.clearCookies();
    });
    await ask();
    await context.clearCookies();
    await passPause();
    await heading('浏览器没有保存 Cookie');
    expect(await world.refused('login/listSessions', {}, me)).toBe('OK');
  });

  it.each([
    // Another site: SameSite keeps the cookie back. A neighbour: the same host on another port is the same site to a
    // browser, so the cookie comes along, and only Origin tells them apart.
    ['another site', 'localhost', false],
    ['a neighbour of the same site', '127.0.0.1', true],
  ])('refuses what %s posts', async (_, host, cookieCame) => {
    await signIn();
    const target = `http://127.0.0.1:${server.port}/v1/login/webSignOut`;
    const foreign = await serveForeignPage(`<!doctype html><meta charset="utf-8">
      <form id="f" method="post" enctype="text/plain" target="sink" action="${target}"><input name='{"a' value='":1}'></form>
      <iframe name="sink"></iframe>`);
    const before = server.seen.length;
    const evil = await context.newPage();
    await evil.goto(`http://${host}:${foreign.port}/`);
    await evil.evaluate(async (url) => {
      const post = (headers: Record<string, string>, mode: 'cors' | 'no-cors') =>
        fetch(url, { method: 'POST', credentials: 'include', mode, headers, body: '{}' }).catch(() => {});
      await post({ 'content-type': 'application/json' }, 'cors');
      await post({ 'content-type': 'text/plain' }, 'no-cors');
      await post({}, 'no-cors');
      (globalThis as unknown as { f: { submit(): void } }).f.submit();
    }, target);
    const posts = () => server.seen.slice(before).filter(({ path }) => path === '/v1/login/webSignOut');
    await until('every post has arrived', () => posts().length >= POSTS_OF_A_FOREIGN_PAGE);
    for (const { status } of posts()) expect([400, 401, 403, 404]).toContain(status);
    expect(posts().some(({ cookie }) => cookie.includes('leliao'))).toBe(cookieCame);
    await page.reload();
    await heading('已经登录');
    await foreign.stop();
  });

  it('works under http://localhost too, where a developer may open it', () => signIn('localhost'));

  it('fits a phone, runs nothing but its own script, and may not be framed', async () => {
    await ask();
    const { overflow, small } = await page.evaluate(() => {
      const { document } = globalThis as unknown as { document: { documentElement: Record<string, number> } };
      const { scrollWidth = 0, clientWidth = 0 } = document.documentElement;
      return { overflow: scrollWidth - clientWidth, small: clientWidth };
    });
    expect([overflow, small]).toEqual([0, 320]);

    const injected = await page.evaluate(() => {
      const scope = globalThis as unknown as Record<string, never> & { ran?: boolean };
      const { document } = scope as unknown as {
        document: { createElement(n: string): { textContent: string }; body: { append(e: unknown): void } };
      };
      const script = document.createElement('script');
      try {
        script.textContent = 'globalThis.ran = true';
        document.body.append(script);
      } catch {
        return 'refused';
      }
      return scope.ran ? 'ran' : 'refused';
    });
    expect(injected).toBe('refused');

    const foreign = await serveForeignPage(`<!doctype html><iframe src="${pageUrl()}"></iframe>`);
    const framing = await context.newPage();
    await framing.goto(`http://127.0.0.1:${foreign.port}/`);
    // The page has loaded when its frame has: with what the frame asked for, or with Chromium's refusal in its place.
    const framed = framing.frames().at(-1);
    expect(framed?.url()).toMatch(/^chrome-error:/);
    expect(await framed?.locator('#title').count()).toBe(0);
    await foreign.stop();
  });

  it('can be used by keyboard and read aloud', async () => {
    await page.goto(pageUrl());
    await button('开始扫码登录').waitFor();
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await heading('请用微信小程序扫码');
    expect(await page.locator(':focus').getAttribute('id')).toBe('title');
    await page.getByRole('img', { name: '登录二维码' }).waitFor();
    await page.getByRole('status').getByText('扫描下图或输入编号').waitFor();
    expect(await page.locator('html').getAttribute('lang')).toBe('zh-CN');
  });
});
