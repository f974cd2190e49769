import { inspect } from 'node:util';
import { saysHelp } from '../commands/help';
import { CannotStart } from './cannot-start';
import { type DrillOptions, readOptions, usage, WrongOptions } from './drill/options';
import { runDrill } from './drill/run';
import { drillView } from './drill/view';
import { startRunning } from './promises/running';

const INTERRUPTED = 130;

/** `npm run drill`: people, a leak and the whole plan in a service of its own, of which nothing stays (promise B9). */
async function main(): Promise<number> {
  const options = readOptions(process.argv.slice(2));
  const starting = startRunning();
  const interrupted = new Promise<number>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve(INTERRUPTED));
  });
  try {
    return await Promise.race([interrupted, drill(options, await starting)]);
  } finally {
    await (await starting).stop();
  }
}

async function drill(
  options: DrillOptions,
  running: Awaited<ReturnType<typeof startRunning>>,
): Promise<number> {
  const result = await runDrill(running, options, (text) => console.error(`… ${text}`));
  console.log(options.json ? JSON.stringify(result, null, 2) : await drillView(result));
  return result.met ? 0 : 1;
}

if (!saysHelp(usage)) {
  main().then(
    (code) => process.exit(code),
    (error: unknown) => {
      const known = error instanceof CannotStart || error instanceof WrongOptions;
      console.error(known ? (error as Error).message : inspect(error, { depth: 4 }));
      process.exit(error instanceof WrongOptions ? 2 : 1);
    },
  );
}
