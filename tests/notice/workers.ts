import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { build } from 'esbuild';
import type { Asked, Said } from './worker-process';

/** What became of one invocation: the function's answer, or at which step its process was killed. */
export type Outcome = { answer: unknown; steps: number; nowMs: number } | { died: string };

type Worker = { child: ChildProcess; said: AsyncIterator<string>; busy: boolean };

/** Workers in processes of their own, each at one invocation at a time. Who has died is replaced. */
export type Workers = {
  invoke(asked: Asked): Promise<Outcome>;
  stop(): Promise<void>;
};

/** Bundles the process once, so that each further one starts within moments; some stand ready beforehand. */
export async function startWorkers(environment: Record<string, string>, ready: number): Promise<Workers> {
  const folder = await mkdtemp(join(tmpdir(), 'leliao-workers-'));
  const outfile = join(folder, 'worker.js');
  await build({
    ...{ entryPoints: [join(__dirname, 'worker-process.ts')], outfile, bundle: true, logLevel: 'silent' },
    ...{ platform: 'node', format: 'cjs', mainFields: ['module', 'main'], loader: { '.wasm': 'binary' } },
  });
  const workers: Worker[] = [];

  function hire(): Worker {
    const env = { ...process.env, ...environment };
    const child = spawn(process.execPath, [outfile], { env, stdio: ['pipe', 'pipe', 'ignore'] });
    const said = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    const worker = { child, said, busy: false };
    workers.push(worker);
    return worker;
  }
  for (let count = 0; count < ready; count += 1) hire();

  return {
    async invoke(asked) {
      const worker = workers.find(({ busy }) => !busy) ?? hire();
      worker.busy = true;
      worker.child.stdin?.write(`${JSON.stringify(asked)}\n`);
      const { value, done } = await worker.said.next();
      if (done) throw new Error('a worker has ended by itself');
      const said = JSON.parse(value) as Said;
      if (!('dies' in said)) {
        worker.busy = false;
        return said;
      }
      if (worker.child.exitCode === null && worker.child.signalCode === null)
        await once(worker.child, 'exit');
      if (worker.child.signalCode !== 'SIGKILL') throw new Error('a worker was not killed');
      workers.splice(workers.indexOf(worker), 1);
      hire();
      return { died: said.dies };
    },
    async stop() {
      await Promise.all(
        workers.map(async ({ child }) => {
          child.kill('SIGKILL');
          await once(child, 'exit');
        }),
      );
      await rm(folder, { recursive: true });
    },
  };
}
