import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findService } from '../../infra/local/find-service';
import { close, freePort, listen } from '../../infra/local/ports';
import { runDocument } from '../documents/run';
import { some } from '../proof/sample';
import { describeWithChromium, launchChromium, newContext } from '../web/chromium';
import { answers, until } from './waiting';

type Started = {
  npm: ChildProcess;
  /** Everything it printed so far. */
  printed(): string;
  /** Base URLs by the name they are printed with. */
  places: Record<string, string>;
};

const chinese = /[\u4e00-\u9fff]/;

const started: ChildProcess[] = [];

/** `npm start` as a developer runs it. */
async function npmStart(...args: string[]): Promise<Started> {
  const cwd = join(__dirname, '../..');
  const npm = spawn('npm', ['start', '--', '--lang', 'en', ...args], {
    cwd,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  started.push(npm);
  let printed = '';
  for (const stream of [npm.stdout, npm.stderr]) {
    stream.on('data', (text: Buffer) => {
      printed += text;
    });
  }
  await until('it is ready', () => printed.includes('is ready') || npm.exitCode !== null);
  const lines = [...printed.matchAll(/^ {2}(\S.*?) {2,}(http:\/\/127\.0\.0\.1:\d+(?:\/v\d+)?)/gm)];
  return {
    npm,
    printed: () => printed,
    places: Object.fromEntries(lines.map(([, name, url]) => [name, url])),
  };
}

/** A test that fails half-way must not leave its service running. */
afterAll(() => {
  for (const npm of started.splice(0)) npm.kill('SIGKILL');
});

async function nothingAnswers(places: Record<string, string>): Promise<boolean> {
  const answered = await Promise.all(Object.values(places).map(answers));
  return !answered.includes(true);
}

/** As the mini-program does it: over HTTP, with the token of wx.login. */
async function post<T = Record<string, string>>(url: string, input: object, token?: string): Promise<T> {
  const headers = { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) };
  const answer = await fetch(url, { method: 'POST', headers, body: JSON.stringify(input) });
  return (await answer.json()) as T;
}

/** Somebody signs in: with this WeChat code, which gave this token. */
async function signIn({ places }: Started, openid: string) {
  const people = `${places['Partner sandbox']}/sandbox/people`;
  await post(people, { openid });
  const { code } = await post<{ code: string }>(`${people}/${openid}/code`, {});
  const reply = await post<{ data: { token: string } }>(`${places.API}/login/signIn`, { code });
  expect(reply).toMatchObject({ ok: true, data: { newAccount: true } });
  return { code, token: reply.data.token };
}

let service: Started;
let folder: string;

/** Each way of starting has an end of its own. */
const ways = some(
  [
    { way: 'npm start', isTold: false },
    { way: 'npm start with a port and a folder', isTold: true },
  ],
  1,
);

describe.each(ways)('$way', ({ isTold }) => {
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'leliao-'));
    const port = await freePort();
    service = await npmStart(...(isTold ? ['--port', String(port), '--persist', folder] : []));
    if (isTold) expect(service.places.API).toBe(`http://127.0.0.1:${port}/v1`);
    expect((await readdir(folder)).sort()).toEqual(isTold ? ['in-use-by-pid', 'root-key', 'table'] : []);
  });
  afterAll(() => rm(folder, { recursive: true }));

  it('serves the functions and logs without naming anybody', async () => {
    const { npm, printed, places } = service;
    expect(Object.keys(places)).toEqual([
      'API',
      'API reference',
      'Partner sandbox',
      'Mailbox',
      'Staff sign-in',
      'Web sign-in',
      'Table',
    ]);
    expect(new Set(await Promise.all(Object.values(places).map(answers)))).toEqual(new Set([true]));

    const openid = 'o-marked-openid-4711';
    const { code, token } = await signIn(service, openid);
    await until(
      'the call is logged',
      () => /login\/signIn +OK/.test(printed()),
      () => npm.exitCode === null,
    );
    for (const secret of [openid, code, token]) expect(printed()).not.toContain(secret);
  });

  describeWithChromium('with its web sign-in page (A2)', () => {
    it('signs a browser in through the real host, and the cookie opens the account in every function', async () => {
      const api = service.places.API ?? '';
      const { token } = await signIn(service, 'o-with-a-browser');
      const chromium = await launchChromium();
      try {
        const context = await newContext(chromium);
        const page = await context.newPage();
        const opened = await page.goto(new URL('/login/web', api).href);
        expect(opened?.headers()).toMatchObject({
          'content-type': 'text/html; charset=utf-8',
          'content-security-policy': expect.stringMatching(/^default-src 'none'; script-src 'sha256-/),
          'x-frame-options': 'DENY',
          'referrer-policy': 'no-referrer',
        });
        await page.getByRole('button', { name: '开始扫码登录' }).click();
        await page.getByRole('heading', { name: '请用微信小程序扫码' }).waitFor();
        const input = { code: await page.locator('#code').textContent() };
        const asked = await post<{ data: { site: string } }>(`${api}/login/webShow`, input, token);
        expect(asked.data.site).toBe(new URL(api).host);
        await post(`${api}/login/webApprove`, input, token);
        await page.getByRole('button', { name: '是我的账号，登录' }).click();
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
          return (await fetch('/v1/consent/status', { method: 'POST', headers, body: '{}' })).json();
        });
        expect(status).toMatchObject({ ok: true });
      } finally {
        await chromium.close();
      }
    });
  });

  it.each(
    some(
      [
        { lang: 'zh', found: '使用正在运行的服务', done: '走完了，处处如约。' },
        { lang: 'en', found: 'With the service that runs', done: 'Done, and all of it as promised.' },
      ],
      1,
    ),
  )(
    'is what npm run journey finds, which keeps its word from the first day to a card taken back and nearby, and says so in $lang (A1 K1 K3 C1 C3 C4 L1 L3)',
    async ({ lang, found, done }) => {
      const { printed, exitCode } = await npmRunJourney('tests/samples/camcard.vcf', '--lang', lang);
      expect(printed).toContain(found);
      expect(printed).toContain(done);
      expect(printed).not.toContain('✗');
      const checked = printed.match(/^ {3}✓.*/gm) ?? [];
      expect(checked.length).toBeGreaterThan(40);
      const headings = printed.match(/^(\d+\. |──).*/gm) ?? [];
      // What stands in 「」 is what the service says to people, which is Chinese for every reader.
      const told = [...checked, ...headings].map((line) => line.replaceAll(/「[^」]*」/g, ''));
      expect(told.filter((line) => chinese.test(line) === (lang === 'en'))).toEqual([]);
      expect(exitCode).toBe(0);
    },
  );

  it('does what a document shows, typed as it stands', async () => {
    const found = await findService();
    if (!found) throw new Error('npm start is not found by other commands');
    const [document = ''] = some(['docs/closing.md', 'docs/location.md'], 1);
    await runDocument(document, { ...found, log: '' });
  });

  if (isTold)
    it('gives both back when it is asked to stop', async () => {
      const { npm, places } = service;
      npm.kill('SIGTERM');
      await once(npm, 'exit');
      await until('nothing answers', () => nothingAnswers(places));
      await until('the folder is free', async () => !(await readdir(folder)).includes('in-use-by-pid'));
    });
  else
    it('leaves nothing behind after kill -9', async () => {
      const { npm, places } = service;
      npm.kill('SIGKILL');
      await until('nothing answers', () => nothingAnswers(places));
    });
});

/** The journey as a developer runs it: all it printed, and how it ended. */
async function npmRunJourney(...args: string[]): Promise<{ printed: string; exitCode: number | null }> {
  const cwd = join(__dirname, '../..');
  const npm = spawn('npm', ['run', '-s', 'journey', '--', ...args], {
    cwd,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  started.push(npm);
  let printed = '';
  for (const stream of [npm.stdout, npm.stderr]) {
    stream.on('data', (text: Buffer) => {
      printed += text;
    });
  }
  await once(npm, 'close');
  return { printed, exitCode: npm.exitCode };
}

test('npm run journey says in one sentence what is wrong with a file', async () => {
  const { printed, exitCode } = await npmRunJourney('package.json');
  expect(printed.trim().split('\n')).toHaveLength(1);
  expect(printed).toContain('BEGIN:VCARD');
  expect(exitCode).toBe(1);
});

test('npm start says in one sentence what to do when the port is taken', async () => {
  const server = createServer();
  const port = await listen(server, 0);
  const { npm, places, printed } = await npmStart('--port', String(port));
  await close(server);
  expect([places, npm.exitCode]).toEqual([{}, 1]);
  expect(printed()).toContain(
    `The API cannot use port ${port} because another program has it: stop that program or choose another port.`,
  );
  expect(printed()).not.toMatch(/^ +at /m);
});
