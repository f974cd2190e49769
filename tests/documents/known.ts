import { execFile } from 'node:child_process';
import { tmpdir } from 'node:os';
import { promisify } from 'node:util';
import { scripts } from '../../package.json';
import { createTerminal } from '../leliao/terminal';
import { root } from './blocks';
import { tcbHelp } from './tcb';

const run = promisify(execFile);
const env = { ...process.env, AWS_PAGER: 'cat', PATH: `${root}/node_modules/.bin:${process.env.PATH}` };
const plain = (text: string) => text.replaceAll(/.[\b]/g, '');

/**
 * What is wrong with a command that is not run here, by the help of the tool itself: a name that it does not know, or an option; or
 * undefined. `aws` asks the models that the cloud's own command line brings, where that is installed; it needs no network.
 */
export async function unknownIn(command: string): Promise<string | undefined> {
  const words = command.split(/\s+/);
  const help = await helpOf(words).catch((error) => `unknown: ${String(error).split('\n')[0]}`);
  if (help === undefined) return undefined;
  if (help.startsWith('unknown')) return help;
  const missing = words.filter((word) => /^--[a-z]/.test(word) && !help.includes(word.split('=')[0] ?? ''));
  return missing.length > 0 ? `unknown options: ${missing.join(', ')}` : undefined;
}

/** The text that lists the options of a command; undefined where there is no tool to ask. */
async function helpOf(words: string[]): Promise<string | undefined> {
  const [tool, ...rest] = words;
  if (tool === 'leliao') return leliaoHelp(rest);
  if (tool === 'npm') return npmHelp(rest);
  if (tool === 'tcb') {
    const command = named(rest).join(' ');
    return tcbHelp[command] ?? `unknown command: tcb ${command}`;
  }
  if (tool === 'npx') {
    const [program = '', ...command] = rest;
    // Outside of the project, whose settings it would read before it says anything.
    return help(program, [...named(command), '--help'], tmpdir());
  }
  if (tool !== 'aws') return undefined;
  const version = await help('aws', ['--version']).catch(() => undefined);
  const name = rest.slice(0, 2).join(' ');
  if (version === undefined || (version.startsWith('aws-cli/1.') && SINCE_AWS_2.includes(name)))
    return undefined;
  // What stands for every command is in the help of none of them in older versions.
  return `${plain(await help('aws', [...rest.slice(0, 2), 'help']))} --region`;
}

/** Commands that AWS wrote for the second version of its command line alone, beside its models. */
const SINCE_AWS_2 = ['logs tail'];

/** What a tool has said of itself; each is asked once, however many documents name it. */
const said = new Map<string, Promise<string>>();

function help(program: string, inputs: string[], cwd = root): Promise<string> {
  const asked = [program, ...inputs].join(' ');
  const answer = said.get(asked) ?? ask(program, inputs, cwd);
  said.set(asked, answer);
  return answer;
}

async function ask(program: string, inputs: string[], cwd: string): Promise<string> {
  const { stdout, stderr } = await run(program, inputs, { env, cwd, maxBuffer: 2 ** 24 });
  return `${stdout}${stderr}`;
}

/** The words that name the command, before whatever it is about. */
const named = (words: string[]) => {
  const end = words.findIndex((word) => !/^[a-z][a-z-]*$/.test(word));
  return end < 0 ? words : words.slice(0, end);
};

async function leliaoHelp(words: string[]): Promise<string> {
  const command = named(words);
  if (command.length === 0) return (await createTerminal().run('--help')).out;
  for (let length = command.length; length > 0; length -= 1) {
    const { exit, out } = await createTerminal().run(...command.slice(0, length), '--help');
    if (exit === 0 && out.includes('--')) return out;
  }
  return `unknown command: leliao ${command.join(' ')}`;
}

async function npmHelp(words: string[]): Promise<string> {
  const [verb = '', ...rest] = words.filter((word) => !['run', '-s', '--'].includes(word));
  if (['ci', 'install', 'test'].includes(verb)) return '';
  if (verb === 'leliao') return leliaoHelp(rest);
  const script = new Map(Object.entries<string>(scripts)).get(verb);
  const [, file] = /(?:^tsx|--import tsx) (\S+\.ts)$/.exec(script ?? '') ?? [];
  // Nothing is asked of a command that is named without an option; whether there is such a one, a test of its own says.
  if (!file || rest.length === 0) return '';
  return help(process.execPath, ['--import', 'tsx', file, '--help']);
}
