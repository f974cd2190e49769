import { type Html, html } from './html';
import { page } from './page';
import { type Entry, found, type Reference } from './reference';

export type Links = readonly (readonly [name: string, address: string])[];

/** Where a page of the reference stands: what is around it is the same for all. */
export type Around = { reference: Reference; api: string; links: Links };

/** A page of the reference, with the operations beside it, those of its own group unfolded. */
export function referenceFrame(
  { reference, links }: Around,
  title: string,
  body: Html,
  here?: Entry,
): string {
  const menu = reference.groups.map(({ name, entries }) => {
    const isHere = here !== undefined && entries.includes(here);
    const items = entries.map(
      (entry) =>
        html`<li><a href="/reference/${entry.name}"${entry === here && html` aria-current="page"`}>${lastOf(entry)}</a></li>`,
    );
    return html`<details${isHere && html` open`}><summary>${name} <span class="count">${entries.length}</span></summary><ul>${items}</ul></details>`;
  });
  return page({ title, body, menu: html`${menu}`, links, search: searchForm(reference, '') });
}

/** Every operation under its heading, or what a search has found. */
export function referencePage(around: Around, asked = ''): string {
  const { reference, api } = around;
  const { version, description = '' } = reference.document.info;
  if (asked) {
    const hits = found(reference, asked);
    const said = hits.length > 0 ? `找到 ${hits.length} 个操作` : '没有找到';
    return referenceFrame(
      around,
      `搜索 ${asked}`,
      html`<p class="crumbs"><a href="/reference">接口参考</a></p><h1>搜索“${asked}”</h1><p class="soft">${said}。按操作名、说明、目的和依据查找，多个词用空格分开。</p>${listOf(hits)}`,
    );
  }
  const sections = reference.groups.map(
    ({
      name,
      says,
      entries,
    }) => html`<details class="group"><summary><h2>${name} <span class="count">${entries.length}</span></h2>
<p class="soft">${says}</p></summary>${listOf(entries)}</details>`,
  );
  return referenceFrame(
    around,
    '接口参考',
    html`<h1>接口参考</h1>
<p class="lead">每个操作一页：谁可以调用、为什么、填什么、得到什么、怎样被拒绝。</p>
<p class="soft">版本 ${version} · 基址 <code>${api}</code> · <a href="/reference/conventions">通用约定和错误码</a> ·
<a href="/openapi.json">OpenAPI 3.1</a>（Postman、Apifox 可以直接导入这个地址）</p>
<p class="soft">${description}</p>${sections}`,
  );
}

/** Works without a script: the browser offers the names, and one that is chosen whole leads straight to its page. */
function searchForm({ groups }: Reference, asked: string): Html {
  const names = groups.flatMap(({ entries }) =>
    entries.map(({ name, operation }) => html`<option value="${name}">${operation.summary}</option>`),
  );
  return html`<form action="/reference" role="search"><input type="search" name="q" value="${asked}" list="operations"
 placeholder="搜索操作" aria-label="搜索操作" autocomplete="off"><datalist id="operations">${names}</datalist> <button>搜索</button></form>`;
}

function listOf(entries: Entry[]): Html {
  const items = entries.map(
    ({ name, operation }) =>
      html`<li><a class="code" href="/reference/${name}">${name}</a><span>${operation.summary}</span><span class="tag">${whoOf(operation['x-caller'])}</span></li>`,
  );
  return html`<ul class="list">${items}</ul>`;
}

/** Without what stands in brackets. */
const whoOf = (caller = '') => caller.replace(/（.*/, '');

const lastOf = ({ name }: Entry) => name.split('/')[1] ?? name;

/** What holds for every operation, and every code with which one may be refused. */
export function conventionsPage(around: Around): string {
  const { reference, api } = around;
  const headers = Object.values(reference.document.components?.parameters ?? {});
  const codes = Object.entries(reference.codes).map(
    ([code, { status, message }]) =>
      html`<tr><td><code>${code}</code></td><td data-is="HTTP">${status}</td><td>${message}</td></tr>`,
  );
  return referenceFrame(
    around,
    '通用约定和错误码',
    html`<p class="crumbs"><a href="/reference">接口参考</a></p><h1>通用约定和错误码</h1>
<dl class="facts">
<dt>调用</dt><dd><code>POST ${api}/函数/操作</code>，内容是 JSON，<code>content-type: application/json</code></dd>
<dt>登录</dt><dd><code>authorization: Bearer 凭证</code>，凭证来自 <a href="/reference/login/signIn">login/signIn</a></dd>
${headers.map(({ name, description }) => html`<dt><code>${name}</code></dt><dd>${description}</dd>`)}
<dt>成功</dt><dd><code>{ "ok": true, "data": … }</code>；正在公告时另有 <code>announcement</code></dd>
<dt>拒绝</dt><dd><code>{ "ok": false, "error": { "code", "message", "details", "requestId" } }</code>；<code>message</code> 可以直接给用户看</dd>
<dt>幂等</dt><dd>带 <code>idempotencyKey</code> 的操作可以原样重发，不会做两次</dd>
</dl>
<h2>错误码 <span class="count">${codes.length}</span></h2>
<p class="soft">列表是封闭的：不会出现别的错误码。</p>
<table><tr><th>错误码</th><th>HTTP</th><th>给用户看的话</th></tr>${codes}</table>`,
  );
}
