import { rename, writeFile } from 'node:fs/promises';
import { reportItems, reportKinds, reportNames } from '../../../../lib/policy/incident/report-items';
import { beijingTime } from '../../../../lib/policy/working-days';
import { Stop } from '../../../command-line/exit';
import { neededOneOf, neededText, neededWhole, text, texts } from '../../../command-line/options';
import { words } from '../../../command-line/words';
import { command, group } from '../../command';
import { confirmStep } from '../../confirm';
import { incidentId, neededInstant, neededJson } from '../../options';
import { reportPdf } from '../../pdf/pdf';
import type { Session } from '../../session';
import { factsIn, rowsIn, sectionsIn, timeIn } from '../../view';
import { readJson } from '../call';
import { ofDrill, yes } from './duty';
import type { Client } from './incident-view';

type Report = Omit<Awaited<ReturnType<Client['breach']['report']>>, 'page' | 'html'>;

const incident = incidentId('事件编号', 'number of the incident');
const number = neededWhole('第几份报告', 'which report of the incident');

/** Reports to the authorities. */
export const reportCommands = group(words('向主管部门的报告', 'reports to the authorities'), {
  draft: command({
    does: words('起草一份报告，报送之前可以重写', 'draft a report, or draft it anew before it is filed'),
    places: {
      incident,
      kind: neededOneOf(reportKinds, '初报、补报、总结报告', 'first, supplement or closing'),
      authority: neededText(
        '主管部门，如 show 所列义务中冒号之后',
        'to whom: what follows the colon of a duty of show',
      ),
    },
    options: { items: neededJson('各项内容：JSON，@文件，或者 -', 'its items: JSON, @file, or -') },
    async run(session, { incident: incidentId, kind, authority, items: given }) {
      const items = (await readJson(session.around, given)) as Record<string, string>;
      const made = await (await session.api()).breach.draftReport({ incidentId, kind, authority, items });
      await session.print(made, () => reportView(session, made));
    },
  }),
  list: command({
    does: words(
      '一起事件的全部报告，以及还没有补报的项目',
      'every report of an incident, and what has still to follow',
    ),
    places: { incident },
    async run(session, { incident: incidentId }) {
      const found = await (await session.api()).breach.reports({ incidentId });
      await session.print(found, async () => {
        const reports = await rowsIn(
          session,
          [
            [words('编号', 'number'), (one) => one.number],
            [words('种类', 'kind'), ({ kind }) => kindIn(session, kind)],
            [words('主管部门', 'authority'), (one) => one.authority],
            [words('报送', 'filed'), (one) => timeIn(one.filedAt)],
          ],
          found.reports,
        );
        const owed = found.outstanding.flatMap(({ authority, items }) =>
          items.map(({ id, name }) => `  · ${authority} ${id} ${name}`),
        );
        const head = words('还没有补报', 'Still to follow');
        return [reports, sectionsIn(session, [[head, owed.join('\n')]])].filter(Boolean).join('\n\n');
      });
    },
  }),
  show: command({
    does: words('一份报告的全文', 'a report in full'),
    places: { incident, number },
    async run(session, { incident: incidentId, number }) {
      const found = await (await session.api()).breach.report({ incidentId, number });
      await session.print(found, () => reportView(session, found));
    },
  }),
  pdf: command({
    does: words('在这台机器上排成 PDF，打印或者报送', 'set it as PDF on this machine, to print or hand in'),
    places: {
      incident,
      number,
      file: text('写到哪个文件，默认以编号为名', 'file to write; named by its number when absent'),
    },
    options: { font: texts('另加的字体文件，用于少见的字', 'a font file besides, for rare characters') },
    async run(session, { incident: incidentId, number, file = `${incidentId}-${number}.pdf`, font }) {
      const { page } = await (await session.api()).breach.report({ incidentId, number });
      await writeWhole(file, await reportPdf(page, font));
      await session.print({ file }, () => session.text(words(`已写入 ${file}`, `Written: ${file}`)));
    },
  }),
  file: command({
    does: words(
      '登记一份报告已经报送；此后不能再改，只能补报',
      'record that a report was handed in: it never changes after',
    ),
    places: { incident, number },
    options: {
      at: neededInstant('何时', 'when'),
      way: neededText('方式：电话、网页、公文等', 'how: by telephone, a web page, a letter'),
      receipt: text('回执编号', 'number of the receipt'),
      reason: text('逾期的原因', 'why it was late'),
      yes,
    },
    async run(session, { incident: incidentId, number, at, way, receipt, reason, yes: given }) {
      const { breach } = await session.api();
      const { page, html: _, ...seen } = await breach.report({ incidentId, number });
      const view = await reportView(session, seen);
      const step = words(
        `将登记以上报告已于 ${beijingTime(at)} 报送${seen.to}。此后不能再改，只能补报。`,
        `The report above will be recorded as handed in to ${seen.to} at ${beijingTime(at)}. It never changes after; supplements may follow.`,
      );
      await confirmStep(session, {
        number: incidentId,
        does: [words(view, view), ...ofDrill(page), step],
        yes: given,
      });
      const what = {
        incidentId,
        number,
        fingerprint: seen.fingerprint,
        filedAt: at,
        way,
        receiptNumber: receipt,
        reason,
      };
      const done = await breach.fileReport(what);
      await session.print(done, () => reportView(session, done));
    },
  }),
});

const kindIn = ({ lang }: Session, kind: Report['kind']) => (lang === 'zh' ? reportNames[kind] : kind);

async function reportView(session: Session, one: Report): Promise<string> {
  const { submission } = one;
  const nameOf = (id: string) => {
    const item = reportItems[one.kind].find((known) => known.id === id);
    return session.lang === 'zh' && item ? `${id} ${item.name}` : id;
  };
  const filed = submission ? words('已报送', 'filed') : words('草稿', 'draft');
  const head = await factsIn(session, [
    [words('报告', 'report'), one.number],
    [words('种类', 'kind'), kindIn(session, one.kind)],
    [words('报送对象', 'to'), one.to],
    [words('状态', 'state'), session.text(filed)],
    [words('起草', 'drafted'), timeIn(one.draftedAt)],
    [
      words('报送', 'filed'),
      submission && `${timeIn(submission.filedAt)} ${submission.way} ${submission.receiptNumber ?? ''}`,
    ],
    [words('摘要', 'fingerprint'), one.fingerprint],
  ]);
  const items = Object.entries(one.items).map(([id, said]) => `${nameOf(id)}\n${lineIn(said)}`);
  const listed = (ids: readonly string[]) => ids.map((id) => `  · ${nameOf(id)}`).join('\n') || undefined;
  const owed = sectionsIn(session, [
    [words('缺少，补上才能报送', 'Missing, and not filed without'), listed(one.missing)],
    [words('可以后补', 'May follow'), listed(one.follows)],
  ]);
  return [head, ...items, owed].filter(Boolean).join('\n\n');
}

/** Its lines stay; whatever else could move the cursor is shown as a dot. */
const lineIn = (said: string) => said.replace(/(?!\n)\p{Cc}|\p{Bidi_Control}/gu, '·');

/** Written beside and renamed into place, so that an interruption leaves no half of a report. */
async function writeWhole(file: string, content: Buffer): Promise<void> {
  const draft = `${file}.${process.pid}.tmp`;
  try {
    await writeFile(draft, content);
    await rename(draft, file);
  } catch {
    throw new Stop('refused', words('写不了这个文件。', 'The file cannot be written.'));
  }
}
