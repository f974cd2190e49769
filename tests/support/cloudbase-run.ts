import { spawn } from 'node:child_process';
import { mkdtemp, open, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Readable } from 'node:stream';
import { builtOnce } from './built';

/** The file that `tcb fn run` spawns, as it is: it loads an event function and calls it as the platform does. */
const bootstrap = join(__dirname, 'cloudbase-runtime', 'bootstrap.js');

export type CloudBaseRun = {
  functionName: string;
  /** What the client sends as `data`, or what a trigger delivers. */
  event?: unknown;
  /** The same as JSON, where it is too deep for JSON.stringify. */
  eventText?: string;
  /** The openid that the platform vouches for; nobody is signed in to WeChat without it. */
  openid?: string;
  /** Further context variables that the platform vouches for, such as WX_UNIONID or WX_CLIENTIP. */
  identity?: Record<string, string>;
  /** The settings of the function, as in cloudbaserc.json; nothing in here says who is calling. */
  env: Record<string, string>;
};

let built: ReturnType<typeof builtOnce> | undefined;

/**
 * Calls the `main` of the built door under the CloudBase CLI's own runtime, in a process of its own with nothing of
 * this one's environment, and answers with what the client would get.
 * @throws Error with the runtime's complaint when the function throws or answers with nothing
 */
export async function runInCloudBase(run: CloudBaseRun): Promise<unknown> {
  built ??= builtOnce();
  const { door: bundle } = await built;
  const identity = {
    ...run.identity,
    ...(run.openid && { WX_OPENID: run.openid, WX_APPID: run.env.WECHAT_APPID ?? '' }),
  };
  const { stdout, stderr } = await play(run.eventText ?? JSON.stringify(run.event), {
    PATH: process.env.PATH ?? '',
    ...run.env,
    SCF_FUNCTION_HANDLER: 'index.main',
    SCF_FUNCTION_NAME: run.functionName,
    GLOBAL_USER_FILE_PATH: `${dirname(bundle.file)}/`,
    // The event comes by standard input: one variable of the environment holds 128 KB at most.
    DOCKER_USE_STDIN: 'true',
    // The runtime cuts these at "=", so only identity goes this way; the settings are set directly.
    SCF_FUNCTION_ENVIRON: environOf(identity),
  });
  const [, answer] = stdout.split('返回结果：\n');
  if (!answer) throw new Error(`The function ${run.functionName} did not answer. ${stderr}`);
  return JSON.parse(answer);
}

function environOf(identity: Record<string, string>): string {
  const pairs = { WX_CONTEXT_KEYS: Object.keys(identity).join(','), ...identity };
  return Object.entries(pairs)
    .map(([name, value]) => `${name}=${value}`)
    .join(';');
}

type Output = { stdout: string; stderr: string };

/** The runtime ends with 0 whatever happens, so the exit code is not looked at. */
async function play(event: string, env: NodeJS.ProcessEnv): Promise<Output> {
  // A file, because the runtime opens /dev/stdin anew, which a pipe made by Node does not allow.
  const folder = await mkdtemp(join(tmpdir(), 'leliao-event-'));
  await writeFile(join(folder, 'event.json'), event);
  const input = await open(join(folder, 'event.json'));
  try {
    const child = spawn(process.execPath, [bootstrap], {
      env,
      stdio: [input.fd, 'pipe', 'pipe'],
    });
    const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
    return { stdout, stderr };
  } finally {
    await input.close();
    await rm(folder, { recursive: true });
  }
}

async function text(stream: Readable | null): Promise<string> {
  const parts: string[] = [];
  for await (const part of stream?.setEncoding('utf8') ?? []) parts.push(part);
  return parts.join('');
}
