import { spawn } from 'node:child_process';
import { readFile, stat, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { type Oidc, startOidc } from '../../infra/local/oidc';
import { createStaffIdentity } from '../../lib/partner/staff-identity';
import { approveInBrowser, createBrowser } from './browser-by-hand';
import { createTerminal } from './terminal';

let oidc: Oidc;
let service: Server;
let api: string;
/** What the service has been asked, by whom. */
const asked: unknown[] = [];

beforeAll(async () => {
  oidc = await startOidc();
  const { verify } = createStaffIdentity({ ...oidc, now: () => Date.now() });
  service = createServer(async (request, response) => {
    const member = await verify((request.headers.authorization ?? '').replace('Bearer ', '')).catch(
      () => undefined,
    );
    asked.push({ path: request.url, member });
    const refused = {
      code: 'NOT_NOW',
      message: '现在不行。',
      details: { why: '要有两人' },
      requestId: 'r1',
    };
    const allowed = member && request.url === '/rights/ticketQueue';
    const answer = allowed ? { ok: true, data: { waiting: [] } } : { ok: false, error: refused };
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
  });
  await new Promise<void>((resolve) => service.listen(0, '127.0.0.1', resolve));
  api = `http://127.0.0.1:${(service.address() as AddressInfo).port}`;
});
afterAll(async () => {
  service.closeAllConnections();
  service.close();
  await oidc.stop();
});

const settings = () => ({ LELIAO_API: api, LELIAO_ISSUER: oidc.issuer });
const PAGE_AND_CODE = /(http:\S+)\n输入代码 +([A-Z]{4}-[A-Z]{4})\n/;

/** Signs in as a member of the staff, with a browser beside the terminal. */
async function signedIn(account: string) {
  const terminal = createTerminal({ environment: settings() });
  const login = terminal.run('login');
  const [, page = '', code = ''] = await terminal.said(PAGE_AND_CODE);
  const [slip, last] = await approveInBrowser(page, code, account);
  expect([slip.status, slip.text.includes('账号或口令不对')]).toEqual([401, true]);
  return { terminal, last, page, code, login: await login };
}

describe('signing in from a terminal (RFC 8628)', () => {
  it('takes a code typed into a browser, and calls the service as that member', async () => {
    const { terminal, last, page, code, login } = await signedIn('officer');
    expect([last.status, last.text.includes('已登录'), login.exit]).toEqual([200, true, 0]);
    expect(login.out).toMatch(/账号 +officer\n角色 +个人信息保护负责人\n/);

    const me = await terminal.run('whoami', '--json');
    expect(JSON.parse(me.out)).toMatchObject({ staffId: 'officer', roles: ['officer'], api });
    expect(await terminal.run('call', 'rights/ticketQueue')).toEqual({
      exit: 0,
      out: '{\n  "waiting": []\n}\n',
      err: '',
    });
    expect(asked.at(-1)).toMatchObject({
      path: '/rights/ticketQueue',
      member: { staffId: 'officer', roles: ['officer'] },
    });

    const again = createBrowser();
    expect((await again.send(await again.open(page), { user_code: code })).text).toContain('没有这个代码');
    await saysWhyItWasRefused(terminal);
    await keepsItsTokenToItself(terminal, [login, me]);
    await freshensTheToken(terminal);
    await signsOut(terminal);
  });

  it('gives nothing to a terminal that was turned away', async () => {
    const terminal = createTerminal({ environment: settings() });
    const login = terminal.run('login');
    const [, page = '', code = ''] = await terminal.said(PAGE_AND_CODE);
    const browser = createBrowser();
    const asking = await browser.send(await browser.open(page), {
      user_code: code.toLowerCase().replace('-', ''),
    });
    expect(asking.text).toContain('别人发来的代码一律拒绝');
    expect((await browser.send(asking, { abort: 'yes' })).text).toContain('已拒绝这次登录');
    expect(await login).toMatchObject({ exit: 1, err: expect.stringContaining('登录被拒绝。') });
    await expect(stat(terminal.signInFile)).rejects.toThrow('ENOENT');
  });

  it('ends with 4 where the provider or the service does not answer', async () => {
    const { exit, err } = await createTerminal().run('login', '--api', api, '--issuer', 'http://127.0.0.1:1');
    expect([exit, err]).toEqual([4, '连不上登录服务，请检查网络和 --issuer。\n']);
  });

  it('ends with 130 when it is interrupted, and leaves nothing half done', async () => {
    const { around, signInFile } = createTerminal({ environment: settings() });
    const command = join(__dirname, '../../infra/leliao/leliao.mjs');
    const child = spawn(process.execPath, [command, 'login'], {
      env: { ...process.env, ...around.environment },
    });
    let said = '';
    child.stderr.on('data', (piece) => {
      said += String(piece);
      if (said.endsWith('按 Ctrl-C 放弃。）\n')) child.kill('SIGINT');
    });
    const code = await new Promise((resolve) => child.once('close', resolve));
    expect([code, said]).toEqual([130, expect.stringContaining('没有登录。重新运行 leliao login 即可。')]);
    await expect(stat(signInFile)).rejects.toThrow('ENOENT');
  });
});

type Terminal = ReturnType<typeof createTerminal>;

async function saysWhyItWasRefused(terminal: Terminal) {
  expect(await terminal.run('queue', 'reviews')).toEqual({
    exit: 1,
    out: '',
    err: '现在不行。\n  要有两人\n  NOT_NOW，请求编号 r1\n',
  });
  const { out } = await terminal.run('queue', 'reviews', '--json');
  expect(JSON.parse(out)).toMatchObject({ error: { code: 'NOT_NOW', requestId: 'r1' } });
}

async function keepsItsTokenToItself(terminal: Terminal, said: object[]) {
  const { mode } = await stat(terminal.signInFile);
  expect((mode & 0o777).toString(8)).toBe('600');
  const { signIns } = await keptIn(terminal);
  const { accessToken, refreshToken } = signIns[api];
  const shown = JSON.stringify(said);
  expect([accessToken, refreshToken].filter((token) => shown.includes(token))).toEqual([]);
  // A token belongs to one API: another one is not told it.
  expect((await terminal.run('tickets', 'list', '--api', 'http://127.0.0.1:1')).exit).toBe(3);
}

async function freshensTheToken(terminal: Terminal) {
  const before = await keptIn(terminal);
  before.signIns[api].expiresAtMs = Date.now() + 29_000;
  await writeFile(terminal.signInFile, JSON.stringify(before));
  expect((await terminal.run('tickets', 'list')).exit).toBe(0);
  const { signIns } = await keptIn(terminal);
  expect(signIns[api].expiresAtMs).toBeGreaterThan(Date.now() + 3_000_000);
}

async function signsOut(terminal: Terminal) {
  const { signIns } = await keptIn(terminal);
  expect((await terminal.run('logout', '--json')).out).toBe('{"signedOut":true,"revoked":true}\n');
  expect((await terminal.run('whoami')).exit).toBe(3);
  // Whoever has a copy of the file gets no further than the token's hour.
  const copy = { ...signIns[api], expiresAtMs: 0 };
  await writeFile(terminal.signInFile, JSON.stringify({ api, signIns: { [api]: copy } }));
  expect((await terminal.run('tickets', 'list')).exit).toBe(3);
}

const keptIn = async ({ signInFile }: Terminal) => JSON.parse(await readFile(signInFile, 'utf8'));
