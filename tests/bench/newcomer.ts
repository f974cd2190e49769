import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { packageClient } from '../../infra/build/client-package';
import { newPerson } from '../../infra/local/journey/people';
import { runDocument, type Where } from '../documents/run';
import { compileIn, firstCardIn, installClient, samplesIn } from '../support/newcomer';
import type { Figure } from './city';

const root = join(__dirname, '../..');

/**
 * From a checkout with its packages to a card that somebody has opened, as a newcomer does it: by the commands of the README alone, and by
 * the client that was packed and installed into an empty folder. Each is what a clock says and what the processors did meanwhile.
 */
export async function newcomerFigures(): Promise<Figure[]> {
  const whole = new Watch();
  const { service, where } = await started();
  const ready = await whole.figures('npm start, until it is ready');
  try {
    const byHand = new Watch();
    await runDocument('README.md', where);
    const curl = await byHand.figures('a first card by curl, from the README alone');
    const byClient = new Watch();
    await cardByClient(where);
    return [
      ...ready,
      ...curl,
      ...(await byClient.figures('a first card by the packed client, in an empty folder')),
    ];
  } finally {
    service.kill('SIGTERM');
    await once(service, 'exit');
  }
}

/** `npm start`, once it has printed what is to be pasted. @throws Error when it ends before */
async function started(): Promise<{ service: ChildProcess; where: Where }> {
  const service = spawn('npm', ['start'], { cwd: root, stdio: ['ignore', 'pipe', 'inherit'] });
  for await (const line of createInterface({ input: service.stdout })) {
    const [, api, sandbox] = /^export API=(\S+) SANDBOX=(\S+)$/.exec(line) ?? [];
    if (!api || !sandbox) continue;
    service.stdout.resume();
    return { service, where: { api, sandbox, console: '', staffIssuer: '', log: '' } };
  }
  throw new Error('npm start ended before it was ready.');
}

/** @throws Error with what the compiler says, or where the card is another */
async function cardByClient(where: Where): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'leliao-newcomer-'));
  try {
    await installClient(folder, await packageClient());
    const { 'first-card': program = '' } = await samplesIn(folder);
    const complaints = await compileIn(folder, { 'first-card': program });
    const codes = [await (await newPerson(where))(), await (await newPerson(where))()] as [string, string];
    const name = complaints || (await firstCardIn(folder, where.api, codes));
    if (name !== '林晓') throw new Error(`The sample of lib/client/README.md: ${name}`);
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** Seconds of the clock, and of processors in all that this process has started. */
class Watch {
  private readonly beganAt = performance.now();
  private readonly before = processorSeconds();

  async figures(name: string): Promise<Figure[]> {
    const seconds = (performance.now() - this.beganAt) / 1000;
    const used = (await processorSeconds()) - (await this.before);
    return [
      { name, value: seconds, unit: 's', aim: '' },
      { name: `${name}: processors`, value: used, unit: 's', aim: '' },
    ];
  }
}

/** Of this process and all below it, those that have ended included. */
async function processorSeconds(): Promise<number> {
  const { stdout } = await promisify(execFile)('ps', ['S', '-eo', 'pid=,ppid=,cputimes=']);
  const seen = stdout
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/\s+/).map(Number) as [number, number, number]);
  const below = (parent: number): number =>
    seen.filter(([, of]) => of === parent).reduce((sum, [pid, , seconds]) => sum + seconds + below(pid), 0);
  const own = seen.find(([pid]) => pid === process.pid)?.[2] ?? 0;
  return own + below(process.pid);
}
