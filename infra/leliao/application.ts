import { type Application, buildApplication, type RouteMap, run } from '@stricli/core';
import { exitCodeOf } from '../command-line/parameters';
import { textsIn } from '../command-line/texts';
import { type Lang, languageOf, words } from '../command-line/words';
import { type Context, group, type Made } from './command';
import { auditCommands } from './commands/audit/index';
import { breachCommands } from './commands/breach/index';
import { callCommand } from './commands/call';
import { disclosureCommands } from './commands/disclosures';
import { holdCommands } from './commands/hold';
import { policyCommands } from './commands/policy';
import { queueCommands } from './commands/queues';
import { retentionCommands } from './commands/retention';
import { staffCommands } from './commands/staff';
import { ticketCommands } from './commands/tickets';
import { trailCommand } from './commands/trail';
import type { Surroundings } from './session';

/** Everything `leliao` can do. */
export const commands: Record<string, Made> = {
  ...staffCommands,
  audit: auditCommands,
  breach: breachCommands,
  disclosures: disclosureCommands,
  hold: holdCommands,
  policy: policyCommands,
  queue: queueCommands,
  retention: retentionCommands,
  tickets: ticketCommands,
  trail: trailCommand,
  call: callCommand,
};

const root = group(
  words(
    '乐聊名片工作人员命令行。退出码：0 成功，1 被拒绝，2 用法不对，3 需要登录，4 连不上，5 有疑点，130 被中断。',
    'The command line of LeLiao Card’s staff. Exits: 0 ok, 1 refused, 2 usage, 3 sign in, 4 unreachable, 5 in doubt, 130 interrupted.',
  ),
  commands,
);

export function applicationIn(lang: Lang): Application<Context> {
  return buildApplication(root(lang) as RouteMap<Context>, {
    name: 'leliao',
    scanner: { caseStyle: 'allow-kebab-for-camel', allowArgumentEscapeSequence: true },
    documentation: { onlyRequiredInUsageLine: true },
    localization: { text: textsIn(lang, 'leliao') },
  });
}

/**
 * Runs one command. Answers its exit code, once everything is said.
 * @param running gets the session, for whoever is told of an interruption
 */
export async function leliao(
  inputs: readonly string[],
  around: Surroundings,
  running: Context['running'] = { session: undefined },
): Promise<number> {
  let ended: number | undefined;
  const { stdout, stderr, environment: env } = around;
  const process: { stdout: typeof stdout; stderr: typeof stderr; env: NodeJS.ProcessEnv; exitCode?: number } =
    {
      stdout,
      stderr,
      env,
    };
  const end = (code: number) => {
    ended = code;
  };
  await run(applicationIn(languageOf(inputs, env)), inputs, { process, around, running, end });
  return ended ?? exitCodeOf(process.exitCode ?? 0);
}
