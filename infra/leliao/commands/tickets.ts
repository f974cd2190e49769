import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { Level } from '../../../lib/table/ticket/desk';
import { filedKinds, type TicketState } from '../../../lib/table/ticket/states';
import { Stop } from '../../command-line/exit';
import { neededOneOf, neededText, text } from '../../command-line/options';
import { type Words, words } from '../../command-line/words';
import { command, group } from '../command';
import { confirmStep } from '../confirm';
import { cursor } from '../options';
import { keyOf } from '../same-act';
import type { Session } from '../session';
import { dueIn, factsIn, pageIn, rowsIn, timeIn } from '../view';

const account = neededText('账号', 'account');
const ticket = neededText('工单编号', 'number of the ticket');
const places = { account, ticket };
const yes = text('脚本用：写上同一个编号即为确认', 'for scripts: the same number confirms');
const answer = neededText('给本人看的答复', 'the answer that the person reads');
const reasons = neededText('给本人看的理由', 'the reasons that the person reads');

const levels: Record<Level, Words> = {
  late: words('已逾期', 'late'),
  soon: words('2 个工作日内', 'within 2 working days'),
  warned: words('5 个工作日内', 'within 5 working days'),
  'in-time': words('', ''),
};
const states: Record<TicketState, Words> = {
  open: words('待接手', 'open'),
  assigned: words('办理中', 'assigned'),
  'refusal-proposed': words('提出不予办理，待决定', 'refusal proposed'),
  answered: words('已答复', 'answered'),
  withdrawn: words('已撤回', 'withdrawn'),
  'account-ended': words('账号已删除', 'account ended'),
};
const sorts = {
  ticket: words('工单', 'ticket'),
  appeal: words('申诉', 'appeal'),
  duty: words('微信告知', 'told by WeChat'),
  recipient: words('接收方确认删除', 'recipient to confirm'),
};

type Api = Awaited<ReturnType<Session['api']>>['rights'];
type Line = Awaited<ReturnType<Api['answerTicket']>>;
type Opened = Awaited<ReturnType<Api['openTicket']>>;

/** Everything that waits for the staff, and what is done with tickets (promises R6, R8, R9). */
export const ticketCommands = group(
  words('工单：谁在等答复，接手、查看、答复、不予办理', 'tickets: who waits, take, show, answer, refuse'),
  {
    list: command({
      does: words(
        '等待办理的全部事项：临近期限的在前，其余每人先排一件',
        'everything that waits: what is nearly due first, then one place a person',
      ),
      options: { cursor },
      async run(session, { cursor: from }) {
        const found = await (await session.api()).rights.ticketQueue(from ? { cursor: from } : {});
        await session.print(found, async () => {
          const rows = await rowsIn(
            session,
            [
              [words('事项', 'what'), ({ sort }) => session.text(sorts[sort])],
              [words('编号', 'number'), ({ id }) => id],
              [words('账号', 'account'), ({ subjectId }) => subjectId],
              [words('种类', 'kind'), ({ kind }) => kind],
              [words('进度', 'state'), ({ state }) => state && session.text(states[state])],
              [words('办理人', 'assignee'), ({ assignee }) => assignee],
              [words('期限', 'due'), ({ dueAt }) => dueIn(session, dueAt)],
              [words('提醒', 'warning'), ({ level }) => session.text(levels[level])],
            ],
            found.waiting,
          );
          const note = found.waiting.find(({ calendarNote }) => calendarNote)?.calendarNote;
          const below = note === undefined ? rows : `${rows}\n${note}`;
          return pageIn(session, below, found.cursor);
        });
      },
    }),
    counts: command({
      does: words('等待办理的有多少，距期限多远', 'how many wait, and how near their dates are'),
      async run(session) {
        const found = await (await session.api()).rights.ticketCounts();
        const { byLevel, bySort } = found;
        await session.print(found, () =>
          factsIn(session, [
            [levels.late, byLevel.late],
            [levels.soon, byLevel.soon],
            [levels.warned, byLevel.warned],
            [words('期限还早', 'in time'), byLevel['in-time']],
            [sorts.ticket, bySort.ticket],
            [sorts.appeal, bySort.appeal],
            [sorts.duty, bySort.duty],
            [sorts.recipient, bySort.recipient],
          ]),
        );
      },
    }),
    take: command({
      does: words('接手一件工单', 'take a ticket'),
      places,
      async run(session, { account: subjectId, ticket: ticketId }) {
        const done = await (await session.api()).rights.takeTicket({ subjectId, ticketId });
        await session.print(done, () => factsIn(session, [[words('办理人', 'assignee'), done.assignee]]));
      },
    }),
    pass: command({
      does: words('把工单转交给同事', 'hand a ticket over to a colleague'),
      places,
      options: { to: neededText('同事的账号', 'account of the colleague') },
      async run(session, { account: subjectId, ticket: ticketId, to }) {
        const done = await (await session.api()).rights.passTicket({ subjectId, ticketId, to });
        await session.print(done, () => factsIn(session, [[words('办理人', 'assignee'), done.assignee]]));
      },
    }),
    tie: command({
      does: words('把工单归到安全事件', 'tie a ticket to an incident'),
      places,
      options: { incident: neededText('事件编号', 'number of the incident') },
      async run(session, { account: subjectId, ticket: ticketId, incident: incidentId }) {
        const done = await (await session.api()).rights.tieTicket({ subjectId, ticketId, incidentId });
        await session.print(done, () => factsIn(session, [[words('事件', 'incident'), done.incidentId]]));
      },
    }),
    show: command({
      does: words(
        '查看自己办理的工单；先写入本人的处理记录',
        'read a ticket of yours; the person’s ledger says so first',
      ),
      places,
      async run(session, { account: subjectId, ticket: ticketId }) {
        const found = await (await session.api()).rights.openTicket({ subjectId, ticketId });
        await session.print(found, () => view(session, found));
      },
    }),
    answer: command({
      does: words('答复：已按其办理', 'answer: it was done as asked'),
      places,
      options: { words: answer, yes },
      async run(session, { account: subjectId, ticket: ticketId, words: said, yes: given }) {
        const does = [
          words('本人将看到这段答复，不能更改。', 'The person reads this answer. It cannot be changed.'),
        ];
        await confirmStep(session, { number: ticketId, does, yes: given });
        const done = await (await session.api()).rights.answerTicket({ subjectId, ticketId, answer: said });
        await session.print(done, () => line(session, done));
      },
    }),
    refuse: command({
      does: words('提出不予办理，由另一位工作人员决定', 'propose to refuse; a colleague decides'),
      places,
      options: { reasons },
      async run(session, { account: subjectId, ticket: ticketId, reasons: said }) {
        const done = await (await session.api()).rights.proposeRefusal({ subjectId, ticketId, answer: said });
        await session.print(done, () => line(session, done));
      },
    }),
    review: command({
      does: words('查看同事提出不予办理的工单和理由', 'read what a colleague proposes to refuse, and why'),
      places,
      async run(session, { account: subjectId, ticket: ticketId }) {
        const found = await (await session.api()).rights.reviewRefusal({ subjectId, ticketId });
        await session.print(found, () => view(session, found));
      },
    }),
    decide: command({
      does: words('决定同事提出的不予办理', 'decide on a refusal that a colleague has proposed'),
      places,
      options: {
        decision: neededOneOf(
          ['refuse', 'turn-down'],
          '不予办理，或者不同意',
          'refuse, or turn the proposal down',
        ),
        yes,
      },
      async run(session, { account: subjectId, ticket: ticketId, decision, yes: given }) {
        const does =
          decision === 'refuse'
            ? words('将不予办理，理由即告知本人。', 'Will refuse: the person reads the reasons.')
            : words('不同意不予办理，由您接手办理。', 'Turns it down: the ticket is yours to answer.');
        await confirmStep(session, { number: ticketId, does: [does], yes: given });
        const done = await (await session.api()).rights.decideRefusal({ subjectId, ticketId, decision });
        await session.print(done, () => line(session, done));
      },
    }),
    file: command({
      does: words(
        '为书面提出的人立一件工单，或者登记机关来函',
        'file a ticket for somebody who wrote on paper, or what an authority has sent',
      ),
      places: { account },
      options: {
        kind: neededOneOf(filedKinds, '种类', 'kind'),
        words: neededText('内容摘要，本人看得到', 'what it says; the person reads it'),
        paper: neededText('材料文件，只记录其 SHA-256', 'file of the paper: only its SHA-256 is recorded'),
      },
      async run(session, { account: subjectId, kind, words: said, paper }) {
        const content = await readFile(paper).catch(() => undefined);
        if (!content) throw new Stop('usage', words('读不到材料文件。', 'The file cannot be read.'));
        const paperHash = createHash('sha256').update(content).digest('hex');
        const input = { subjectId, kind, words: said, paperHash };
        const made = await (await session.api()).rights.fileTicket({
          ...input,
          idempotencyKey: keyOf('file-ticket', input),
        });
        await session.print(made, () => line(session, made.ticket));
      },
    }),
  },
);

const factsOf = (session: Session, { ticketId, kind, state, askedAt, answerBy, proof, incidentId }: Line) =>
  [
    [words('工单', 'ticket'), ticketId],
    [words('种类', 'kind'), kind],
    [words('进度', 'state'), session.text(states[state])],
    [words('提出', 'asked'), timeIn(askedAt)],
    [words('期限', 'due'), dueIn(session, answerBy)],
    [words('身份证明', 'proof'), proof],
    [words('事件', 'incident'), incidentId],
  ] as const;

const line = (session: Session, one: Line): Promise<string> => factsIn(session, factsOf(session, one));

async function view(session: Session, opened: Opened): Promise<string> {
  const head = await factsIn(session, [
    ...factsOf(session, opened),
    [words('立件人', 'filed by'), opened.filedBy],
    [words('拟不予办理的理由', 'reasons proposed'), opened.answer],
  ]);
  return [head, ...opened.words.map(({ at, text: said }) => `${timeIn(at)}\n${said}`)].join('\n\n');
}
