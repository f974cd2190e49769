import { neededText } from '../../../command-line/options';
import { words } from '../../../command-line/words';
import type { Everybody } from '../../audit/collect';
import { command, group } from '../../command';
import { instant } from '../../options';
import type { Session } from '../../session';
import { rowsIn, sectionsIn, timeIn, yesIn } from '../../view';
import { neededWindow, packCommand } from './pack';
import { putBackCommand } from './put-back';

const window = {
  from: instant('只统计此后的', 'count from then on'),
  to: instant('只统计此前的', 'count until then'),
};

/** What an auditor looks at: nothing here changes anything (clause 7.2). */
export const auditCommands = group(
  words(
    '审计：核对记录、查看工作人员的行为、出具材料（只读）',
    'audit: verify, look, and write it down; read only',
  ),
  {
    chains: command({
      does: words('核对本服务的各条记录链', 'verify the chains of the service'),
      options: window,
      async run(session, asked) {
        const { verdictsOfChains } = await import('../../audit/collect');
        const verdicts = await verdictsOfChains(await session.api(), asked);
        await session.print(verdicts, () =>
          rowsIn(
            session,
            [
              [words('链', 'chain'), ({ chain }) => chain],
              [words('归属', 'owner'), ({ owner }) => owner],
              [words('条数', 'entries'), ({ entries }) => entries],
              [words('完整', 'whole'), ({ brokenAt }) => yesIn(session, brokenAt === undefined)],
              [words('从第几条起不完整', 'broken from'), ({ brokenAt }) => brokenAt],
            ],
            verdicts,
          ),
        );
        return verdicts.some(({ brokenAt }) => brokenAt !== undefined) ? 'refused' : undefined;
      },
    }),
    people: command({
      does: words(
        '逐人核对处理记录，统计行为、工作人员和未成年人的情况',
        'verify everybody’s ledgers; count acts, staff and minors',
      ),
      options: window,
      async run(session, asked) {
        const found = await walk(session, asked);
        await session.print(found, () => peopleView(session, found));
        return found.broken.length > 0 ? 'refused' : undefined;
      },
    }),
    staff: command({
      does: words('一位工作人员查看过什么', 'what one member of the staff has looked at'),
      places: { member: neededText('工作人员的编号', 'the member') },
      options: neededWindow,
      async run(session, { member, from, to }) {
        const { linesOfMember } = await import('../../audit/collect');
        const lines = await linesOfMember(await session.api(), { staffId: member, from, to });
        await session.print(lines, () =>
          rowsIn(
            session,
            [
              [words('时间', 'at'), ({ at }) => timeIn(at)],
              [words('操作', 'operation'), ({ operation }) => operation],
              [words('角色', 'role'), ({ role }) => role],
              [words('理由', 'reason'), ({ reason }) => reason],
              [words('工单', 'ticket'), ({ ticket }) => ticket],
              [words('未被改动', 'unaltered'), ({ unaltered }) => yesIn(session, unaltered)],
            ],
            lines,
          ),
        );
      },
    }),
    'put-back': putBackCommand,
    pack: packCommand,
  },
);

type Asked = { from?: string | undefined; to?: string | undefined };

async function walk(session: Session, asked: Asked): Promise<Everybody> {
  const { walkEverybody } = await import('../../audit/collect');
  return walkEverybody(await session.api(), asked);
}

async function peopleView(session: Session, found: Everybody): Promise<string> {
  const head = words(
    `${found.people} 人，${found.entries} 条完整的记录，${found.broken.length} 人的记录有损`,
    `${found.people} people, ${found.entries} whole entries, ${found.broken.length} with a broken ledger`,
  );
  const tally = (counts: Record<string, number>) =>
    rowsIn(
      session,
      [
        [words('行为', 'act'), ([name]) => name],
        [words('次数', 'times'), ([, times]) => times],
      ],
      Object.entries(counts).sort(([, one], [, other]) => other - one),
    );
  const staff = Object.entries(found.staff).flatMap(([member, own]) =>
    Object.entries(own).map(([operation, times]) => ({ member, operation, times })),
  );
  return sectionsIn(session, [
    [
      head,
      await rowsIn(
        session,
        [
          [words('账号编号', 'person'), ({ subjectId }) => subjectId],
          [words('从第几条起', 'from'), ({ brokenAt }) => brokenAt],
        ],
        found.broken,
      ),
    ],
    [words('记下的行为', 'acts'), await tally(found.acts)],
    [
      words('工作人员的查看', 'looked at by the staff'),
      await rowsIn(
        session,
        [
          [words('工作人员', 'member'), ({ member }) => member],
          [words('操作', 'operation'), ({ operation }) => operation],
          [words('次数', 'times'), ({ times }) => times],
        ],
        staff,
      ),
    ],
    [
      words('未成年人', 'minors'),
      await rowsIn(
        session,
        [
          [words('年龄段', 'band'), ([band]) => band],
          [words('人数', 'people'), ([, of]) => of.people],
          [words('监护人同意', 'guardian consents'), ([, of]) => of.guardianConsents],
        ],
        Object.entries(found.minors),
      ),
    ],
  ]);
}
