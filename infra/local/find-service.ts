import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import * as z from 'zod/mini';
import type { Service } from './service';

const FILE = join(__dirname, '../../dist/local/service.json');
const PROBE_LIMIT_MS = 2_000;

const found = z.object({
  pid: z.int(),
  /** Base URLs. */
  api: z.string(),
  door: z.optional(z.string()),
  lambda: z.string(),
  console: z.string(),
  sandbox: z.string(),
  /** The table and the queue, for commands that look at what is stored. */
  table: z.object({ endpoint: z.string(), name: z.string(), region: z.string() }),
  queueUrl: z.string(),
  /** The staff's OpenID provider. */
  staffIssuer: z.string(),
});

/** Where a service that `npm start` runs can be reached. */
export type FoundService = z.output<typeof found>;

/** The service that `npm start` runs on this machine, or undefined when none is alive. */
export async function findService(file = FILE): Promise<FoundService | undefined> {
  try {
    const service = found.parse(JSON.parse(await readFile(file, 'utf8')));
    const signal = AbortSignal.timeout(PROBE_LIMIT_MS);
    const health = (await (await fetch(`${service.console}/health`, { signal })).json()) as { pid: number };
    return health.pid === service.pid ? service : undefined;
  } catch {
    // No file, a file from a service that was killed, or somebody else on its port.
    return undefined;
  }
}

/**
 * Lets other commands find this service, unless they find another one that is running. Answers how to take it back.
 */
export async function announceService(service: Service, file = FILE): Promise<() => Promise<void>> {
  if (await findService(file)) return async () => {};
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, `${JSON.stringify(describe(service), null, 2)}\n`);
  return () => rm(file, { force: true });
}

function describe({ api, door, lambda, console, services }: Service): FoundService {
  const {
    TABLE_ENDPOINT = '',
    TABLE_NAME = '',
    SERVICE_REGION = '',
    PROCESS_QUEUE_URL = '',
    STAFF_ISSUER = '',
  } = services.environment;
  return {
    pid: process.pid,
    api,
    door,
    lambda,
    console,
    sandbox: services.sandbox,
    table: { endpoint: TABLE_ENDPOINT, name: TABLE_NAME, region: SERVICE_REGION },
    queueUrl: PROCESS_QUEUE_URL,
    staffIssuer: STAFF_ISSUER,
  };
}
