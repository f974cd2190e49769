import { createWriteStream } from 'node:fs';
import { parseArgs } from 'node:util';
import { saysHelp } from '../commands/help';
import { CannotStart } from './cannot-start';
import { demoPorts, fillTown } from './demo';
import { announceService } from './find-service';
import { launchersGone } from './launchers';
import { isLogLine } from './log-line';
import { type LocalHost, localHosts, type Service, startService } from './service';
import { describeTown } from './town';

const usage = 'Usage: npm start -- [--port N] [--persist DIR] [--host aws|cloudbase] [--log FILE] [--demo]';

/** `npm start`: the whole service on this machine until ctrl-C. */
async function main(): Promise<void> {
  if (saysHelp(usage)) return;
  const { port, persistDir, host, logFile, isDemo } = readArguments(process.argv.slice(2));
  const alone = launchersGone().then(() => 'alone' as const);
  const startedAt = performance.now();
  console.log('Starting 乐聊名片 …');
  const onLog = (line: string) => console.log(line);
  const where = isDemo ? { port: port ?? demoPorts.api, ports: demoPorts } : { port };
  const service = await startService({ ...where, persistDir, host, onLog, onRawLog: keepIn(logFile) });
  if (isDemo) await fillTown(placeOf(service));
  const withdraw = await announceService(service);
  console.log(describe(service, persistDir, performance.now() - startedAt));
  if (isDemo) console.log(describeTown(service.services.sandbox));
  const why = await Promise.race([askedToStop(), alone, service.ended.then(() => 'broken' as const)]);
  // Whoever is impatient: the tethers end everything with us.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));
  await withdraw();
  await service.stop();
  if (why === 'broken') throw new CannotStart('The functions or the table ended unexpectedly: start again.');
}

type Arguments = {
  port?: number | undefined;
  persistDir?: string | undefined;
  logFile?: string | undefined;
  host?: LocalHost | undefined;
  isDemo: boolean;
};

function readArguments(args: string[]): Arguments {
  try {
    const { values } = parseArgs({
      args,
      options: {
        port: { type: 'string' },
        persist: { type: 'string' },
        host: { type: 'string' },
        log: { type: 'string' },
        demo: { type: 'boolean', default: false },
      },
    });
    const host = localHosts.find((one) => one === (values.host ?? 'aws'));
    if (!host) throw new Error('no such host');
    const port = values.port === undefined ? undefined : Number(values.port);
    return { port, persistDir: values.persist, logFile: values.log, host, isDemo: values.demo };
  } catch {
    throw new CannotStart(usage);
  }
}

/** What a log group would hold, for leliao trail: the functions' lines, and where each invocation begins. */
function keepIn(logFile: string | undefined): ((line: string) => void) | undefined {
  if (logFile === undefined) return undefined;
  const file = createWriteStream(logFile, { flags: 'a' });
  return (line) => {
    if (isLogLine(line)) file.write(`${line}\n`);
  };
}

function askedToStop(): Promise<'asked'> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
      process.once(signal, () => resolve('asked'));
  });
}

function describe(service: Service, persistDir: string | undefined, milliseconds: number): string {
  const places = [
    ['API', service.api],
    ...(service.door ? [['Door (wx.cloud)', service.door]] : []),
    ['API reference', `${service.console}/reference`],
    ['Partner sandbox', `${service.services.sandbox}/sandbox`],
    ['Mailbox', `${service.console}/mailbox`],
    ['Staff sign-in', `${service.services.environment.STAFF_ISSUER}`],
    ['Web sign-in', `${service.api}/login/web`],
    [
      'Table',
      `${service.services.environment.TABLE_ENDPOINT}, ${persistDir ? `kept in ${persistDir}` : 'in memory'}`,
    ],
  ];
  const lines = places.map(([name = '', place]) => `  ${name.padEnd(16)}  ${place}`);
  return [
    '',
    `乐聊名片 is ready after ${(milliseconds / 1000).toFixed(1)} s. Ctrl-C stops it.`,
    '',
    ...lines,
    '',
    `export API=${service.api} SANDBOX=${service.services.sandbox}`,
    '',
  ].join('\n');
}

const placeOf = ({ api, services }: Service) => ({
  api,
  sandbox: services.sandbox,
  staffIssuer: services.environment.STAFF_ISSUER ?? '',
});

main().then(
  () => process.exit(0),
  (error: unknown) => {
    console.error(error instanceof CannotStart ? error.message : error);
    process.exit(1);
  },
);
