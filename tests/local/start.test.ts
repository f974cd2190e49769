import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { close, freePort, listen } from '../../infra/local/ports';
import { answers, until } from './waiting';

type Started = {
  npm: ChildProcess;
  /** Everything it printed so far. */
  printed(): string;
  /** Base URLs by the name they are printed with. */
  places: Record<string, string>;
};

const started: ChildProcess[] = [];

/** `npm start` as a developer runs it. */
async function npmStart(...args: string[]): Promise<Started> {
  const cwd = join(__dirname, '../..');
  const npm = spawn('npm', ['start', '--', ...args], { cwd, stdio: ['ignore', 'pipe', 'pipe'] });
  started.push(npm);
  let printed = '';
  for (const stream of [npm.stdout, npm.stderr]) {
    stream.on('data', (text: Buffer) => {
      printed += text;
    });
  }
  await until('it is ready', () => printed.includes('is ready') || npm.exitCode !== null);
  const lines = [...printed.matchAll(/^ {2}(\S.*?) {2,}(http:\/\/127\.0\.0\.1:\d+)/gm)];
  return {
    npm,
    printed: () => printed,
    places: Object.fromEntries(lines.map(([, name, url]) => [name, url])),
  };
}

/** A test that fails half-way must not leave its service running. */
afterEach(() => {
  for (const npm of started.splice(0)) npm.kill('SIGKILL');
});

async function nothingAnswers(places: Record<string, string>): Promise<boolean> {
  const answered = await Promise.all(Object.values(places).map(answers));
  return !answered.includes(true);
}

async function post(url: string, body: object): Promise<Record<string, never>> {
  const headers = { 'content-type': 'application/json' };
  const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) });
  return (await response.json()) as Record<string, never>;
}

test('npm start serves the functions, logs without naming anybody, and leaves nothing behind after kill -9', async () => {
  const { npm, printed, places } = await npmStart();
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
  await post(`${places['Partner sandbox']}/sandbox/people`, { openid });
  const { code } = await post(`${places['Partner sandbox']}/sandbox/people/${openid}/code`, {});
  const reply = await post(`${places.API}/login/signIn`, { code });
  expect(reply).toMatchObject({ ok: true, data: { newAccount: true } });
  await until(
    'the call is logged',
    () => /login\/signIn +OK/.test(printed()),
    () => npm.exitCode === null,
  );
  for (const secret of [openid, code, (reply.data as unknown as { token: string }).token]) {
    expect(printed()).not.toContain(secret);
  }

  npm.kill('SIGKILL');
  await until('nothing answers', () => nothingAnswers(places));
});

test('npm start takes a port and a folder, and gives both back when it is asked to stop', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'leliao-'));
  const port = await freePort();
  const { npm, places } = await npmStart('--port', String(port), '--persist', folder);
  expect(places.API).toBe(`http://127.0.0.1:${port}`);
  expect((await readdir(folder)).sort()).toEqual(['in-use-by-pid', 'root-key', 'table']);
  npm.kill('SIGTERM');
  await once(npm, 'exit');
  await until('nothing answers', () => nothingAnswers(places));
  await until('the folder is free', async () => !(await readdir(folder)).includes('in-use-by-pid'));
  await rm(folder, { recursive: true });
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

test('npm run journey keeps its word from the first day to a card taken back and nearby (A1 K1 K3 C1 C3 C4 L1 L3)', async () => {
  const { printed, exitCode } = await npmRunJourney('tests/samples/camcard.vcf');
  expect(printed).toContain('走完了，处处如约。');
  expect(printed).not.toContain('✗');
  expect(printed.match(/✓/g)?.length).toBeGreaterThan(40);
  expect(exitCode).toBe(0);
});

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
