import { parseArgs } from 'node:util';
import { HOUR_MS, toInstant } from '../../lib/clock';
import { isPersonNumber } from '../../lib/crypto/pseudonym';
import { type Doubt, doubtReasons, type Question, type Report } from '../../lib/trail/report';
import { saysHelp } from './help';
import { readTrail } from './trail-logs';
import { writtenInstant } from './written-instant';

/**
 * `npm run trail`: whose data was opened in a window, as the log says it (promise B3), from files of the local host or of
 * CloudWatch. It needs no key and no service: who the people are, breach/turnBack says.
 */
export const usage = `Usage: npm run trail -- --from TIME --to TIME [--function NAME] [--instance ID] [--person PSEUDONYM]… [--json] FILE…
TIME is "2026-11-27 10:03" in Beijing, or RFC 3339 with its zone; the window ends just before --to.
FILE is a log, also as .gz, or a folder of them; - is standard input.
Ends with 0 when the log is whole, 5 when something is in doubt, 1 when a file cannot be read, 2 when it is called wrongly.`;

export const exits = { whole: 0, unreadable: 1, usage: 2, doubt: 5 } as const;

export class WrongCall extends Error {}

type Asked = { question: Question; files: string[]; json: boolean };

/** @throws WrongCall, with words that repeat nothing of what was typed */
export function readCall(words: readonly string[]): Asked {
  const { values, positionals } = parsed(words);
  const from = readInstant('--from', values.from);
  const to = readInstant('--to', values.to);
  if (from >= to) throw new WrongCall('--to must be later than --from.');
  if (positionals.length === 0) throw new WrongCall('Name the files of the log, or - for standard input.');
  if (values.person?.some((one) => !isPersonNumber(one)))
    throw new WrongCall('--person takes a pseudonym of 22 characters, as breach/pseudonymsOf gives it.');
  const persons = values.person && new Set(values.person);
  const { function: name, instance, json = false } = values;
  return { question: { from, to, function: name, instance, persons }, files: positionals, json };
}

function parsed(words: readonly string[]) {
  const text = { type: 'string' } as const;
  try {
    return parseArgs({
      args: [...words],
      allowPositionals: true,
      options: {
        from: text,
        to: text,
        function: text,
        instance: text,
        person: { type: 'string', multiple: true },
        json: { type: 'boolean' },
      },
    });
  } catch {
    throw new WrongCall(usage);
  }
}

function readInstant(option: string, text = ''): string {
  const instant = writtenInstant(text);
  if (instant === undefined) throw new WrongCall(`${option} must be a time.\n${usage}`);
  return instant;
}

/** For people; what is in doubt comes last, so that it is what is seen. */
export function describe({ from, to, lines, instances, people, doubts }: Report): string {
  const rows = people.map(({ day, person, firstAt, lastAt, lines: times, operations, kinds }) =>
    [
      day,
      person,
      beijing(firstAt),
      beijing(lastAt),
      `${times} 行`,
      operations.join('、'),
      kinds.join('、'),
    ].join('  '),
  );
  return [
    `北京时间 ${beijing(from)} 至 ${beijing(to)}：${instances} 个实例，${lines} 行打开记录，${people.length} 个代号`,
    ...rows,
    doubts.length === 0 ? '日志完整，没有疑点。' : `疑点 ${doubts.length} 处，以上人数只是下限：`,
    ...doubts.map(sentenceOf),
  ].join('\n');
}

/** `2026-11-27 10:03:05.120` in Beijing, as people read it; the JSON keeps the instants. */
function beijing(at: string | undefined): string {
  if (at === undefined) return '…';
  return toInstant(Date.parse(at) + 8 * HOUR_MS)
    .slice(0, -1)
    .replace('T', ' ');
}

function sentenceOf({ why, lines, ...where }: Doubt): string {
  const { function: name, instance, invocation, after, before } = where;
  const who = [name, instance, invocation].filter((one) => one !== undefined).join(' ');
  const many = lines === undefined ? '' : `（${lines} 行）`;
  return `  ${why}  ${doubtReasons[why]}${many}  ${who}  ${beijing(after)} – ${beijing(before)}`;
}

/** Does what the words ask, and answers what the command ends with. */
export async function trail(words: readonly string[], say: (text: string) => void): Promise<number> {
  const { question, files, json } = readCall(words);
  const report = await readTrail(question, files);
  say(json ? JSON.stringify(report, null, 2) : describe(report));
  return report.doubts.length === 0 ? exits.whole : exits.doubt;
}

if (require.main === module) {
  const words = process.argv.slice(2);
  const asked = saysHelp(usage, words) ? Promise.resolve(exits.whole) : trail(words, console.log);
  void asked
    .catch((error: Error) => {
      console.error(error.message);
      return error instanceof WrongCall ? exits.usage : exits.unreadable;
    })
    .then((code) => {
      process.exitCode = code;
    });
}
