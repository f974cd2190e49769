import { stop as stopBuilder } from 'esbuild';
import { systemClock } from '../../lib/clock';
import { readDoorSettings } from '../../lib/door/serve';
import { build } from '../build/build';
import { openapi } from '../build/openapi';
import { CannotStart } from './cannot-start';
import type { OpenApi } from './console/reference';
import { startConsole } from './console/server';
import { type LocalDoor, startDoor } from './door';
import { type Host, startHost } from './host';
import { assertJava } from './java';
import { formatLogLine } from './log-line';
import { startPartnerPushes } from './partner-pushes';
import { startPoller } from './poller';
import { assertPortFree, theApi, theDemo } from './ports';
import { SANDBOX_PUSH } from './sandbox/wechat-push';
import { LOCAL_APP, type Services, type ServicesOptions, startServices } from './services';
import { type Stoppable, startTogether, stopTogether } from './together';

export type ServiceOptions = ServicesOptions & {
  /** Of the API; a free one is found when absent. */
  port?: number | undefined;
  /** `cloudbase`: a door before the API as well, as in Tencent CloudBase. */
  host?: LocalHost | undefined;
  /** Gets the functions' log for people, line by line; nobody does when absent. */
  onLog?(line: string): void;
  /** Gets every line that the functions and their host write, for checks of what is in them. */
  onRawLog?(line: string): void;
};

export const localHosts = ['aws', 'cloudbase'] as const;
export type LocalHost = (typeof localHosts)[number];

/** A running service with everything it needs, private to this process. */
export type Service = {
  /** Base URL of the HTTP API. */
  api: string;
  /** Base URL of the door, where there is one (infra/local/door.ts). */
  door: string | undefined;
  /** Base URL of the Lambda API, for events that are not HTTP. */
  lambda: string;
  /** Base URL of the console: / /reference /openapi.json /mailbox /mailbox.json */
  console: string;
  services: Services;
  /** Invokes a function as AWS would, with a schedule's event for instance; answers what the function answered. */
  invoke(name: string, event: unknown): Promise<unknown>;
  /** Resolves when the functions or the table have ended, asked or not. */
  ended: Promise<number>;
  /** Stops all of it; resolves when no process is left. May be called again. */
  stop(): Promise<void>;
};

/**
 * Builds, then starts the local services and serves every function through the host that reads serverless.yml.
 * All of it ends with this process, however that ends.
 * @throws CannotStart with a sentence for the developer; nothing is left running
 */
export async function startService(options: ServiceOptions = {}): Promise<Service> {
  await assertJava();
  if (options.port !== undefined) await assertPortFree(options.port, theApi);
  for (const port of Object.values(options.ports ?? {})) await assertPortFree(port, theDemo);
  const building = buildOnce().then((): Stoppable => ({ stop: async () => {} }));
  const { services } = await startTogether({ building, services: startServices(options) });
  const running: Stoppable[] = [services];
  try {
    const host = await startHost({ ...options, environment: services.environment, onLine: tell(options) });
    running.unshift(host);
    await publishFirstPolicy(host);
    const developerConsole = await startConsoleOf(host, services, options.ports?.console);
    const door = options.host === 'cloudbase' ? await startDoorOf(host, services) : undefined;
    const callers = [pollerOf(host, services), pushesOf(host, services, options)];
    running.unshift(...(door ? [door] : []), developerConsole, ...callers);
    let stopped: Promise<void> | undefined;
    return {
      api: host.api,
      door: door?.url,
      lambda: host.lambda,
      console: developerConsole.url,
      services,
      ended: Promise.race([host.ended, services.ended]),
      invoke: (name, event) => invoke(host.lambda, name, event),
      stop: () => {
        stopped ??= stopInOrder(running);
        return stopped;
      },
    };
  } catch (error) {
    await stopInOrder(running);
    throw error;
  }
}

/** Only the function consent may publish, so a new service serves nobody before its first call (infra/runbooks/deployment.md). */
async function publishFirstPolicy({ api }: Host): Promise<void> {
  const answer = await fetch(`${api}/consent/policy`, { method: 'POST' });
  if (!answer.ok)
    throw new CannotStart(
      '第一版政策没有发布成功：consent/policy 被拒绝。',
      'The first policy could not be published: consent/policy was refused.',
    );
}

/** The builder would keep half a gigabyte for a next build that does not come. */
async function buildOnce(): Promise<void> {
  await build();
  await stopBuilder();
}

/** What calls comes first, what is called last. */
async function stopInOrder(running: Stoppable[]): Promise<void> {
  for (const one of running) await stopTogether([one]);
}

function tell({ onLog, onRawLog }: ServiceOptions): (line: string) => void {
  return (line) => {
    onRawLog?.(line);
    const formatted = formatLogLine(line, new Date());
    if (formatted !== undefined) onLog?.(formatted);
  };
}

function startDoorOf({ api }: Host, { environment, doorKey }: Services): Promise<LocalDoor> {
  return startDoor(readDoorSettings({ ...environment, API_BASE: api, DOOR_KEY: doorKey }));
}

async function startConsoleOf(
  { api }: Host,
  services: Services,
  port: number | undefined,
): Promise<Stoppable & { url: string }> {
  const { sandbox, smtpPort, mailbox } = services;
  return startConsole({ api, sandbox, smtpPort, mailbox, port, openapi: openapi() as OpenApi });
}

function pollerOf({ lambda }: Host, { environment }: Services): Stoppable {
  return startPoller({
    region: environment.SERVICE_REGION ?? '',
    endpoint: environment.SQS_ENDPOINT ?? '',
    lambda,
    queues: {
      ProcessQueue: environment.PROCESS_QUEUE_URL ?? '',
      NoticeQueue: environment.NOTICE_QUEUE_URL ?? '',
    },
  });
}

function pushesOf({ api }: Host, { contacts }: Services, { clock = systemClock }: ServiceOptions): Stoppable {
  const push = { ...SANDBOX_PUSH, appid: LOCAL_APP.appid };
  return startPartnerPushes({ api, contacts, push, clock });
}

async function invoke(lambda: string, name: string, event: unknown): Promise<unknown> {
  const url = `${lambda}/2015-03-31/functions/leliao-local-${name}/invocations`;
  const response = await fetch(url, { method: 'POST', body: JSON.stringify(event) });
  const answer: unknown = await response.json();
  if (!response.ok || response.headers.has('x-amz-function-error'))
    throw new Error(`${name} failed when invoked.`);
  return answer;
}
