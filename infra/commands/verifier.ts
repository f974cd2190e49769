import { parseArgs } from 'node:util';
import { saysHelp } from './help';
import { NotProved } from './signed-file';

/** How a verifier ends that tells what holds from what could not be looked at: 0 when it holds. */
const HOLDS_NOT = 1;
const NOT_CHECKED = 2;

/** What a command says of a file, line by line, and how it ends. */
export type Verdict = { lines: string[]; code: number };

/** The file that is to be verified, and where the published keys are said to be. @throws Error with the usage */
export function fileAndKeys(usage: string): { file: string; keys: string | undefined } {
  const { values, positionals } = parseArgs({
    options: { keys: { type: 'string' } },
    allowPositionals: true,
  });
  const [file] = positionals;
  if (!file || positionals.length > 1) throw new Error(usage);
  return { file, keys: values.keys };
}

/** What is told of something that holds, or why it does not, or why nobody could look. */
export async function verdictOf(told: () => Promise<string[]>, usage: string): Promise<Verdict> {
  try {
    return { lines: await told(), code: 0 };
  } catch (error) {
    const code = error instanceof NotProved ? HOLDS_NOT : NOT_CHECKED;
    return { lines: [error instanceof Error ? error.message : usage], code };
  }
}

/** Runs a verifier as a command: its verdict on the file that it was given is what it prints and how it ends. */
export async function runVerifier(
  usage: string,
  check: (file: string, keys?: string) => Promise<Verdict>,
): Promise<void> {
  if (saysHelp(usage)) return;
  try {
    const { file, keys } = fileAndKeys(usage);
    const { lines, code } = await check(file, keys);
    for (const line of lines) (code === 0 ? console.log : console.error)(line);
    process.exitCode = code;
  } catch {
    console.error(usage);
    process.exitCode = NOT_CHECKED;
  }
}

/** A moment as people in China read it. `moment`: an instant, or epoch milliseconds. */
export function inBeijing(moment: string | number): string {
  return new Date(moment).toLocaleString('zh-CN', { timeZone: 'Asia/Shanghai', hour12: false });
}
