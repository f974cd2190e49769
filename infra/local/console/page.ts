import { type Html, html } from './html';

/** A whole page of the console. */
export function page(title: string, body: Html, aside?: Html): string {
  const { markup } = html`<!doctype html>
<html lang="zh-CN">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title} · 乐聊名片</title>
<style>${{ markup: css }}</style>
</head>
<body>
<header><a class="brand" href="/">乐聊名片</a><nav><a href="/reference">接口参考</a><a href="/mailbox">邮箱</a></nav></header>
<div class="${aside ? 'columns' : 'single'}">
${aside && html`<aside>${aside}</aside>`}
<main><h1>${title}</h1>${body}</main>
</div>
</body>
</html>`;
  return markup;
}

const css = `
:root { color-scheme: light dark; --ink:#1d2420; --soft:#5c6862; --line:#dfe5e1; --paper:#fff; --tint:#f3f7f4;
  --brand:#0a7d46; --warn:#a8480c; }
@media (prefers-color-scheme: dark) { :root { --ink:#e6ece8; --soft:#9aa79f; --line:#33403a; --paper:#151a17;
  --tint:#1d2420; --brand:#5cc98f; --warn:#eba36a; } }
* { box-sizing:border-box }
body { margin:0; color:var(--ink); background:var(--paper); line-height:1.65; font-size:15px;
  font-family:-apple-system,"PingFang SC","Microsoft YaHei","Noto Sans SC","Noto Sans CJK SC",sans-serif }
code,pre,.path { font-family:ui-monospace,Menlo,Consolas,"Noto Sans Mono CJK SC",monospace; font-size:.92em }
a { color:var(--brand) }
header { display:flex; gap:2rem; align-items:baseline; padding:.8rem 2rem; border-bottom:1px solid var(--line) }
header nav a { margin-right:1.2rem; text-decoration:none }
.brand { font-weight:700; font-size:1.1rem; text-decoration:none; color:var(--ink) }
.columns { display:grid; grid-template-columns:17rem minmax(0,1fr); max-width:78rem; margin:0 auto }
.single { max-width:52rem; margin:0 auto }
aside { padding:1.5rem 1rem 2rem 2rem; border-right:1px solid var(--line); font-size:.92em; align-self:start;
  position:sticky; top:0; max-height:100vh; overflow:auto }
aside ul { list-style:none; margin:.2rem 0 1rem; padding:0 }
aside a { text-decoration:none; color:inherit; display:block; padding:.1rem 0 }
aside a:hover { color:var(--brand) }
main { padding:1.5rem 2rem 4rem; min-width:0 }
h1 { font-size:1.7rem; margin:.2rem 0 1rem } h2 { margin:2.5rem 0 .5rem; font-size:1.3rem }
h3 { margin:0; font-size:1.08rem } h4 { margin:1.1rem 0 .3rem; font-size:.92rem; color:var(--soft) }
table { border-collapse:collapse; width:100%; font-size:.93em } td,th { text-align:left; vertical-align:top;
  padding:.35rem .9rem .35rem 0; border-bottom:1px solid var(--line) } th { color:var(--soft); font-weight:500 }
tr:last-child td { border-bottom:0 }
pre { background:var(--tint); padding:.8rem 1rem; overflow:auto; border-radius:6px; margin:.3rem 0 }
pre.text { white-space:pre-wrap; font-family:inherit }
.card { border:1px solid var(--line); border-radius:8px; padding:1rem 1.3rem; margin:1rem 0 }
.verb { display:inline-block; min-width:3.2rem; font-weight:700; color:var(--brand) }
.soft { color:var(--soft) } td .soft { white-space:nowrap } .need { color:var(--warn); white-space:nowrap } .tag { background:var(--tint);
  border-radius:4px; padding:.05rem .45rem; margin-right:.4rem; font-size:.88em; white-space:nowrap }
.fields { table-layout:fixed } .fields th:nth-child(1) { width:27% } .fields th:nth-child(2) { width:20% }
.fields th:nth-child(3) { width:10% } .fields td { overflow-wrap:anywhere }
td .deep { color:var(--soft) }
@media (max-width:52rem) { .columns { display:block } aside { position:static; border:0; padding:1rem 2rem 0 }
  main { padding:1rem } header { padding:.8rem 1rem } }
`;
