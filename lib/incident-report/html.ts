import { createHash } from 'node:crypto';
import { text } from '../html';
import { DRILL_WORDS, type Report } from './report';

/** A4, in what fonts the officer's machine has; the last but one has the rare characters of names. */
const style = `
@page { size: A4; margin: 24mm 22mm; }
body { font: 11pt/1.8 "Noto Serif CJK SC", "Source Han Serif SC", SimSun, "Songti SC", SimSun-ExtB, serif; color: #000; max-width: 166mm; margin: 0 auto; }
h1 { text-align: center; font-size: 20pt; margin: 8mm 0; }
h2 { font-size: 12pt; margin: 6mm 0 2mm; break-after: avoid; }
p { margin: 0 0 2mm; text-indent: 2em; overflow-wrap: anywhere; }
table { width: 100%; border-collapse: collapse; table-layout: fixed; }
th, td { border: 0.5pt solid #555; padding: 1.5mm 2mm; text-align: left; vertical-align: top; overflow-wrap: anywhere; }
section tr { break-inside: avoid; }
.sheet > thead > tr > td, .sheet > tbody > tr > td, .sheet > tfoot > tr > td { border: 0; padding: 0 0.3mm; }
.facts th { width: 28mm; }
.signature { text-align: right; margin-top: 14mm; break-inside: avoid; }
.signature p { text-indent: 0; }
/* Head and foot of a table stand on every page, in every browser. */
.drill { color: #b3261e; font-weight: bold; text-align: center; }
.number { font-size: 8.5pt; padding-top: 4mm; }
`;

const styleHash = createHash('sha256').update(style, 'utf8').digest('base64');
/** The page loads nothing and runs nothing. */
const policy = `default-src 'none'; style-src 'sha256-${styleHash}'; base-uri 'none'; form-action 'none'`;

/** The page of a report to print: one document in Chinese that asks for nothing else. Every word is text. */
export function reportHtml({ title, number, drill, facts, sections, signature }: Report): string {
  return `<!doctype html>
<html lang="zh-CN">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<title>${text(`${title} ${number}`)}</title>
<style>${style}</style>
</head>
<body>
<table class="sheet" role="presentation">
<thead><tr><td>${drill ? `<div class="drill">${DRILL_WORDS}</div>` : ''}</td></tr></thead>
<tfoot><tr><td><div class="number">${text(number)}</div></td></tr></tfoot>
<tbody><tr><td>
<h1>${text(title)}</h1>
<section><table class="facts"><tbody>
${facts.map(([name, value]) => `<tr><th scope="row">${text(name)}</th><td>${text(value)}</td></tr>`).join('\n')}
</tbody></table></section>
${sections.map(section).join('\n')}
<div class="signature">${signature.map(paragraph).join('')}</div>
</td></tr></tbody>
</table>
</body>
</html>
`;
}

function section({ heading, paragraphs = [], table }: Report['sections'][number]): string {
  const parts = [
    `<h2>${text(heading)}</h2>`,
    ...paragraphs.map(paragraph),
    ...(table ? [tableOf(table)] : []),
  ];
  return `<section>\n${parts.join('\n')}\n</section>`;
}

function tableOf({ head, widths, rows }: NonNullable<Report['sections'][number]['table']>): string {
  const shares = widths ?? head.map(() => 1);
  const sum = shares.reduce((all, one) => all + one, 0);
  const columns = shares.map((share) => `<col width="${Math.round((share / sum) * 100)}%">`).join('');
  const line = (cells: string[], tag: string) =>
    `<tr>${cells.map((cell) => `<${tag}>${text(cell)}</${tag}>`).join('')}</tr>`;
  const body = rows.map((row) => line(row, 'td')).join('\n');
  return `<table><colgroup>${columns}</colgroup><thead>${line(head, 'th')}</thead><tbody>\n${body}\n</tbody></table>`;
}

const paragraph = (words: string) => `<p>${text(words)}</p>`;
