import { Marked, type Tokens } from 'marked';
import { text } from '../../lib/html';
import { buildRegistry, isSensitive, nameOfKind } from '../../lib/policy/registry';

/** Fewer headings than this need no contents. */
const CONTENTS_FROM = 3;

/** Names of kinds that are sensitive personal information (PIPL art. 28), which stand out wherever they are named. */
const sensitive = new Set(
  Object.keys(buildRegistry.kinds)
    .filter((id) => isSensitive(buildRegistry, id))
    .map((id) => nameOfKind(buildRegistry, id)),
);

type Heading = { id: string; depth: number; words: string };

/** A document of the policy as a page with its style inside; it loads nothing and runs nothing. */
export function toHtml({ title, markdown }: { title: string; markdown: string }): string {
  const headings: Heading[] = [];
  const body = new Marked({ renderer: rendererInto(headings) }).parse(markdown, { async: false }).trim();
  const legend = body.includes('class="sensitive"') ? `${legendWords}\n` : '';
  // They stand before the first chapter, after what the whole document is.
  const before = Math.max(body.search(/<h2|<table/), 0);
  return `<!doctype html>
<html lang="zh-CN">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${text(title)}</title>
<style>${style}</style>
</head>
<body>
<main>
${body.slice(0, before)}${legend}${contentsOf(headings)}${body.slice(before)}
</main>${headings.length < CONTENTS_FROM ? '' : '\n<a class="up" href="#contents">目录</a>'}
</body>
</html>
`;
}

const legendWords = '<p class="legend"><strong class="sensitive">这样标出的</strong>是敏感个人信息。</p>';

/** Numbered chapters and sections; purposes stand below them and are found by reading on. */
function contentsOf(headings: Heading[]): string {
  if (headings.length < CONTENTS_FROM) return '';
  const lines = headings.map(
    ({ id, depth, words }) => `<li class="level${depth}"><a href="#${id}">${words}</a></li>`,
  );
  return `<nav id="contents" aria-label="目录"><h2>目录</h2><ul>\n${lines.join('\n')}\n</ul></nav>\n`;
}

function rendererInto(headings: Heading[]) {
  return {
    heading({ depth, text: words }: Tokens.Heading): string {
      const number = /^[\d.]+(?= )/.exec(words)?.[0];
      const isListed = number !== undefined || depth === 2;
      if (!isListed) return `<h${depth}>${text(words)}</h${depth}>\n`;
      const id = number ? `c${number}` : `h${headings.length}`;
      headings.push({ id, depth, words: text(words) });
      return `<h${depth} id="${id}">${text(words)}</h${depth}>\n`;
    },
    table({ header, rows }: Tokens.Table): string {
      const names = header.map((cell) => text(cell.text));
      const lines = rows.map((row) => {
        const cells = row.map((cell, index) => `<td data-is="${names[index]}">${marked(cell.text)}</td>`);
        return `<tr${sensitive.has(row[0]?.text ?? '') ? ' class="sensitive"' : ''}>${cells.join('')}</tr>`;
      });
      const head = names.map((name) => `<th scope="col">${name}</th>`).join('');
      return `<table>\n<thead><tr>${head}</tr></thead>\n<tbody>\n${lines.join('\n')}\n</tbody>\n</table>\n`;
    },
    text(token: Tokens.Text | Tokens.Escape): string | false {
      return 'tokens' in token && token.tokens ? false : marked(token.text);
    },
  };
}

/** Words as HTML, with every sensitive kind in them marked: kinds are named one by one, with a semicolon between. */
function marked(words: string): string {
  const [, before = '', list = ''] = /^(信息：)?(.*)$/s.exec(words) ?? [];
  const names = list
    .split('；')
    .map((name) => (sensitive.has(name) ? `<strong class="sensitive">${text(name)}</strong>` : text(name)));
  return before + names.join('；');
}

const style = `
:root { color-scheme: light dark; --ink:#1f2328; --soft:#57606a; --line:#d0d7de; --paper:#fff; --head:#f6f8fa; --link:#0b6e4f; --mark:#fff3e2; --mark-ink:#8a3b05 }
@media (prefers-color-scheme: dark) { :root { --ink:#e6ece8; --soft:#a3b0a9; --line:#35413b; --paper:#151a17; --head:#1e2622; --link:#5cc9a3; --mark:#3a2b1a; --mark-ink:#f0b184 } }
body { margin:0; background:var(--paper); color:var(--ink); font:16px/1.7 system-ui,"PingFang SC","Microsoft YaHei","Noto Sans SC","Noto Sans CJK SC",sans-serif }
main { max-width:62rem; margin:0 auto; padding:1rem 1rem 4rem; overflow-wrap:break-word }
h1 { font-size:1.7rem; line-height:1.35; margin:.8rem 0 .4rem } h2 { font-size:1.3rem; margin:2.2rem 0 .5rem } h3 { font-size:1.1rem; margin:1.6rem 0 .4rem } h4 { font-size:1rem; margin:1.4rem 0 .2rem }
:target { scroll-margin-top:.5rem; background:var(--head) } a { color:var(--link) } a:focus-visible { outline:3px solid #1a73e8; outline-offset:2px }
nav { border:1px solid var(--line); border-radius:8px; padding:.6rem 1rem; margin:1rem 0 } nav h2 { margin:0; font-size:1rem }
nav ul { list-style:none; margin:.3rem 0 0; padding:0; columns:20rem 2; font-size:.93rem } nav li { break-inside:avoid } nav a { text-decoration:none }
.level2 { font-weight:600 } .level3 { padding-left:1rem } .level4 { padding-left:2rem }
.legend { color:var(--soft); font-size:.9rem } strong.sensitive { background:var(--mark); color:var(--mark-ink); border-radius:3px; padding:0 .15em }
table { border-collapse:collapse; font-size:14px; width:100%; margin:.6rem 0 } td,th { border:1px solid var(--line); padding:.4em .6em; text-align:left; vertical-align:top }
th { background:var(--head); position:sticky; top:0 } tr.sensitive td { background:var(--mark) } tr.sensitive td:first-child { border-left:4px solid var(--mark-ink) }
ul { padding-left:1.3rem; margin:.2rem 0 } .up { position:fixed; right:1rem; bottom:1rem; background:var(--paper); border:1px solid var(--line); border-radius:999px; padding:.2rem .9rem; text-decoration:none }
@media (min-width:48rem) { td { min-width:4.6em } td:first-child { min-width:9em } }
@media (max-width:48rem) { table,tbody,tr,td { display:block } thead { display:none } tr { border:1px solid var(--line); border-radius:6px; padding:.4rem .7rem; margin:.5rem 0 }
  tr.sensitive { border-left:4px solid var(--mark-ink); background:var(--mark) } td,tr.sensitive td:first-child { border:0; padding:.1rem 0 } td:first-child { font-weight:600 }
  td:not(:first-child)::before { content:attr(data-is) "："; color:var(--soft) } }
@media print { .up,nav { display:none } }
`;
