import { type RetentionId, retention } from '../../../lib/policy/retention';
import { Stop } from '../../command-line/exit';
import { neededOneOf, text } from '../../command-line/options';
import { words } from '../../command-line/words';
import { command, group } from '../command';
import { rowsIn, timeIn } from '../view';
import { explainCommand } from './hold';

const ids = Object.keys(retention) as RetentionId[];

/** What will end by the clock, and what another period would change (promise S4). */
export const retentionCommands = group(
  words(
    '保存期限：将要清除什么，改一项规定会怎样',
    'periods: what will end, and what another rule would change',
  ),
  {
    forecast: command({
      does: words(
        '今后 180 天预计清除多少，按规定和种类',
        'how much will end in the next 180 days, by rule and kind',
      ),
      async run(session) {
        const found = await (await session.api()).retention.forecast();
        await session.print(found, async () => {
          const head =
            found.countedAt === undefined
              ? words(
                  '还没有统计过：每天第一次清理时统计。',
                  'Not counted yet: the first run of each day counts.',
                )
              : words(`统计于 ${timeIn(found.countedAt)}`, `Counted at ${timeIn(found.countedAt)}`);
          const sum = (weeks: number[], from: number, until: number) =>
            weeks.slice(from, until).reduce((all, one) => all + one, 0);
          const rows = await rowsIn(
            session,
            [
              [words('规定', 'rule'), ({ rule }) => rule],
              [words('种类', 'kind'), ({ kind }) => kind],
              [words('一周内', 'this week'), ({ weeks }) => sum(weeks, 0, 1)],
              [words('第 2–4 周', 'weeks 2–4'), ({ weeks }) => sum(weeks, 1, 4)],
              [words('第 5–13 周', 'weeks 5–13'), ({ weeks }) => sum(weeks, 4, 13)],
              [words('第 14–26 周', 'weeks 14–26'), ({ weeks }) => sum(weeks, 13, 26)],
              [words('合计', 'in all'), (one) => one.sum],
            ],
            found.lines,
          );
          return `${session.text(head)}\n${rows}`;
        });
      },
    }),
    explain: explainCommand,
    preview: command({
      does: words(
        '把一项期限改成另一个长度会影响什么，只看不改',
        'what another period of a rule would change; nothing is written',
      ),
      more: words(
        '期限写在 lib/policy/retention.ts，随新版政策发布；发布后当天的统计按这里显示的结果改动到期日。',
        'Periods stand in lib/policy/retention.ts and are published with a version of the policy; the day’s count then moves the\nends that are shown here.',
      ),
      options: {
        rule: neededOneOf(ids, '哪一项规定', 'which rule'),
        months: text('改为多少个月', 'so many months'),
        days: text('改为多少天', 'so many days'),
      },
      async run(session, { rule, months, days }) {
        const period = periodOf(months, days);
        const { retention: api } = await session.api();
        const sums = new Map<string, { kind: string; from: string; until: string; count: number }>();
        let unmoved: string[] = [];
        let cursor: string | undefined;
        do {
          const page = await api.preview({ rule, period, ...(cursor !== undefined && { cursor }) });
          for (const one of page.changes) {
            const key = `${one.kind} ${one.from} ${one.until}`;
            sums.set(key, { ...one, count: one.count + (sums.get(key)?.count ?? 0) });
          }
          ({ unmoved, cursor } = page);
        } while (cursor !== undefined);
        const changes = [...sums.values()].sort((a, b) =>
          `${a.until}${a.kind}`.localeCompare(`${b.until}${b.kind}`),
        );
        await session.print({ changes, unmoved }, async () => {
          const rows = await rowsIn(
            session,
            [
              [words('种类', 'kind'), ({ kind }) => kind],
              [words('原到期日', 'ends on'), ({ from }) => from],
              [words('新到期日', 'would end on'), ({ until }) => until],
              [words('条数', 'records'), (one) => one.count],
            ],
            changes,
          );
          const kept = words(
            `以下种类的现有记录不变，只影响以后的：${unmoved.join('、')}`,
            `Of these only new records would follow: ${unmoved.join(', ')}`,
          );
          return unmoved.length > 0 ? `${rows}\n${session.text(kept)}` : rows;
        });
      },
    }),
  },
);

function periodOf(months: string | undefined, days: string | undefined) {
  const given = months ?? days;
  const length = Number(given);
  if ((months === undefined) === (days === undefined) || !Number.isInteger(length) || length < 1)
    throw new Stop(
      'usage',
      words(
        '请写 --months 或者 --days 其中一个，正整数。',
        'Say one of --months and --days, a whole number.',
      ),
    );
  return months === undefined ? { days: length } : { months: length };
}
