import { legalBases, legalBasisIds } from '../../../lib/policy/disclosure';
import { kindIds } from '../../../lib/policy/kinds';
import { neededOneOf, neededSomeOf, neededText, text } from '../../command-line/options';
import { words } from '../../command-line/words';
import { command, group } from '../command';
import { confirmStep } from '../confirm';
import { cursor, instant } from '../options';
import { keyOf } from '../same-act';
import type { Session } from '../session';
import { dueIn, factsIn, pageIn, rowsIn, timeIn, yesIn } from '../view';
import { hashOfFile } from './hold';

type Client = Awaited<ReturnType<Session['api']>>;
type Disclosure = Awaited<ReturnType<Client['rights']['disclosure']>>;

const disclosureId = neededText('提供编号', 'number of the disclosure');
const yes = text('脚本用：写上同一个编号即为确认', 'for scripts: the same number confirms');

/** To whom data is given, and what authorities demand by law (promises D2, D3, D4). */
export const disclosureCommands = group(
  words('对外提供：接收方和协议，有关机关的依法调取', 'disclosures: recipients, and what authorities demand'),
  {
    recipients: command({
      does: words(
        '接收方、凭什么提供、协议何时到期',
        'recipients, what each rests on, and when agreements end',
      ),
      async run(session) {
        const found = await (await session.api()).rights.disclosureRecipients();
        await session.print(found, () =>
          rowsIn(
            session,
            [
              [words('接收方', 'recipient'), (one) => one.name],
              [words('凭', 'rests on'), (one) => one.agreement?.name ?? one.ground ?? one.consentTo],
              [words('到期', 'ends on'), (one) => one.agreement?.expiresOn],
              [words('状态', 'state'), (one) => one.agreement?.state],
              [words('已停用', 'stopped'), (one) => yesIn(session, one.isStopped)],
            ],
            found.recipients,
          ),
        );
      },
    }),
    list: command({
      does: words(
        '向有关机关提供的登记，最近拟定的在前',
        'what authorities demanded, the newest draft first',
      ),
      options: { cursor },
      async run(session, { cursor: from }) {
        const found = await (await session.api()).rights.disclosures(from ? { cursor: from } : {});
        await session.print(found, async () => {
          const rows = await rowsIn(
            session,
            [
              [words('编号', 'number'), (one) => one.disclosureId],
              [words('状态', 'state'), (one) => one.state],
              [words('机关', 'authority'), (one) => one.authority],
              [words('文书', 'document'), (one) => one.document],
              [words('对象', 'about'), (one) => one.subjectId],
              [words('保密到', 'secret until'), (one) => dueIn(session, one.secretUntil)],
            ],
            found.disclosures,
          );
          return pageIn(session, rows, found.cursor);
        });
      },
    }),
    show: command({
      does: words('一次提供的全部内容', 'everything about one disclosure'),
      places: { disclosure: disclosureId },
      async run(session, { disclosure: number }) {
        const found = await (await session.api()).rights.disclosure({ disclosureId: number });
        await session.print(found, () => view(session, found));
      },
    }),
    propose: command({
      does: words(
        '拟定：哪个机关凭哪份文书、哪条法律调取谁的哪些信息',
        'draft what an authority demands, by which document and law',
      ),
      places: { account: neededText('账号', 'account') },
      options: {
        authority: neededText('机关全称', 'authority in full'),
        document: neededText('文书编号', 'number of the document'),
        file: neededText('文书文件，只记录其 SHA-256', 'file of the document: only its SHA-256 is recorded'),
        basis: neededOneOf(legalBasisIds, '法律依据', 'legal basis'),
        kind: neededSomeOf(kindIds, 'kind', '调取的种类，只提供这些', 'kinds demanded: these and no others'),
        secretUntil: instant(
          '依法保密到何时，到时自动告知本人；不写即随时告知',
          'until when a law keeps it secret; told at once unless said',
        ),
        yes,
      },
      async run(session, { account: subjectId, file, kind: kinds, secretUntil, yes: given, ...said }) {
        const secrecy = { secret: secretUntil !== undefined, ...(secretUntil && { secretUntil }) };
        const input = { ...said, ...secrecy, subjectId, kinds, documentHash: await hashOfFile(file) };
        const { law } = legalBases[said.basis];
        const does = [
          words(
            `将拟定：依照${law}向${said.authority}提供账号 ${subjectId} 的${kinds.join('、')}。由另一位负责人批准后才能提供。`,
            `Will draft: ${kinds.join(', ')} of account ${subjectId} to ${said.authority}, by ${said.basis}. Another officer approves.`,
          ),
        ];
        await confirmStep(session, { number: subjectId, does, yes: given });
        const idempotencyKey = keyOf('disclosure', input);
        const made = await (await session.api()).rights.proposeDisclosure({ ...input, idempotencyKey });
        await session.print(made, () => view(session, made));
      },
    }),
    approve: command({
      does: words('批准，须由拟定人以外的人办理', 'approve: by another officer than who drafted it'),
      places: { disclosure: disclosureId },
      options: { yes },
      async run(session, { disclosure: number, yes: given }) {
        const { rights } = await session.api();
        const found = await rights.disclosure({ disclosureId: number });
        const does = [
          words(
            `将批准向${found.authority}提供账号 ${found.subjectId} 的${found.kinds.join('、')}（${found.document}，${found.law}）。`,
            `Will approve ${found.kinds.join(', ')} of account ${found.subjectId} for ${found.authority} (${found.document}).`,
          ),
        ];
        await confirmStep(session, { number, does, yes: given });
        const done = await rights.approveDisclosure({ disclosureId: number });
        await session.print(done, () => view(session, done));
      },
    }),
    decline: command({
      does: words('否决，写明理由', 'decline, and say why'),
      places: { disclosure: disclosureId },
      options: { reason: neededText('理由', 'why') },
      async run(session, { disclosure: number, reason }) {
        const done = await (await session.api()).rights.declineDisclosure({ disclosureId: number, reason });
        await session.print(done, () => view(session, done));
      },
    }),
    'hand-out': command({
      does: words(
        '取出已批准的信息，输出为 JSON；先登记，不保密的本人随即得知',
        'fetch what was approved, as JSON; registered first, and its person is told unless it is secret',
      ),
      places: { disclosure: disclosureId },
      options: { yes },
      async run(session, { disclosure: number, yes: given }) {
        const { rights } = await session.api();
        const found = await rights.disclosure({ disclosureId: number });
        const told = found.secretUntil
          ? words(
              `本人在 ${timeIn(found.secretUntil)} 得知。`,
              `Its person is told on ${timeIn(found.secretUntil)}.`,
            )
          : words('本人随即得知。', 'Its person is told at once.');
        await confirmStep(session, { number, does: [told], yes: given });
        const handed = await rights.handOut({ disclosureId: number });
        await session.print(handed, () => JSON.stringify(handed.records, null, 2));
      },
    }),
  },
);

function view(session: Session, one: Disclosure): Promise<string> {
  return factsIn(session, [
    [words('编号', 'number'), one.disclosureId],
    [words('状态', 'state'), one.state],
    [words('机关', 'authority'), one.authority],
    [words('文书', 'document'), one.document],
    [words('文书 SHA-256', 'SHA-256 of it'), one.documentHash],
    [words('依据', 'law'), one.law],
    [words('账号', 'account'), one.subjectId],
    [words('种类', 'kinds'), one.kinds.join('、')],
    [words('保密到', 'secret until'), dueIn(session, one.secretUntil)],
    [words('保密依据', 'secret by'), one.secrecyLaw],
    [words('拟定人', 'drafted by'), one.draftedBy],
    [words('拟定时间', 'drafted'), timeIn(one.draftedAt)],
    [words('失效时间', 'lapses'), dueIn(session, one.lapsesAt)],
    [words('决定人', 'decided by'), one.decidedBy],
    [words('决定时间', 'decided'), timeIn(one.decidedAt)],
    [words('否决理由', 'why declined'), one.reason],
    [words('提供人', 'handed out by'), one.handedOutBy],
    [words('提供时间', 'handed out'), timeIn(one.handedOutAt)],
    [words('告知本人', 'its person told'), timeIn(one.toldAt)],
  ]);
}
