import { exits } from '../command-line/exit';
import { languageOf, words } from '../command-line/words';
import { leliao } from './application';
import type { Context } from './command';

/** `leliao`: the command line of the operator's people. docs/adr/0030-a-command-line.md */
const running: Context['running'] = { session: undefined };
const stopped = new AbortController();
const inputs = process.argv.slice(2);

/** Every act is one call, which the service does as a whole or not at all; so there is nothing to undo here. */
const unknown = words(
  '已中断。服务端的每一步要么完整做完，要么没有做；重来之前请先查看现状。',
  'Interrupted. The service does each step whole or not at all: look how things are before you go on.',
);

for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.once(signal, () => {
    stopped.abort();
    const lang = languageOf(inputs, process.env);
    const said = running.session?.goOn ?? unknown;
    process.stderr.write(`\n${said[lang]}\n`);
    process.exit(exits.interrupted);
  });

// `leliao … | head` ends the pipe, and that is no fault.
process.stdout.on('error', () => process.exit(exits.ok));

void leliao(
  inputs,
  {
    stdout: process.stdout,
    stderr: process.stderr,
    stdin: process.stdin,
    environment: process.env,
    now: () => Date.now(),
    signal: stopped.signal,
  },
  running,
).then((code) => {
  process.exitCode = code;
});
