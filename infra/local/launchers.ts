import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

const LOOK_EVERY_MS = 1_000;
const CHAIN_LIMIT = 5;

/** The programs that stand between the developer's shell and us. */
const packageManager = /^(\S*\/)?(node \S*\/)?(npm|npx|pnpm|yarn|bun)(-cli)?(\.c?js)?( |$)/;
const between = /^(\S*\/)?(ba|da|z)?sh -c |^(\S*\/)?node \S*\/tsx /;

type Seen = { parent: number; command: string };
type Link = { child: number; parent: number };

/**
 * Resolves when npm, its shell or tsx has been killed above us. Nobody can reach us through them any more, so going on
 * would leave a service behind. Never resolves when we were started without them.
 */
export function launchersGone(): Promise<void> {
  const links = chainTo(process.ppid);
  return new Promise((resolve) => {
    if (links.length === 0) return;
    // Whoever loses its parent is given another one at once.
    const look = () => {
      if (links.some(({ child, parent }) => see(child)?.parent !== parent)) resolve();
    };
    setInterval(look, LOOK_EVERY_MS).unref();
  });
}

/** Who started whom, from us up to the package manager. */
function chainTo(parent: number): Link[] {
  const links: Link[] = [{ child: process.pid, parent }];
  for (let pid = parent; links.length < CHAIN_LIMIT; ) {
    const seen = see(pid);
    if (!seen || packageManager.test(seen.command)) return seen ? links : [];
    if (!between.test(seen.command)) break;
    links.push({ child: pid, parent: seen.parent });
    pid = seen.parent;
  }
  // Started by tsx alone: it is the only one to watch.
  return links.length > 1 ? links.slice(0, 1) : [];
}

function see(pid: number): Seen | undefined {
  try {
    return process.platform === 'linux' ? seeInProc(pid) : seeWithPs(pid);
  } catch {
    return undefined;
  }
}

function seeInProc(pid: number): Seen {
  // The name in brackets may hold anything, so the fields are counted from its end.
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ') ?? [];
  const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
  return { parent: Number(fields[1]), command };
}

function seeWithPs(pid: number): Seen {
  const [, parent = '', command = ''] =
    /^\s*(\d+)\s+(.*)$/s.exec(
      execFileSync('ps', ['-o', 'ppid=,args=', '-p', String(pid)], { encoding: 'utf8' }),
    ) ?? [];
  return { parent: Number(parent), command: command.trim() };
}
