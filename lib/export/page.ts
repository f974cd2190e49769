import { createHash } from 'node:crypto';
import { text } from '../html';
import { purposes } from '../policy/purposes';
import { operator } from '../policy/registry';
import { beijingTime } from '../policy/working-days';
import type { LedgerAct } from '../table/ledger/acts';
import { ledgerEntry } from '../table/ledger/ledger';
import { personProcess } from '../table/process/process';
import type { Exported } from '../table/readers/export';
import { kindName, recordHtml, valueHtml } from './page-values';
import type { AboutExport, Chunk, ExportPart } from './part';
import { purposeOf } from './record';
import { actWords } from './words';

/** Read on a phone, printed on A4, in what fonts the person's machine has. */
const style = `
@page { size: A4; margin: 18mm 16mm; }
:root { color-scheme: light; }
body { font: 16px/1.7 "PingFang SC", "Noto Sans CJK SC", "Microsoft YaHei", SimSun-ExtB, sans-serif; color: #1a1a1a; background: #fff; max-width: 760px; margin: 0 auto; padding: 20px 16px 48px; }
h1 { font-size: 24px; line-height: 1.35; margin: 8px 0 12px; }
h2 { font-size: 19px; margin: 32px 0 4px; padding-top: 12px; border-top: 2px solid #1a1a1a; break-after: avoid; }
h3 { font-size: 16px; margin: 0; }
p { margin: 4px 0 10px; overflow-wrap: anywhere; }
.why, .since { color: #555; font-size: 14px; }
.since { margin: 0 0 6px; }
article { margin: 14px 0; padding: 10px 12px; border: 1px solid #ccc; border-radius: 6px; break-inside: avoid; }
table { width: 100%; border-collapse: collapse; table-layout: fixed; }
th, td { padding: 5px 8px 5px 0; border-top: 1px solid #e4e4e4; text-align: left; vertical-align: top; overflow-wrap: anywhere; white-space: pre-wrap; }
th { width: 32%; font-weight: normal; color: #555; }
.line { margin: 0; padding: 6px 0; border-top: 1px solid #e4e4e4; break-inside: avoid; }
.line time { color: #555; font-size: 14px; margin-right: 8px; white-space: nowrap; }
footer { margin-top: 32px; padding-top: 10px; border-top: 1px solid #ccc; color: #555; font-size: 13px; overflow-wrap: anywhere; }
@media print { body { font-size: 10.5pt; max-width: none; padding: 0; } article { border-color: #999; } }
`;

const styleHash = createHash('sha256').update(style, 'utf8').digest('base64');
/** The page loads nothing and runs nothing. */
const policy = `default-src 'none'; style-src 'sha256-${styleHash}'; base-uri 'none'; form-action 'none'`;

/** Everything there is about the person, to be read and printed: by purpose, in Chinese. What is technical is in the data. */
export const pagePart: ExportPart = {
  id: 'page',
  name: '可以阅读和打印的页面',
  chunks: ({ exported }) => (exported ? chunksOf(exported) : []),
  files(chunks, number, about) {
    const content = Buffer.from(pageHtml(chunks, number, about));
    return [{ name: number === 1 ? '我的信息.html' : `我的信息-${number}.html`, content }];
  },
};

function chunksOf(exported: Exported): Chunk[] {
  // What is under way, this very export among it, is told by its result.
  if (exported.entity === personProcess.name) return [];
  const html = exported.entity === ledgerEntry.name ? ledgerLine(exported) : recordHtml(exported);
  return html === '' ? [] : [{ section: purposeOf(exported.entity), content: Buffer.from(html) }];
}

/** One line of the ledger, in words. */
function ledgerLine({ values }: Exported): string {
  const of = Object.fromEntries(values.map(({ attribute, value }) => [attribute, value]));
  const purpose = of.purpose === undefined ? '' : `（${valueHtml('purpose', of.purpose)}）`;
  const more = [
    of.recipient === undefined ? '' : `接收方：${valueHtml('recipient', of.recipient)}`,
    Array.isArray(of.kinds) ? `信息：${text(of.kinds.map((kind) => kindName(String(kind))).join('、'))}` : '',
    of.staff === undefined ? '' : `工作人员：${valueHtml('staff', of.staff)}`,
    of.ticket === undefined ? '' : `工单：${valueHtml('ticket', of.ticket)}`,
    of.count === undefined ? '' : `${valueHtml('count', of.count)} 条`,
  ].filter(Boolean);
  const act = text(actWords[of.act as LedgerAct] ?? String(of.act));
  const rest = more.length > 0 ? `<br>${more.join('；')}` : '';
  return `<p class="line"><time>${valueHtml('at', of.at)}</time>${act}${purpose}${rest}</p>\n`;
}

function pageHtml(
  chunks: readonly Chunk[],
  number: number,
  { exportId, askedAt, transfer }: AboutExport,
): string {
  const whose = transfer
    ? '这是转移包：只有您同意提供的或者基于约定收集的信息，涉及他人的记录不在其中。'
    : '别人的信息不在其中：与您有来往的人，只出现您自己写下的备注和约定的名片项目。';
  const title = `我的个人信息${number === 1 ? '' : `（续 ${number}）`}`;
  const intro = `<p>这是您于 ${beijingTime(askedAt)}（北京时间）从“${text(operator.service)}”导出的个人信息，按用途排列。编号、版本等技术性内容在“数据”文件夹里，供程序读取；名片和图片另有文件。${whose}</p>
<p>个人信息处理者：${text(operator.name)}。要更正、删除或者提出疑问，请在小程序的“我的信息”里办理，或者致电 ${text(operator.contact)}。</p>`;
  const body = chunks.map((chunk, index) => {
    const isNew = chunk.section !== chunks[index - 1]?.section;
    return `${isNew ? heading(chunk.section) : ''}${chunk.content.toString('utf8')}`;
  });
  return `<!doctype html>
<html lang="zh-CN">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<title>${text(title)}</title>
<style>${style}</style>
</head>
<body>
<h1>${text(title)}</h1>
${number === 1 ? intro : ''}
<main>
${body.join('')}</main>
<footer>导出编号 ${text(exportId)} · 第 ${number} 份。这份文件含有您的个人信息，请妥善保管，不要转发给不信任的人。</footer>
</body>
</html>
`;
}

function heading(section: string | undefined): string {
  const purpose = purposes[section as keyof typeof purposes];
  if (!purpose) return '';
  return `<h2>${text(purpose.name)}</h2>\n<p class="why">${text(purpose.why)}依据：${text(purpose.ground)}。</p>\n`;
}
