import { aSwitch, whole } from '../../../command-line/options';
import { words } from '../../../command-line/words';
import { command } from '../../command';
import { incidentId } from '../../options';
import { watch } from '../../progress';
import type { Session } from '../../session';
import { rowsIn } from '../../view';
import type { Client } from './incident-view';

type Counted = Awaited<ReturnType<Client['breach']['books']>>;
type Books = Counted['people'];

const columns = ['affected', 'delivered', 'announced', 'exempt', 'pending'] as const;

/** How the people of a notice stand, counted anew (promise B5). */
export const booksCommand = command({
  does: words(
    '一份告知的账，逐人重新清点：受影响 = 已送达 + 仅公告 + 不告知 + 待告知',
    'the books, by recount: affected = delivered + announced only + exempt + pending',
  ),
  places: { incident: incidentId('事件编号', 'number of the incident') },
  options: {
    number: whole('第几份告知，默认 1', 'which notice of the incident; 1 when absent'),
    watch: aSwitch('一直看到没有人待告知', 'watch until nobody is pending'),
  },
  async run(session, { incident: incidentId, number, watch: watches }) {
    const { breach } = await session.api();
    const look = () => recount(breach, { incidentId, number });
    const books = watches ? await watched(session, incidentId, look) : await look();
    await session.print(books, () => booksView(session, books));
  },
});

type Whole = { people: Books; guardians: Books };

/** The sums of all calls: one counts a few thousand people. */
async function recount(
  breach: Client['breach'],
  notice: { incidentId: string; number: number | undefined },
): Promise<Whole> {
  let page = await breach.books(notice);
  let { people, guardians } = page;
  while (page.next !== undefined) {
    page = await breach.books({ ...notice, from: page.next });
    people = sum(people, page.people);
    guardians = sum(guardians, page.guardians);
  }
  return { people, guardians };
}

const sum = (one: Books, other: Books): Books =>
  Object.fromEntries(columns.map((name) => [name, one[name] + other[name]])) as Books;

function watched(session: Session, incidentId: string, look: () => Promise<Whole>): Promise<Whole> {
  session.say(
    words(
      '正在清点，直到没有人待告知；站内通知打开才算送达，没有别的渠道的人可能要等三天。按 Ctrl-C 不影响发送。',
      'Counted until nobody is pending; who has no channel but the inbox may take three days. Ctrl-C does not end the sending.',
    ),
  );
  const again = `leliao breach notice books ${incidentId} --watch`;
  const goOn = words(`发送会继续：${again}`, `It goes on: ${again}`);
  return watch(session, words('告知', 'telling'), goOn, async () => {
    const seen = await look();
    const all = [seen.people, seen.guardians].reduce(sum);
    return { ...seen, done: all.affected - all.pending, total: all.affected, finished: all.pending === 0 };
  });
}

async function booksView(session: Session, { people, guardians }: Whole): Promise<string> {
  const rows = await rowsIn(
    session,
    [
      [words('对象', 'whom'), ({ whom }) => session.text(whom)],
      [words('受影响', 'affected'), ({ affected }) => affected],
      [words('已送达', 'delivered'), ({ delivered }) => delivered],
      [words('仅公告', 'announced only'), ({ announced }) => announced],
      [words('不告知', 'exempt'), ({ exempt }) => exempt],
      [words('待告知', 'pending'), ({ pending }) => pending],
    ],
    [
      { whom: words('本人', 'people'), ...people },
      { whom: words('监护人', 'guardians'), ...guardians },
    ],
  );
  const balance = [people, guardians].every(
    ({ affected, delivered, announced, exempt, pending }) =>
      affected === delivered + announced + exempt + pending,
  );
  const verdict = balance
    ? words('账目相符。', 'The books balance.')
    : words('账目不符，请立即报告维护人员。', 'The books do NOT balance: tell the maintainers at once.');
  return `${rows}\n\n${session.text(verdict)}`;
}
