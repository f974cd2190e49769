import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';

/** What the tether exits with when there is no such program. */
export const NOT_FOUND = 127;

/** The tether gives a program 3 s to end by itself. */
const STOP_LIMIT_MS = 5_000;

export type Tethered = {
  child: ChildProcess;
  /** Resolves when the program has ended, with its exit code. */
  ended: Promise<number>;
  /** Ends the program and resolves when it is gone. */
  stop(): Promise<void>;
};

/** Starts a program that ends with this process, however this process ends (tether.cjs tells how). */
export function startTethered(
  command: string,
  args: string[],
  options: { cwd: string; environment: NodeJS.ProcessEnv },
): Tethered {
  const child = spawn(process.execPath, [join(__dirname, 'tether.cjs'), command, ...args], {
    cwd: options.cwd,
    env: options.environment,
    stdio: ['pipe', 'pipe', 'pipe'],
    // A group of its own: ctrl-C in the terminal reaches us only, and we stop things in order.
    detached: true,
  });
  child.stdin?.on('error', () => {});
  const ended = new Promise<number>((resolve) => {
    child.once('error', () => resolve(NOT_FOUND));
    child.once('exit', (code) => {
      // Should somebody end the tether itself, the program must not stay.
      killGroup(child);
      resolve(code ?? 1);
    });
  });
  const stop = async () => {
    child.stdin?.end();
    const impatience = setTimeout(() => killGroup(child), STOP_LIMIT_MS);
    await ended;
    clearTimeout(impatience);
  };
  return { child, ended, stop };
}

function killGroup(child: ChildProcess): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, 'SIGKILL');
  } catch {
    // Nobody is left in the group: as it should be.
  }
}
