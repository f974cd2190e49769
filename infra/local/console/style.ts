/** The look of every page of the local services: from 320 px up, in light and dark, by keyboard, without a script. */
export const style = `
:root { color-scheme: light dark; --ink:#1c2420; --soft:#55605a; --line:#dbe2de; --paper:#fff; --tint:#f3f6f4;
  --brand:#0b6e4f; --on-brand:#fff; --warn:#9a3f06; --warn-tint:#fdf1e7 }
@media (prefers-color-scheme: dark) { :root { --ink:#e6ece8; --soft:#a3b0a9; --line:#35413b; --paper:#151a17;
  --tint:#1e2622; --brand:#5cc9a3; --on-brand:#08281c; --warn:#f0b184; --warn-tint:#33241a } }
* { box-sizing:border-box }
body { margin:0; color:var(--ink); background:var(--paper); font:15px/1.65 system-ui,-apple-system,"PingFang SC",
  "Microsoft YaHei","Noto Sans SC","Noto Sans CJK SC",sans-serif }
code,pre,.code { font-family:ui-monospace,Menlo,Consolas,"Noto Sans Mono CJK SC",monospace; font-size:.92em }
code { overflow-wrap:anywhere }
a { color:var(--brand) } a:focus-visible,button:focus-visible,summary:focus-visible,input:focus-visible,select:focus-visible {
  outline:3px solid #1a73e8; outline-offset:2px }
header { display:flex; flex-wrap:wrap; gap:.4rem 1.4rem; align-items:center; padding:.7rem 1.5rem; border-bottom:1px solid var(--line) }
header a { text-decoration:none } .brand { font-weight:700; font-size:1.1rem; color:var(--ink) }
header nav { display:flex; flex-wrap:wrap; gap:.2rem 1.1rem } header form { margin-left:auto }
.columns { display:grid; grid-template-columns:15rem minmax(0,1fr); max-width:82rem; margin:0 auto }
.single { max-width:60rem; margin:0 auto }
.menu { padding:1.2rem .5rem 2rem 1.5rem; border-right:1px solid var(--line); font-size:.9rem; position:sticky; top:0;
  align-self:start; max-height:100vh; overflow:auto }
.menu summary { cursor:pointer; padding:.2rem 0; font-weight:600 } .menu ul { list-style:none; margin:.1rem 0 .6rem; padding:0 0 0 .9rem }
.menu li a { display:block; padding:.08rem .4rem; border-radius:4px; text-decoration:none; color:inherit; overflow-wrap:anywhere }
.menu li a:hover { color:var(--brand) } .menu [aria-current] { background:var(--tint); color:var(--brand)!important; font-weight:600 }
main { padding:1.2rem 1.5rem 4rem; min-width:0 }
h1 { font-size:1.55rem; line-height:1.3; margin:.1rem 0 .5rem; overflow-wrap:anywhere } h1.code { font-size:1.4rem } h2 { margin:2rem 0 .4rem; font-size:1.15rem }
details>summary>h2 { display:inline-block } h3 { margin:1.2rem 0 .3rem; font-size:1rem } p { margin:.3rem 0 .7rem }
pre { background:var(--tint); padding:.7rem .9rem; overflow:auto; border-radius:6px; margin:.3rem 0 .8rem; line-height:1.5 }
pre.answer { max-height:20rem } pre.text { white-space:pre-wrap; font-family:inherit; overflow-wrap:anywhere }
.soft { color:var(--soft) } .lead { font-size:1.05rem } .count { color:var(--soft); font-weight:400; font-size:.9em }
.tag { background:var(--tint); border-radius:4px; padding:.05rem .45rem; font-size:.86em; white-space:nowrap; display:inline-block }
.need { color:var(--warn); font-size:.86em; white-space:nowrap } .crumbs { font-size:.9rem; color:var(--soft); margin:0 0 .4rem }
.notice { border-left:4px solid var(--brand); background:var(--tint); padding:.6rem .9rem; border-radius:0 6px 6px 0; margin:0 0 1rem }
.notice.bad { border-color:var(--warn); background:var(--warn-tint) }
dl.facts { display:grid; grid-template-columns:max-content minmax(0,1fr); gap:.15rem 1rem; margin:.6rem 0 0; font-size:.93rem }
dl.facts dt { color:var(--soft) } dl.facts dd { margin:0 }
.split { display:grid; gap:0 2rem; grid-template-columns:minmax(0,1fr) } @media (min-width:64rem) { .split { grid-template-columns:minmax(0,1fr) 23rem } }
.fields,.list { list-style:none; margin:.2rem 0 0; padding:0 }
.fields>li { display:grid; grid-template-columns:minmax(7rem,13rem) minmax(0,1fr); gap:0 .9rem; padding:.28rem 0; border-bottom:1px solid var(--line) }
.fields.wide>li { grid-template-columns:minmax(9rem,24rem) minmax(0,1fr) }
.fields>li>details { grid-column:1/-1; padding-left:1rem } .fields .fields>li:last-child { border-bottom:0 }
.fields summary { cursor:pointer; font-size:.9em; color:var(--brand) }
.list>li { display:grid; grid-template-columns:minmax(9rem,17rem) minmax(0,1fr) max-content; gap:0 .9rem; padding:.28rem 0; border-bottom:1px solid var(--line) }
.group { border-bottom:1px solid var(--line); padding:.5rem 0 } .group>summary { cursor:pointer } .group>summary h2 { margin:0 } .group>p { margin:.2rem 0 }
.list a { overflow-wrap:anywhere }
.cards { display:grid; grid-template-columns:repeat(auto-fill,minmax(min(17rem,100%),1fr)); gap:.9rem; padding:0; list-style:none; margin:1rem 0 }
.card { border:1px solid var(--line); border-radius:8px; padding:.9rem 1.1rem; min-width:0; margin:0 0 .9rem } .cards .card { margin:0 }
.card h2,.card h3 { margin:0 0 .2rem; font-size:1.05rem }
table { border-collapse:collapse; width:100%; font-size:.93rem } th { color:var(--soft); font-weight:500 }
td,th { text-align:left; vertical-align:top; padding:.3rem .9rem .3rem 0; border-bottom:1px solid var(--line); overflow-wrap:anywhere }
form.row { display:flex; flex-wrap:wrap; gap:.5rem .7rem; align-items:end; margin:.4rem 0 } label { font-size:.86rem; color:var(--soft); min-width:0 }
label>input,label>select { display:block; margin-top:.1rem } .check>input { display:inline-block }
input,select,button { font:inherit; color:inherit; padding:.32rem .6rem; border:1px solid var(--line); border-radius:6px; background:var(--paper); max-width:100% }
button { background:var(--brand); color:var(--on-brand); border-color:var(--brand); cursor:pointer } button.second { background:none; color:var(--brand) }
@media (max-width:52rem) { .columns { display:block } .menu { display:none } main { padding:1rem } header { padding:.7rem 1rem }
  header form { margin:0; width:100%; display:flex; gap:.5rem } header form input { flex:1; min-width:0 } }
@media (max-width:40rem) { dl.facts,.fields>li,.list>li { display:block } dl.facts dd { margin-bottom:.4rem } .list .tag { margin-top:.1rem }
  table,tbody,tr,td { display:block } tr:has(th) { display:none } tr { border-bottom:1px solid var(--line); padding:.3rem 0 } td { border:0; padding:.05rem 0 }
  td[data-is]::before { content:attr(data-is) " "; color:var(--soft); font-size:.86em } form.row label,form.row label>input,form.row label>select { width:100% }
  form.row .check>input { width:auto } }
`;
