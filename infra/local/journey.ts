import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Stop } from '../command-line/exit';
import { choice, text } from '../command-line/options';
import { program, start } from '../command-line/program';
import { words } from '../command-line/words';
import { findService } from './find-service';
import { asking } from './journey/asking';
import { firstDay } from './journey/first-day';
import { handingOver } from './journey/handing-over';
import { ownRights } from './journey/own-rights';
import { tellerFor } from './journey/teller';
import { theEnd } from './journey/the-end';
import { readFirstCard, UnusableVCard } from './read-vcard';
import { localHosts, startService } from './service';

const SAMPLE = join(__dirname, '../../tests/samples/apple.vcf');

function open(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch {
    throw new Stop('usage', words('读不到 vCard 文件。', 'The vCard file cannot be read.'));
  }
}

/**
 * A person's first day, a card that goes from one person to another, a ticket, a right of each kind, and an account that ends
 * with its certificate, over HTTP or through the door of CloudBase by the typed client.
 */
export const journey = program({
  script: 'journey',
  does: words(
    '一个人的第一天，一张名片的来去，一件工单，各项权利，账号的终点：每一步都核对',
    'a person’s first day, a card that goes to somebody else, a ticket, every right, and the end of the account: all of it checked',
  ),
  more: words(
    '对正在运行的 npm start，没有就自己启动一个。处处如约以 0 退出，否则以 1 退出。',
    'Against the running npm start, or a service of its own. Ends with 0 when everything was as promised.',
  ),
  options: { host: choice(localHosts, '从哪一个云进来', 'the cloud through which the calls come in') },
  places: { card: text('第一张名片从这个 vCard 文件来', 'a vCard file that the first card is taken from') },
  knows: [UnusableVCard],
  run: async ({ card: file, host }, reader) => {
    const teller = tellerFor(reader);
    const { say, chapter, failures } = teller;
    const card = readFirstCard(open(file ?? SAMPLE));
    const running = await findService();
    const own = running ? undefined : await startService({ host });
    try {
      const { api = '', door, services } = own ?? {};
      const staffIssuer = services?.environment.STAFF_ISSUER ?? '';
      const where = running ?? { api, door, sandbox: services?.sandbox ?? '', staffIssuer };
      const at = where.door ?? where.api;
      if (running) say(`使用正在运行的服务 ${at}`, `With the service that runs at ${at}`);
      else say(`自己启动了一个服务 ${at}`, `With a service of its own at ${at}`);
      chapter('第一天', 'The first day');
      await firstDay(where, card, teller);
      chapter('一张名片的来去', 'A card comes and goes');
      await handingOver(where, card, teller);
      chapter('一件工单', 'A ticket');
      await asking(where, teller);
      chapter('各项权利', 'The rights');
      await ownRights(where, card, teller);
      chapter('账号的终点', 'The end of the account');
      await theEnd(where, card, teller);
    } finally {
      await own?.stop();
    }
    const failed = failures();
    if (failed === 0) say('\n走完了，处处如约。', '\nDone, and all of it as promised.');
    else say(`\n有 ${failed} 处与承诺不符。`, `\n${failed} of it not as promised.`);
    return failed === 0 ? 'ok' : 'refused';
  },
});

if (require.main === module) void start(journey);
