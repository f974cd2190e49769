import { isPersonNumber } from '../../../lib/crypto/pseudonym';
import { type Doubt, doubtReasons, type Question, type Report } from '../../../lib/trail/report';
import { Stop } from '../../command-line/exit';
import { neededTexts, text } from '../../command-line/options';
import { words } from '../../command-line/words';
import { command } from '../command';
import { neededInstant } from '../options';
import type { Session } from '../session';
import { readTrail } from '../trail-logs';
import { rowsIn, sectionsIn, timeIn } from '../view';

/** Which lines of which logs. */
export const logOptions = {
  from: neededInstant('时段开始', 'the window begins'),
  to: neededInstant('时段结束', 'the window ends just before'),
  log: neededTexts(
    '日志文件、.gz，或者一个文件夹；可以写多次',
    'a log, also .gz, or a folder; may be said again',
  ),
  function: text('只看一个函数，如 cards', 'of one function, as cards'),
  instance: text('只看一个实例', 'of one instance'),
};

type Asked = {
  from: string;
  to: string;
  log: string[];
  function: string | undefined;
  instance: string | undefined;
  persons?: ReadonlySet<string>;
};

/** Whose data was opened in a window, as the logs say it (docs/trail.md). It needs neither the service nor a sign-in. */
export const trailCommand = command({
  does: words('从运行日志查出谁的信息被打开过', 'whose data was opened, from the logs'),
  more: words(
    '只读本机的日志文件，不用登录。日志有疑点时，人数只是下限，退出码为 5。\n还原成人：leliao breach trail turn-back。',
    'Reads files of this machine and needs no sign-in. Where a log is in doubt those found are at least these, and it\nends with 5. Who they are: leliao breach trail turn-back.',
  ),
  options: {
    ...logOptions,
    person: {
      ...text('只看一个代号，可以写多次', 'of one pseudonym; may be said again'),
      many: true,
      read: readPseudonym,
    },
  },
  async run(session, { person, ...asked }) {
    const report = await reportOf({ ...asked, ...(person && { persons: new Set(person) }) });
    await session.print(report, () => reportView(session, report));
    return report.doubts.length > 0 ? 'doubt' : undefined;
  },
});

function readPseudonym(given: string): string {
  if (isPersonNumber(given)) return given;
  throw new Stop('usage', words('代号是 22 个字符', 'a pseudonym has 22 characters'));
}

/** @throws Stop for a window that ends before it begins, and for logs that cannot be read */
export async function reportOf({ log, ...asked }: Asked): Promise<Report> {
  if (asked.from >= asked.to)
    throw new Stop('usage', words('--to 要晚于 --from。', '--to must be later than --from.'));
  return readTrail(asked satisfies Question, log).catch(() => {
    throw new Stop(
      'usage',
      words('有的日志读不到，或者压缩文件已损坏。', 'A log cannot be read, or its archive is damaged.'),
    );
  });
}

async function reportView(session: Session, report: Report): Promise<string> {
  const { lines, instances, people, doubts } = report;
  const head = words(
    `北京时间 ${timeIn(report.from)} 至 ${timeIn(report.to)}：${instances} 个实例，${lines} 行打开记录，${people.length} 个代号`,
    `Beijing ${timeIn(report.from)} to ${timeIn(report.to)}: ${instances} instances, ${lines} lines, ${people.length} pseudonyms`,
  );
  const opened = await rowsIn(
    session,
    [
      [words('日期', 'day'), ({ day }) => day],
      [words('代号', 'pseudonym'), ({ person }) => person],
      [words('最早', 'first'), ({ firstAt }) => timeIn(firstAt)],
      [words('最晚', 'last'), ({ lastAt }) => timeIn(lastAt)],
      [words('行数', 'lines'), (one) => one.lines],
      [words('操作', 'operations'), ({ operations }) => inShort(operations)],
      [words('种类', 'kinds'), ({ kinds }) => inShort(kinds)],
    ],
    people,
  );
  const isOver = Date.parse(report.to) <= session.around.now();
  const running = words(
    '时段还没有结束：此后的打开不在其中。',
    'The window is not over: what is opened from now on is not in it.',
  );
  const said = isOver ? session.text(head) : `${session.text(head)}\n${session.text(running)}`;
  return [said, opened, await doubtsView(session, doubts)].join('\n\n');
}

/** So that a row stays on a screen; `--json` has all of them. */
const SHOWN = 3;
const inShort = (all: readonly string[]): string =>
  all.length <= SHOWN ? all.join('、') : `${all.slice(0, SHOWN).join('、')} … (${all.length})`;

/** What is in doubt, last, so that it is what is seen. */
export async function doubtsView(session: Session, doubts: readonly Doubt[]): Promise<string> {
  if (doubts.length === 0)
    return session.text(words('日志完整，没有疑点。', 'The log is whole: nothing is in doubt.'));
  const shown = await rowsIn(
    session,
    [
      [words('疑点', 'doubt'), ({ why }) => (session.lang === 'zh' ? doubtReasons[why] : why)],
      [words('行数', 'lines'), ({ lines }) => lines],
      [words('函数', 'function'), (one) => one.function],
      [words('实例或调用', 'instance or call'), ({ instance, invocation }) => instance ?? invocation],
      [words('不早于', 'after'), ({ after }) => timeIn(after)],
      [words('不晚于', 'before'), ({ before }) => timeIn(before)],
    ],
    doubts,
  );
  const head = words(
    `疑点 ${doubts.length} 处，以上人数只是下限`,
    `${doubts.length} doubts: those above are at least these`,
  );
  return sectionsIn(session, [[head, shown]]);
}
