import { program, type Reader, startAndEnd } from '../command-line/program';
import { words } from '../command-line/words';
import { type DrillOptions, drillOptions, options } from './drill/options';
import { runDrill } from './drill/run';
import { drillView } from './drill/view';
import { startRunning } from './promises/running';

/** People, a leak and the whole plan in a service of its own, of which nothing stays (promise B9). */
export const drillProgram = program({
  script: 'drill',
  does: words(
    '虚构一批人，泄露他们的信息，再像处置人员那样走完全部预案',
    'make synthetic people, leak what is theirs and run the whole plan as a responder would',
  ),
  more: words(
    '自己启动一个服务，什么也不会外传，什么也不保留。处处做到以 0 退出。见 docs/drill.md。',
    'In a service of its own: nothing leaves and nothing is kept. Ends with 0 only when everything was met. See docs/drill.md.',
  ),
  options,
  run: async (given, { print, lang }) => {
    const chosen = drillOptions(given);
    const starting = startRunning();
    const interrupted = new Promise<'interrupted'>((resolve) => {
      for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve('interrupted'));
    });
    try {
      return await Promise.race([interrupted, drill(chosen, await starting, { print, lang })]);
    } finally {
      await (await starting).stop();
    }
  },
});

async function drill(
  chosen: DrillOptions,
  running: Awaited<ReturnType<typeof startRunning>>,
  { print, lang }: Pick<Reader, 'print' | 'lang'>,
): Promise<'ok' | 'refused'> {
  const result = await runDrill(running, chosen, (said) => console.error(`… ${said[lang]}`));
  print(chosen.json ? JSON.stringify(result, null, 2) : await drillView(result, lang));
  return result.met ? 'ok' : 'refused';
}

if (require.main === module) void startAndEnd(drillProgram);
