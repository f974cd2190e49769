import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { DeleteTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { readConfig } from '../../../lib/config';
import { buildDeps, type Deps } from '../../../lib/deps';
import { type Host, startHost } from '../host';
import { patientLimits } from '../patient';
import { startPoller } from '../poller';
import { type Services, type ServicesOptions, startServices } from '../services';

const run = promisify(execFile);

/** What a copy process is told of a table. */
const placeOf = ({ TABLE_ENDPOINT = '', SERVICE_REGION = '', TABLE_NAME = '' }: Record<string, string>) => [
  TABLE_ENDPOINT,
  SERVICE_REGION,
  TABLE_NAME,
];

/** Backs a table up, or makes one from a backup, in a process of its own. Answers how many items it has seen. */
export async function copy(
  way: 'out' | 'in',
  environment: Record<string, string>,
  file: string,
): Promise<number> {
  const command = ['--import', 'tsx', join(__dirname, 'copy.ts'), way, ...placeOf(environment), file];
  const credentials = { AWS_ACCESS_KEY_ID: 'local', AWS_SECRET_ACCESS_KEY: 'local' };
  const { stdout } = await run(process.execPath, command, {
    cwd: join(__dirname, '../../..'),
    env: { ...process.env, ...credentials },
  });
  return Number(stdout);
}

/** Destroys a table for good. */
export async function destroyTable({ TABLE_ENDPOINT, SERVICE_REGION, TABLE_NAME }: Record<string, string>) {
  const client = new DynamoDBClient({ region: `${SERVICE_REGION}`, endpoint: `${TABLE_ENDPOINT}` });
  await client.send(new DeleteTableCommand({ TableName: TABLE_NAME }));
  client.destroy();
}

/** A region of the service: what it stands on, and the functions, which can be started anew over it. */
export type Region = {
  services: Services;
  /** The service's own parts over its table, made anew with every start. */
  deps(): Deps;
  api(): string;
  /** Runs the function of a timer as the platform does. */
  timer(): Promise<void>;
  /** Every function ends; another table may come in the place of its own. */
  stopFunctions(): Promise<void>;
  startFunctions(): Promise<void>;
  stop(): Promise<void>;
};

/** Starts a region with its functions. */
export async function startRegion(options: ServicesOptions): Promise<Region> {
  const services = await startServices(options);
  const { environment } = services;
  let functions: { host: Host; poller: { stop(): Promise<void> } } | undefined;
  let deps: Deps | undefined;
  const running = () => {
    if (!functions) throw new Error('the functions are not running');
    return functions.host;
  };
  const stopFunctions = async () => {
    await functions?.poller.stop();
    await functions?.host.stop();
    [functions, deps] = [undefined, undefined];
  };
  const startFunctions = async () => {
    const host = await startHost({ environment, onLine: () => {} });
    const poller = startPoller({
      region: environment.SERVICE_REGION ?? '',
      endpoint: environment.SQS_ENDPOINT ?? '',
      lambda: host.lambda,
      queues: {
        ProcessQueue: environment.PROCESS_QUEUE_URL ?? '',
        NoticeQueue: environment.NOTICE_QUEUE_URL ?? '',
      },
    });
    functions = { host, poller };
  };
  try {
    await startFunctions();
  } catch (error) {
    await services.stop();
    throw error;
  }
  return {
    services,
    deps() {
      deps ??= buildDeps(readConfig(environment), { log: () => {}, limits: patientLimits });
      return deps;
    },
    api: () => running().api,
    async timer() {
      const event = { source: 'aws.events', 'detail-type': 'Scheduled Event', detail: {} };
      const url = `${running().lambda}/2015-03-31/functions/leliao-local-retention/invocations`;
      await fetch(url, { method: 'POST', body: JSON.stringify(event) });
    },
    stopFunctions,
    startFunctions,
    async stop() {
      await stopFunctions();
      await services.stop();
    },
  };
}
