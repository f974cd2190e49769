import { beijingTime } from '../../../lib/policy/working-days';
import { choice, neededWhole, text } from '../../command-line/options';
import { words } from '../../command-line/words';
import { command, group } from '../command';
import { confirmStep } from '../confirm';
import { neededInstant } from '../options';
import type { Session } from '../session';
import { dueIn, factsIn, rowsIn, timeIn, yesIn } from '../view';
import { fromFile, readJson } from './call';

type Client = Awaited<ReturnType<Session['api']>>;
type Proposal = Awaited<ReturnType<Client['consent']['policyProposal']>>;
type ProposalInput = NonNullable<Parameters<Client['consent']['proposePolicy']>[0]>;

const version = neededWhole('版本号', 'number of the version');
const yes = text('脚本用：写上同一个版本号即为确认', 'for scripts: the same number confirms');

/** The policy's versions: proposed by one officer, published by another (docs/policy-versions.md). */
export const policyCommands = group(
  words('个人信息保护政策的版本与公告', 'versions of the policy, and publishing'),
  {
    versions: command({
      does: words('列出已发布的各版政策', 'list the versions that were published'),
      async run(session) {
        const found = await (await session.api()).consent.versions();
        await session.print(found, () =>
          rowsIn(
            session,
            [
              [
                words('版本', 'version'),
                ({ version }) => (version === found.inForce ? `${version} *` : version),
              ],
              [words('施行时间', 'in force'), ({ effectiveAt }) => timeIn(effectiveAt)],
              [words('公告时间', 'announced'), ({ announcedAt }) => timeIn(announcedAt)],
              [words('改动', 'changes'), ({ says }) => says.join('；')],
            ],
            found.versions,
          ),
        );
      },
    }),
    propose: command({
      does: words(
        '提出下一版政策，由另一位负责人批准',
        'propose the next version, for another officer to approve',
      ),
      options: {
        effective: neededInstant('施行时间', 'when it takes effect'),
        from: choice(
          ['build', 'latest'],
          '以程序现状还是最近一版为基础',
          'from what the program does, or from the latest version',
        ),
        changes: text('改动：JSON，@文件，或者 -', 'changes: JSON, @file, or -'),
        text: text('正式文本的文件', 'file with the official text'),
      },
      async run(session, { effective, from, changes, text: file }) {
        const input: ProposalInput = {
          effectiveAt: effective,
          ...(from && { from }),
          ...(changes && {
            changes: (await readJson(session.around, changes)) as ProposalInput['changes'] & object,
          }),
          ...(file && { officialText: await fromFile(file) }),
        };
        const made = await (await session.api()).consent.proposePolicy(input);
        await session.print(made, () => view(session, made));
      },
    }),
    proposal: command({
      does: words(
        '查看待批准的一版：改了什么、谁要重新决定',
        'show what waits for approval: what changes, who is asked again',
      ),
      async run(session) {
        const found = await (await session.api()).consent.policyProposal();
        await session.print(found, () => view(session, found));
      },
    }),
    publish: command({
      does: words(
        '批准并公告一版政策；提出的人不能批准',
        'approve and announce a version; not by who proposed it',
      ),
      options: { yes },
      async run(session, { yes: given }) {
        const api = await session.api();
        const found = await api.consent.policyProposal();
        session.say(words(await view(session, found), await view(session, found)));
        await confirmStep(session, {
          number: String(found.version),
          does: [
            words(
              `将向所有人公告第 ${found.version} 版，于 ${beijingTime(found.effectiveAt)} 施行；其中 ${found.asksAgain.length} 项目的要重新征求同意。公告之后不能收回。`,
              `Version ${found.version} will be announced to everybody, in force from ${beijingTime(found.effectiveAt)}; ${found.asksAgain.length} purposes will be asked again. This cannot be taken back.`,
            ),
          ],
          yes: given,
        });
        const done = await api.consent.approvePolicy({ version: found.version, textHash: found.textHash });
        await session.print(done, () =>
          session.text(words(`已公告第 ${done.version} 版。`, `Version ${done.version} is announced.`)),
        );
      },
    }),
    reject: command({
      does: words('不批准一版政策', 'turn a proposal down'),
      places: { version },
      async run(session, { version: number }) {
        const api = await session.api();
        const { textHash } = await api.consent.policyProposal();
        const done = await api.consent.rejectPolicy({ version: number, textHash });
        await session.print(done, () =>
          session.text(words('没有批准，版本号可以重新使用。', 'Turned down.')),
        );
      },
    }),
  },
);

async function view(session: Session, one: Proposal): Promise<string> {
  const said = await factsIn(session, [
    [words('版本', 'version'), one.version],
    [words('施行时间', 'in force'), dueIn(session, one.effectiveAt)],
    [words('提出', 'proposed'), `${one.proposedBy} ${timeIn(one.proposedAt)}`],
    [words('文本摘要', 'text hash'), one.textHash],
    [words('重大变更', 'material'), yesIn(session, one.material)],
    [words('重新征求同意', 'asks again'), one.asksAgain.join('、') || '–'],
  ]);
  return [said, ...one.says.map((line) => `  · ${line}`)].join('\n');
}
