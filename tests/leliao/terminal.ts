import { mkdtempSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { PassThrough } from 'node:stream';
import { leliao } from '../../infra/leliao/application';
import type { Surroundings } from '../../infra/leliao/session';

/** A terminal without a screen, of somebody with a folder of settings of their own. */
export function createTerminal({
  environment = {},
  watched = false,
}: {
  environment?: object;
  watched?: boolean;
} = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'leliao-'));
  const stopped = new AbortController();
  const [stdin, stdout, stderr] = [new PassThrough(), new PassThrough(), new PassThrough()];
  const tty = { isTTY: watched, columns: 100, setRawMode: () => stdin };
  const around = {
    stdin: Object.assign(stdin, tty),
    stdout: Object.assign(stdout, tty),
    stderr: Object.assign(stderr, tty),
    environment: { XDG_CONFIG_HOME: folder, ...environment },
    now: () => Date.now(),
    signal: stopped.signal,
  } as unknown as Surroundings;
  const shown = { out: '', err: '' };
  const waiting: (() => void)[] = [];
  for (const [name, stream] of [
    ['out', stdout],
    ['err', stderr],
  ] as const)
    stream.on('data', (piece) => {
      shown[name] += String(piece);
      for (const look of waiting) look();
    });
  return {
    around,
    signInFile: join(folder, 'leliao', 'sign-in.json'),
    shown,
    stop: () => stopped.abort(),
    type: (text: string) => stdin.write(text),
    /** Once stderr says it. */
    said: (text: string | RegExp) =>
      new Promise<RegExpMatchArray>((resolve) => {
        const look = () => {
          const found = shown.err.match(text);
          if (found) resolve(found);
        };
        waiting.push(look);
        look();
      }),
    /** Runs one command and answers what it said since, and its exit code. */
    async run(...inputs: string[]) {
      Object.assign(shown, { out: '', err: '' });
      const exit = await leliao(inputs, around);
      return { exit, ...shown };
    },
  };
}

/** A terminal at which a member of the staff has signed in to an API. */
export async function signedIn(api: string, name: string, role: string) {
  const terminal = createTerminal({ environment: { LELIAO_API: api } });
  const signIn = {
    issuer: 'http://127.0.0.1:1',
    clientId: 'leliao-cli',
    accessToken: `staff:${name}:${role}`,
    expiresAtMs: Date.now() + 3_600_000,
  };
  await mkdir(dirname(terminal.signInFile), { recursive: true });
  await writeFile(terminal.signInFile, JSON.stringify({ api, signIns: { [api]: signIn } }), { mode: 0o600 });
  return terminal;
}
