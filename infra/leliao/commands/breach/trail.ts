import type { trailDoubts } from '../../../../lib/scope/doubts';
import type { Doubt, Report } from '../../../../lib/trail/report';
import { neededText } from '../../../command-line/options';
import { words } from '../../../command-line/words';
import { command, group } from '../../command';
import { incidentId, neededDay } from '../../options';
import { watch } from '../../progress';
import type { Session } from '../../session';
import { factsIn, rowsIn } from '../../view';
import { doubtsView, logOptions, reportOf } from '../trail';
import type { Client } from './incident-view';
import { inParts, PART_LINES } from './upload';

type Breach = Client['breach'];
type Opened = Parameters<Breach['uploadOpened']>[0]['opened'];

/** Pseudonyms that the service turns back at once. */
const AT_ONCE = 1000;

/** What a doubt of the reader of logs is to a scope that rests on what it read. */
const doubtOfTrail = {
  'start-missing': 'start-missing',
  'numbers-missing': 'lines-missing',
  'beginning-missing': 'lines-missing',
  'instance-missing': 'lines-missing',
  'line-damaged': 'lines-missing',
  'nothing-read': 'lines-missing',
} as const satisfies Record<Doubt['why'], (typeof trailDoubts)[number]>;

const incident = incidentId('事件编号', 'number of the incident');

/** From the logs to people, and back. */
export const trailCommands = group(words('从运行日志到人', 'from the logs to people'), {
  'turn-back': command({
    does: words(
      '把日志里被打开过的代号还原成人，做成一份名单，供计算影响范围',
      'turn whom the logs name back into people, as a list for a scope',
    ),
    more: words(
      '日志在本机读，只把代号发给服务；每次还原都先记入事件。中断之后再运行同样的命令即可继续。',
      'The logs are read here, and only pseudonyms are sent; the incident says so first. The same command goes on.',
    ),
    places: {
      incident,
      list: neededText('名单的名称：小写字母、数字和横线', 'name of the list: small letters, digits, dashes'),
    },
    options: logOptions,
    async run(session, { incident: incidentId, list, ...asked }) {
      const report = await reportOf(asked);
      const { breach } = await session.api();
      const { opened, strangers } = await turnBack(session, breach, incidentId, report);
      const parts = Math.ceil(opened.length / PART_LINES);
      const send = (part: number) =>
        breach.uploadOpened({
          ...{ incidentId, list, part },
          opened: opened.slice(part * PART_LINES, (part + 1) * PART_LINES),
        });
      const sent = parts > 0 ? await inParts(session, { parts, send }) : { known: 0, strangers: 0 };
      const missing = [...new Set(report.doubts.map(({ why }) => doubtOfTrail[why]))].sort();
      const made = { list, known: sent.known, strangers: sent.strangers + strangers, missing };
      await session.print(made, async () => {
        const facts = await factsIn(session, [
          [words('名单', 'list'), list],
          [words('代号', 'pseudonyms'), report.people.length],
          [words('还原出的人', 'people'), made.known],
          [words('还原不出的代号', 'of nobody'), made.strangers],
        ]);
        return [
          facts,
          await doubtsView(session, report.doubts),
          nextStep(session, { incidentId, ...made }),
        ].join('\n\n');
      });
      return missing.length > 0 ? 'doubt' : undefined;
    },
  }),
  pseudonyms: command({
    does: words(
      '一个人在一段日期里每天的代号，用来查日志；记入本人的处理记录',
      'one person’s pseudonym of each day, to look for in logs; their own record says so',
    ),
    places: { incident, person: neededText('账号编号', 'number of the account') },
    options: { from: neededDay('第一天', 'the first day'), to: neededDay('最后一天', 'the last day') },
    async run(session, { incident: incidentId, person: subjectId, from, to }) {
      const found = await (await session.api()).breach.pseudonymsOf({ incidentId, subjectId, from, to });
      await session.print(found, () =>
        rowsIn(
          session,
          [
            [words('日期', 'day'), ({ day }) => day],
            [words('代号', 'pseudonym'), ({ pseudonym }) => pseudonym],
          ],
          found.pseudonyms,
        ),
      );
    },
  }),
});

/** Who they are, each with what of theirs was opened on any day; in one order, so that a repeat uploads the same parts. */
async function turnBack(session: Session, breach: Breach, incidentId: string, { people }: Report) {
  const pieces = [...new Set(people.map(({ day }) => day))].flatMap((day) => {
    const all = people.filter((one) => one.day === day);
    return Array.from({ length: Math.ceil(all.length / AT_ONCE) }, (_, at) => ({
      day,
      all: all.slice(at * AT_ONCE, (at + 1) * AT_ONCE),
    }));
  });
  const found = new Map<string, Set<string>>();
  let [done, strangers] = [0, 0];
  const goOn = words('再运行同样的命令即可继续。', 'Run the same command again to go on.');
  const look = async () => {
    const piece = pieces[done];
    if (piece) {
      const { day, all } = piece;
      const kindsOf = new Map(all.map(({ person, kinds }) => [person, kinds]));
      const turned = await breach.turnBack({ incidentId, day, pseudonyms: [...kindsOf.keys()] });
      strangers += turned.strangers.length;
      for (const { pseudonym, subjectId } of turned.people)
        found.set(subjectId, new Set([...(found.get(subjectId) ?? []), ...(kindsOf.get(pseudonym) ?? [])]));
      done += 1;
    }
    return { done, total: pieces.length, finished: done >= pieces.length };
  };
  await watch(session, words('还原', 'turning back'), goOn, look, async () => {});
  const opened = [...found]
    .map(([subjectId, kinds]) => ({ subjectId, kinds: [...kinds].sort() }))
    .sort((one, other) => (one.subjectId < other.subjectId ? -1 : 1)) as Opened;
  return { opened, strangers };
}

type Made = { incidentId: string; list: string; known: number; missing: string[] };

/** What a responder types next. */
function nextStep(session: Session, { incidentId, list, known, missing }: Made): string {
  if (known === 0)
    return session.text(
      words(
        '没有还原出人，没有做成名单。日志有疑点的，用 leliao breach scope start --held 算上限。',
        'Nobody was found, and no list was made. Where the log is in doubt: leliao breach scope start --held.',
      ),
    );
  const start = `leliao breach scope start ${incidentId} --opened ${list} --wait`;
  const doubts = missing.map((one) => ` --missing ${one}`).join('');
  return missing.length === 0
    ? session.text(words(`下一步：${start}`, `Next: ${start}`))
    : session.text(
        words(
          `下一步：${start}${doubts} --reach 种类 --from 时间 --until 时间\n（--reach：出问题的代码、账号或者密钥所能打开的种类；这段时间里存有它的人计入上限）`,
          `Next: ${start}${doubts} --reach KIND --from TIME --until TIME\n(--reach: kinds that the code, account or key could open; whoever had one in the window is in the upper bound)`,
        ),
      );
}
