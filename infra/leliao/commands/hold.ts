import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { ticketReasons } from '../../../lib/gate/ticket';
import { kindIds } from '../../../lib/policy/kinds';
import { Stop } from '../../command-line/exit';
import { neededOneOf, neededText, someOf, text } from '../../command-line/options';
import { words } from '../../command-line/words';
import { command, group } from '../command';
import { confirmStep } from '../confirm';
import { cursor, incidentId, instant, neededInstant } from '../options';
import { keyOf } from '../same-act';
import type { Session } from '../session';
import { dueIn, factsIn, pageIn, rowsIn, timeIn, yesIn } from '../view';

type Client = Awaited<ReturnType<Session['api']>>;
type Hold = Awaited<ReturnType<Client['retention']['openHold']>>;

const holdId = neededText('封存编号', 'number of the hold');
const yes = text('脚本用：写上同一个编号即为确认', 'for scripts: the same number confirms');

/** What every hold has to say. */
const placing = {
  reason: neededText('理由，本人会看到', 'why; the person reads it'),
  document: neededText('文书编号', 'number of the document'),
  file: neededText('文书文件，只记录其 SHA-256', 'file of the document: only its SHA-256 is recorded'),
  review: neededInstant('复核日期，180 天之内', 'when it is looked at again, within 180 days'),
  owner: text('负责人，默认为本人', 'who answers for it; oneself, unless said'),
  yes,
};

/** What a law or a dispute needs kept (promise S3). */
export const holdCommands = group(
  words('依法封存：留下什么、为什么、到何时复核', 'holds: what is kept by law, why, and its review'),
  {
    list: command({
      does: words('尚未解除的封存，复核日期最近的在前', 'holds that are not released, the next review first'),
      async run(session) {
        const found = await (await session.api()).retention.holds();
        await session.print(found, () =>
          rowsIn(
            session,
            [
              [words('封存', 'hold'), (one) => one.holdId],
              [words('状态', 'state'), (one) => one.state],
              [words('对象', 'about'), (one) => one.subjectId ?? one.incidentId],
              [words('负责人', 'owner'), (one) => one.owner],
              [words('复核', 'review'), (one) => dueIn(session, one.reviewAt)],
              [words('逾期', 'overdue'), (one) => yesIn(session, one.isOverdue)],
            ],
            found.holds,
          ),
        );
      },
    }),
    show: command({
      does: words(
        '一项封存的全部内容；查看会写入本人的处理记录',
        'everything about one hold: the person’s register says that you have looked',
      ),
      places: { hold: holdId },
      async run(session, { hold }) {
        const found = await (await session.api()).retention.openHold({ holdId: hold });
        await session.print(found, () => view(session, found));
      },
    }),
    place: command({
      does: words('封存一个人的信息，只封存所限定的', 'hold what is named of a person, and nothing else'),
      places: { account: neededText('账号', 'account') },
      options: {
        ...placing,
        ticket: neededText('工单号', 'ticket'),
        kind: someOf(kindIds, 'kind', '只封存含这些种类的记录', 'only records with these kinds'),
        from: instant('只封存此时及以后产生的', 'only what came from this time on'),
        until: instant('只封存此时以前产生的', 'only what came before this time'),
      },
      async run(session, { account: subjectId, ticket, kind: kinds, from, until, yes: given, ...said }) {
        const scope = { ...(kinds && { kinds }), ...(from && { from }), ...(until && { until }) };
        const input = { ...(await saidOf(said)), ...scope, subjectId, ticket };
        const does = [
          words(
            `将封存账号 ${subjectId} 的${kinds ? kinds.join('、') : '全部信息'}：本人和任何人都不能再使用、修改或者删除，直到解除。`,
            `Will hold ${kinds ? kinds.join(', ') : 'everything'} of account ${subjectId}: nobody uses, changes or deletes it until it is released.`,
          ),
        ];
        await confirmStep(session, { number: subjectId, does, yes: given });
        const idempotencyKey = keyOf('hold', input);
        const made = await (await session.api()).retention.hold({ ...input, idempotencyKey });
        await session.print(made, () => view(session, made));
      },
    }),
    incident: command({
      does: words(
        '封存一起安全事件的卷宗，期满后继续保存',
        'keep the records of an incident beyond their period',
      ),
      places: { incident: incidentId('事件编号', 'number of the incident') },
      options: placing,
      async run(session, { incident, yes: given, ...said }) {
        const input = { ...(await saidOf(said)), incidentId: incident };
        const does = [
          words(
            `将封存事件 ${incident} 的卷宗，直到解除。`,
            `Will keep the records of ${incident} until released.`,
          ),
        ];
        await confirmStep(session, { number: incident, does, yes: given });
        const idempotencyKey = keyOf('hold-incident', input);
        const made = await (await session.api()).retention.holdIncident({ ...input, idempotencyKey });
        await session.print(made, () => view(session, made));
      },
    }),
    review: command({
      does: words('复核后继续封存，写明下次复核的日期', 'go on holding after a review, until the next one'),
      places: { hold: holdId },
      options: {
        next: neededInstant('下次复核的日期，180 天之内', 'the next review, within 180 days'),
        owner: text('新的负责人', 'who answers for it from now on'),
      },
      async run(session, { hold, next: reviewAt, owner }) {
        const input = { holdId: hold, reviewAt, ...(owner && { owner }) };
        const done = await (await session.api()).retention.reviewHold(input);
        await session.print(done, () => view(session, done));
      },
    }),
    release: command({
      does: words(
        '解除封存，须由决定封存者以外的人办理',
        'release a hold: by another officer than who placed it',
      ),
      places: { hold: holdId },
      options: { yes },
      async run(session, { hold, yes: given }) {
        const { retention } = await session.api();
        const found = await holdOf(session, hold);
        const does = [
          words(
            `将解除封存 ${hold}（${found.count} 条记录）：其间应当删除的随即删除，不能恢复；其余恢复原状。`,
            `Will release ${hold} (${found.count} records): what should have ended goes at once and for good; the rest is as it was.`,
          ),
        ];
        await confirmStep(session, { number: hold, does, yes: given });
        const done = await retention.releaseHold({ holdId: hold });
        await session.print(done, () => view(session, done));
      },
    }),
  },
);

/** Which rule keeps each record of somebody (promise S4). */
export const explainCommand = command({
  does: words(
    '逐条说明一个人的信息为什么保存、到何时',
    'say of each record of a person why it is kept, and until when',
  ),
  places: { account: neededText('账号', 'account') },
  options: {
    reason: neededOneOf(ticketReasons, '查看的理由', 'why you look'),
    ticket: neededText('工单号', 'ticket'),
    cursor,
  },
  async run(session, { account: subjectId, reason, ticket, cursor: from }) {
    const asked = { subjectId, reason, ticket, ...(from && { cursor: from }) };
    const found = await (await session.api()).retention.explain(asked);
    await session.print(found, () => {
      const lines = found.explanations.map(({ words: said, records }) => `${records} × ${said}`);
      return pageIn(session, lines.join('\n'), found.cursor);
    });
  },
});

async function holdOf(session: Session, number: string): Promise<Pick<Hold, 'count'>> {
  const { holds } = await (await session.api()).retention.holds();
  const found = holds.find((one) => one.holdId === number);
  if (found) return found;
  throw new Stop(
    'usage',
    words('没有这项封存，见 leliao hold list。', 'There is no such hold: see leliao hold list.'),
  );
}

type Said = { reason: string; document: string; file: string; review: string; owner: string | undefined };

async function saidOf({ reason, document, file, review, owner }: Said) {
  const documentHash = await hashOfFile(file);
  return { reason, document, documentHash, reviewAt: review, ...(owner && { owner }) };
}

function view(session: Session, one: Hold): Promise<string> {
  return factsIn(session, [
    [words('封存', 'hold'), one.holdId],
    [words('状态', 'state'), one.state],
    [words('账号', 'account'), one.subjectId],
    [words('事件', 'incident'), one.incidentId],
    [words('种类', 'kinds'), one.kinds?.join('、')],
    [words('从', 'from'), timeIn(one.from)],
    [words('到', 'until'), timeIn(one.until)],
    [words('记录数', 'records'), one.count],
    [words('理由', 'reason'), one.reason],
    [words('文书', 'document'), one.document],
    [words('文书 SHA-256', 'SHA-256 of it'), one.documentHash],
    [words('决定人', 'placed by'), one.placedBy],
    [words('负责人', 'owner'), one.owner],
    [words('决定时间', 'placed'), timeIn(one.placedAt)],
    [words('复核', 'review'), dueIn(session, one.reviewAt)],
    [words('上次复核', 'reviewed'), timeIn(one.reviewedAt)],
    [words('解除人', 'released by'), one.releasedBy],
    [words('解除时间', 'released'), timeIn(one.releasedAt)],
  ]);
}

/** SHA-256 of a paper, in hex: the paper itself goes nowhere. */
export async function hashOfFile(file: string): Promise<string> {
  const content = await readFile(file).catch(() => undefined);
  if (!content)
    throw new Stop('usage', words('读不到文书文件。', 'The file of the document cannot be read.'));
  return createHash('sha256').update(content).digest('hex');
}
