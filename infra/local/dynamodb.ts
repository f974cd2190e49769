import { mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { words } from '../command-line/words';
import { cannotStart, javaCommand, javaTroubles } from './java';
import { assertPortFree, freePort, HOST } from './ports';
import { NOT_FOUND, startTethered, type Tethered } from './tethered';

const START_LIMIT_MS = 60_000;
const PROBE_EVERY_MS = 50;
const STDERR_KEPT_CHARACTERS = 8_000;
/** Another process may take the free port between our asking and our using it. */
const PORT_TRIES = 3;

export type DynamoDb = {
  /** Base URL for a DynamoDB client. */
  endpoint: string;
  /** Resolves when it has ended, asked or not. */
  ended: Promise<number>;
  /** Resolves when the Java process is gone. */
  stop(): Promise<void>;
};

export type DynamoDbOptions = {
  /** Folder that keeps the data; without it everything is in memory and gone at stop. */
  persistDir?: string;
  /** A free one is found when absent. */
  port?: number;
  /** Where to look for Java: JAVA_HOME and PATH. */
  environment?: NodeJS.ProcessEnv;
};

/**
 * Starts Amazon's DynamoDB Local and waits until it answers. It ends with this process, also after kill -9.
 * @throws CannotStart when Java is missing or too old, the port is taken, or it does not answer
 */
export async function startDynamoDb(options: DynamoDbOptions = {}): Promise<DynamoDb> {
  if (options.port !== undefined) await assertPortFree(options.port, theTable);
  if (options.persistDir) await mkdir(options.persistDir, { recursive: true });
  for (let tries = 1; ; tries++) {
    const port = options.port ?? (await freePort());
    const java = startJava(port, options);
    const trouble = await waitUntilReady(java, port);
    if (!trouble) return { endpoint: `http://${HOST}:${port}`, ended: java.ended, stop: java.stop };
    await java.stop();
    const wasRaced = trouble === 'port taken' && options.port === undefined;
    if (!wasRaced || tries === PORT_TRIES) throw cannotStart(sentences[trouble]);
  }
}

const theTable = words(' DynamoDB Local ', 'DynamoDB Local');

type Trouble = keyof typeof sentences;

const sentences = {
  ...javaTroubles,
  'port taken': words(
    'DynamoDB Local 的端口被占用：请停掉占用它的程序，或者换一个端口。',
    'DynamoDB Local found its port taken: stop the program that has it, or choose another port.',
  ),
  'no answer': words(
    `DynamoDB Local 在 ${START_LIMIT_MS / 1000} 秒内没有应答：请看看内存够不够，再试一次。`,
    `DynamoDB Local did not answer within ${START_LIMIT_MS / 1000} s: see that the machine has memory to spare and try again.`,
  ),
  broken: words(
    'DynamoDB Local 启动时退出了：请运行 npm ci 修复 node_modules；用了 --persist 的，请换一个空文件夹。',
    'DynamoDB Local ended while starting: run "npm ci" to repair node_modules, and with --persist try an empty folder.',
  ),
};

function startJava(port: number, { persistDir, environment = process.env }: DynamoDbOptions): Tethered {
  const emulator = join(dirname(require.resolve('amplify-dynamodb-simulator/package.json')), 'emulator');
  const storage = persistDir ? ['-dbPath', resolve(persistDir)] : ['-inMemory'];
  const args = [
    // Ready in two thirds of the time. What it saves of compiling is more than fifty thousand requests would have back.
    ...['-XX:TieredStopAtLevel=1', '-XX:+UseSerialGC', '-Xmx1g'],
    `-Djava.library.path=${join(emulator, 'DynamoDBLocal_lib')}`,
    ...['-jar', join(emulator, 'DynamoDBLocal.jar')],
    // Without -cors any web page the developer visits could read the table.
    ...['-sharedDb', '-disableTelemetry', '-cors', `http://${HOST}`, '-port', String(port)],
    ...storage,
  ];
  // It drops a file where it runs: keep that out of node_modules.
  return startTethered(javaCommand(environment), args, { cwd: persistDir ?? tmpdir(), environment });
}

async function waitUntilReady(java: Tethered, port: number): Promise<Trouble | undefined> {
  let said = '';
  let exitCode: number | undefined;
  java.child.stdout?.resume();
  java.child.stderr?.on('data', (text: Buffer) => {
    said = (said + text).slice(-STDERR_KEPT_CHARACTERS);
  });
  void java.ended.then((code) => {
    exitCode = code;
  });
  const deadline = Date.now() + START_LIMIT_MS;
  while (Date.now() < deadline) {
    // It says so and stays alive, useless.
    if (said.includes('Failed to bind')) return 'port taken';
    if (exitCode !== undefined) return whyEnded(exitCode, said);
    if (await answers(port)) return undefined;
    await new Promise((resume) => setTimeout(resume, PROBE_EVERY_MS));
  }
  return 'no answer';
}

function whyEnded(exitCode: number, said: string): Trouble {
  if (exitCode === NOT_FOUND || said.includes('Unable to locate a Java Runtime')) return 'no java';
  if (said.includes('UnsupportedClassVersionError')) return 'old java';
  return 'broken';
}

/** A request without a signature gets DynamoDB's own refusal, which nothing else would send. */
async function answers(port: number): Promise<boolean> {
  try {
    const answer = await fetch(`http://${HOST}:${port}/`, { signal: AbortSignal.timeout(2_000) });
    return (await answer.text()).includes('MissingAuthenticationToken');
  } catch {
    return false;
  }
}
