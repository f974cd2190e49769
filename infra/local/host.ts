import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { API_PATH } from '../../lib/api-version';
import { CannotStart } from './cannot-start';
import { assertPortFree, freePort, HOST, theApi } from './ports';
import { startTethered, type Tethered } from './tethered';

const START_LIMIT_MS = 60_000;
const PORT_TRIES = 3;
/** Lines of its output to show when it does not start. */
const LINES_KEPT = 8;

const projectRoot = join(__dirname, '../..');

export type Host = {
  /** Base URL of the HTTP API, with its version: POST <api>/<function>/<operation>. Pages and webhooks lie at the root of its origin. */
  api: string;
  /** Base URL of the Lambda API: POST /2015-03-31/functions/<name>/invocations. */
  lambda: string;
  /** Resolves when the host has ended, asked or not. */
  ended: Promise<number>;
  stop(): Promise<void>;
};

export type HostOptions = {
  /** Of the HTTP API; a free one is found when absent. */
  port?: number | undefined;
  /** What the functions read. */
  environment: Record<string, string>;
  /** Gets every line that the functions write. */
  onLine(line: string): void;
};

/**
 * Serves every function as serverless.yml declares it, over HTTP and as a Lambda API. Needs the bundles in dist/.
 * @throws CannotStart when the port is taken or serverless.yml cannot be served
 */
export async function startHost(options: HostOptions): Promise<Host> {
  if (options.port !== undefined) await assertPortFree(options.port, theApi);
  for (let tries = 1; ; tries++) {
    const port = options.port ?? (await freePort());
    const lambdaPort = await freePort();
    const program = startServerless(port, lambdaPort, options.environment);
    const said = await waitUntilReady(program, options.onLine);
    if (!said) {
      const { ended, stop } = program;
      return {
        api: `http://${HOST}:${port}${API_PATH}`,
        lambda: `http://${HOST}:${lambdaPort}`,
        ended,
        stop,
      };
    }
    await program.stop();
    const wasRaced = said.some((line) => line.includes('EADDRINUSE'));
    if (!wasRaced || tries === PORT_TRIES) {
      const last = said.join('\n  ');
      throw new CannotStart(
        `各函数没有启动成功。宿主程序说：\n  ${last}`,
        `The functions could not be served. The host says:\n  ${last}`,
      );
    }
  }
}

function startServerless(port: number, lambdaPort: number, environment: Record<string, string>): Tethered {
  const serverless = join(projectRoot, 'node_modules/serverless/bin/serverless.js');
  const own = Object.entries(process.env).filter(([name]) => !name.startsWith('AWS_'));
  const line = ['--require', join(__dirname, 'start-line.cjs')];
  return startTethered(process.execPath, [...line, serverless, 'offline', 'start', '--stage', 'local'], {
    cwd: projectRoot,
    environment: {
      ...Object.fromEntries(own),
      ...environment,
      HTTP_PORT: String(port),
      LAMBDA_PORT: String(lambdaPort),
      // The host's own chatter; the functions' lines come through standard output.
      NODE_NO_WARNINGS: '1',
      AWS_SDK_JS_SUPPRESS_MAINTENANCE_MODE_MESSAGE: '1',
      SLS_NOTIFICATIONS_MODE: 'off',
      SLS_TELEMETRY_DISABLED: '1',
      FORCE_COLOR: '0',
    },
  });
}

/** Its first words tell what is wrong; stack frames do not. */
function isTelling(line: string): boolean {
  return line.trim() !== '' && !/^\s+at /.test(line);
}

/** Undefined when it is ready; otherwise what it said. */
async function waitUntilReady(
  program: Tethered,
  onLine: (line: string) => void,
): Promise<string[] | undefined> {
  const said: string[] = [];
  const ready = new Promise<boolean>((resolve) => {
    const read = (line: string) => {
      if (isTelling(line) && said.length < LINES_KEPT) said.push(line.trim());
      if (line.includes('Server ready:')) resolve(true);
      onLine(line);
    };
    for (const stream of [program.child.stdout, program.child.stderr]) {
      if (stream) createInterface({ input: stream }).on('line', read);
    }
    void program.ended.then(() => resolve(false));
    setTimeout(() => resolve(false), START_LIMIT_MS).unref();
  });
  return (await ready) ? undefined : said;
}
