import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { inspect, parseArgs } from 'node:util';
import { saysHelp } from '../commands/help';
import { CannotStart } from './cannot-start';
import { findService } from './find-service';
import { asking } from './journey/asking';
import { firstDay } from './journey/first-day';
import { handingOver } from './journey/handing-over';
import { ownRights } from './journey/own-rights';
import { chapter, failures, say } from './journey/teller';
import { theEnd } from './journey/the-end';
import { readFirstCard, UnusableVCard } from './read-vcard';
import { localHosts, startService } from './service';

/**
 * `npm run journey [-- card.vcf]`: a person's first day, a card that goes from one person to another, a ticket, a right of each kind, and an account
 * that ends with its certificate, over HTTP or through the door of CloudBase by the typed client, against the running service or one of its own. Every line is checked; the exit code tells.
 */
const SAMPLE = join(__dirname, '../../tests/samples/apple.vcf');

function open(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch {
    throw new UnusableVCard('The vCard file cannot be read: name an existing file after "--".');
  }
}

async function main(): Promise<void> {
  if (saysHelp('Usage: npm run journey [-- [card.vcf] [--host aws|cloudbase]]')) return;
  const { positionals, values } = parseArgs({
    options: { host: { type: 'string' } },
    allowPositionals: true,
  });
  const host = localHosts.find((one) => one === values.host);
  const card = readFirstCard(open(positionals[0] ?? SAMPLE));
  const running = await findService();
  const own = running ? undefined : await startService({ host });
  try {
    const { api = '', door, services } = own ?? {};
    const staffIssuer = services?.environment.STAFF_ISSUER ?? '';
    const where = running ?? { api, door, sandbox: services?.sandbox ?? '', staffIssuer };
    say(`${running ? '使用正在运行的服务' : '自己启动了一个服务'} ${where.door ?? where.api}`);
    chapter('第一天');
    await firstDay(where, card);
    chapter('一张名片的来去');
    await handingOver(where, card);
    chapter('一件工单');
    await asking(where);
    chapter('各项权利');
    await ownRights(where, card);
    chapter('账号的终点');
    await theEnd(where, card);
  } finally {
    await own?.stop();
  }
  say(failures() === 0 ? '\n走完了，处处如约。' : `\n有 ${failures()} 处与承诺不符。`);
  process.exitCode = failures() === 0 ? 0 : 1;
}

main().catch((error: unknown) => {
  const known = error instanceof CannotStart || error instanceof UnusableVCard;
  console.error(known ? (error as Error).message : inspect(error, { depth: 4 }));
  process.exitCode = 1;
});
