import { spawn } from 'node:child_process';
import { join } from 'node:path';

/** A busy machine takes its time over the figures; beyond this one hangs. */
const LIMIT_MS = 300_000;
const REPORT_FD = 3;

/**
 * Runs one of the .cjs files beside this one in a fresh Node with nothing but these settings, and answers what it
 * reports. The functions' own log lines go to /dev/null: writing them is part of what is measured.
 * @throws Error when it ends without a report
 */
export async function inProcess<T>(
  file: string,
  args: string[],
  settings: Record<string, string>,
): Promise<T> {
  const child = spawn(process.execPath, [join(__dirname, file), ...args], {
    env: { PATH: process.env.PATH, ...settings },
    stdio: ['ignore', 'ignore', 'inherit', 'pipe'],
    timeout: LIMIT_MS,
  });
  let report = '';
  child.stdio[REPORT_FD]?.on('data', (text: Buffer) => {
    report += text;
  });
  const code = await new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  if (!report) throw new Error(`${file} ended with ${code} and no figures.`);
  return JSON.parse(report);
}
