import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { build } from '../../infra/build';
import type { BareEvent } from './bare';
import { type Stage, setStage } from './stage';

/**
 * `npm run bench [-- --json]`: sizes, and times as ratios measured side by side, interleaved, on this machine. Nothing
 * here fails a build: a number that misses its aim is shown as such.
 */
type Row = { name: string; value: number; unit: string; aim: string };

const COLD_STARTS = 11;
const CPU_BLOCKS = 11;
const CALLS_PER_BLOCK = 300;
const WARM_UP_CALLS = 500;

const run = promisify(execFile);

function median(values: number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

const rounded = (value: number) => Math.round(value * 100) / 100;

function httpEvent({ token }: Stage, path: string, input: object) {
  const http = { method: 'POST', path: `/${path}`, sourceIp: '127.0.0.1', userAgent: 'bench' };
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}` };
  return {
    version: '2.0',
    rawPath: `/${path}`,
    headers,
    requestContext: { requestId: 'bench', http },
    body: JSON.stringify(input),
  };
}

/** One call a function that a signed-in person makes, and the same trips for the bare handler. */
function coldCalls(stage: Stage): Record<string, { event: object; bare: BareEvent }> {
  const asks = { query: 'KEYS', keys: [stage.person] };
  return {
    login: { event: httpEvent(stage, 'login/listSessions', {}), bare: asks },
    consent: { event: httpEvent(stage, 'consent/status', {}), bare: asks },
    cards: {
      event: httpEvent(stage, 'cards/get', { cardId: stage.cardId }),
      bare: { ...asks, keys: [stage.person, stage.card] },
    },
  };
}

async function coldStart(
  bundle: string,
  event: object,
  environment: Record<string, string>,
): Promise<number> {
  const args = [join(__dirname, 'cold.cjs'), bundle, JSON.stringify(event)];
  const { stdout } = await run(process.execPath, args, { env: { ...process.env, ...environment } });
  const { milliseconds, failed } = JSON.parse(stdout);
  if (failed) throw new Error(`a cold start was refused: ${JSON.stringify(failed)}`);
  return milliseconds;
}

/** Ours and the bare one in turn, so that whatever else the machine does falls on both; the first pair is not counted. */
async function coldRatio(stage: Stage, ours: string, event: object, bare: BareEvent): Promise<number> {
  const times = { ours: [] as number[], bare: [] as number[] };
  for (let round = 0; round <= COLD_STARTS; round += 1) {
    const pair = [
      await coldStart(ours, event, stage.environment),
      await coldStart(stage.bare, bare, stage.environment),
    ] as const;
    if (round === 0) continue;
    times.ours.push(pair[0]);
    times.bare.push(pair[1]);
  }
  return median(times.ours) / median(times.bare);
}

/** Processor time of one card read through our bundle against the bare batch read of the same two items. */
async function cpuRatio(stage: Stage, ours: string): Promise<number> {
  Object.assign(process.env, stage.environment);
  const { handler } = require(ours);
  const bare = require(stage.bare).handler;
  const event = httpEvent(stage, 'cards/get', { cardId: stage.cardId });
  const calls = {
    ours: () => handler(event, { awsRequestId: 'bench' }),
    bare: () => bare({ keys: [stage.person, stage.card] }),
  };
  const answer = await calls.ours();
  if (answer.statusCode !== 200) throw new Error('the card read was refused');
  for (let call = 0; call < WARM_UP_CALLS; call += 1) await Promise.all([calls.ours(), calls.bare()]);
  const ratios: number[] = [];
  for (let block = 0; block < CPU_BLOCKS; block += 1)
    ratios.push((await spend(calls.ours)) / (await spend(calls.bare)));
  return median(ratios);
}

async function spend(call: () => Promise<unknown>): Promise<number> {
  const before = process.cpuUsage();
  for (let count = 0; count < CALLS_PER_BLOCK; count += 1) await call();
  const { user, system } = process.cpuUsage(before);
  return user + system;
}

async function measure(): Promise<Row[]> {
  const { functions, client } = await build();
  const rows: Row[] = functions.map(({ name, bytes }) => ({
    name: `bundle ${name}`,
    value: rounded(bytes / 1024),
    unit: 'KB',
    aim: '',
  }));
  if (client)
    rows.push({ name: 'bundle client', value: rounded(client.bytes / 1024), unit: 'KB', aim: '< 15' });
  const stage = await setStage();
  try {
    for (const [name, { event, bare }] of Object.entries(coldCalls(stage))) {
      const file = functions.find((one) => one.name === name)?.file ?? '';
      const value = rounded(await coldRatio(stage, file, event, bare));
      rows.push({ name: `cold start ${name}`, value, unit: 'times a bare handler', aim: '<= 1.3' });
    }
    const cards = functions.find(({ name }) => name === 'cards')?.file ?? '';
    const value = rounded(await quietly(() => cpuRatio(stage, cards)));
    rows.push({ name: 'processor time of a card read', value, unit: 'times a bare read', aim: '<= 1.5' });
  } finally {
    await stage.stop();
  }
  return rows;
}

/** Without the functions' own log lines, which would mix with the figures. */
async function quietly<T>(work: () => Promise<T>): Promise<T> {
  const write = process.stdout.write;
  process.stdout.write = () => true;
  try {
    return await work();
  } finally {
    process.stdout.write = write;
  }
}

function isMet({ value, aim }: Row): boolean {
  const [sign, limit] = aim.split(' ');
  return aim === '' || (sign === '<' ? value < Number(limit) : value <= Number(limit));
}

async function main(): Promise<void> {
  const rows = await measure();
  if (process.argv.includes('--json')) {
    console.log(JSON.stringify(rows, null, 2));
    return;
  }
  for (const row of rows) {
    const verdict = row.aim ? `${isMet(row) ? '✓' : '✗'} aim ${row.aim}` : '';
    console.log(`${row.name.padEnd(32)}${String(row.value).padStart(9)} ${row.unit.padEnd(22)}${verdict}`);
  }
}

main()
  .then(() => process.exit(0))
  .catch((error: Error) => {
    console.error(error.message);
    process.exit(1);
  });
