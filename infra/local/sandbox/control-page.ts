import { type Html, html } from '../console/html';
import { page } from '../console/page';
import { answerControl, shownRoutes } from './control';
import type { Control, ControlAnswer } from './control-route';

/** Of each list so many lines; all of it is under the address beside it. */
const LINES_SHOWN = 20;

/**
 * What a browser gets: the page at /sandbox, and the same page with what came of it for each of its forms. Undefined for
 * every other address, which is answered as programs are.
 */
export function answerPage(
  control: Control,
  method: string,
  path: string,
  text: string,
): { status: number; page: string } | undefined {
  if (method === 'POST') {
    const { method: meant = 'POST', ...fields } = readForm(text);
    const answer = answerControl(control, String(meant), path, JSON.stringify(fields));
    return { status: answer.status, page: sandboxPage(control, answer) };
  }
  const isPage = method === 'GET' && /^\/sandbox\/?$/.test(path);
  return isPage ? { status: 200, page: sandboxPage(control) } : undefined;
}

/** The fields of a form that were filled in. A name that ends in `:number` or `:yes` says what the text stands for. */
function readForm(text: string): Record<string, unknown> {
  const filled = [...new URLSearchParams(text)].filter(([, value]) => value !== '');
  return Object.fromEntries(
    filled.map(([given, value]) => {
      const [name = '', kind] = given.split(':');
      return [name, kind === 'number' ? Number(value) : kind === 'yes' ? true : value];
    }),
  );
}

function sandboxPage(control: Control, answer?: ControlAnswer): string {
  const body = html`<h1>合作方沙箱</h1>
<p class="lead">代替微信、腾讯云和国家网络身份认证：接口、错误码和限额都一样。数据只在内存里，停下就没有了。</p>
${answer && noticeOf(answer)}
${peopleOf(control)}${identityOf(control)}${troubleOf(control)}${messagesOf(control)}${callsOf(control)}${controlsOf(control)}`;
  return page({ title: '合作方沙箱', body, links: [['沙箱', '/sandbox'], ...sectionLinks] });
}

const sectionLinks = [
  ['人', '#people'],
  ['实名', '#identity'],
  ['故障', '#faults'],
  ['消息', '#messages'],
  ['调用', '#calls'],
  ['控制接口', '#controls'],
] as const;

function noticeOf({ status, body }: ControlAnswer): Html {
  const isGood = status < 300;
  return html`<div class="notice${!isGood && ' bad'}" role="status"><strong>${isGood ? '办好了' : '没有办成'}</strong>
<pre>${JSON.stringify(body, null, 2)}</pre></div>`;
}

function peopleOf({ state }: Control): Html {
  const rows = [...state.people.values()].slice(-LINES_SHOWN).reverse();
  const people = rows.map(
    ({ openid, unionid, risk, rank }) => html`<tr><td><code>${openid}</code></td>
<td data-is="风险">${risk ? '微信拒绝登录' : (rank ?? '无')}${unionid && html`<br><code>${unionid}</code>`}</td>
<td>${form(`/sandbox/people/${openid}/code`, '发登录码', '')}
${form(`/sandbox/people/${openid}/phone-code`, '发手机号凭证', field('手机号', 'phone', '13800138000'))}</td></tr>`,
  );
  return html`<h2 id="people">有微信的人 <span class="count">${state.people.size}</span></h2>
${form('/sandbox/people', '造一个人', html`${field('openid（可以不填）', 'openid', '')}${field('unionid（可以不填）', 'unionid', '')}${select('安全等级', 'rank:number', ['', '0', '1', '2', '3', '4'])}${check('微信拒绝他登录', 'risk:yes')}`)}
${rows.length > 0 ? html`<table><tr><th>openid</th><th>风险</th><th>给他</th></tr>${people}</table>` : html`<p class="soft">还没有人。</p>`}`;
}

function identityOf({ state }: Control): Html {
  const faces = [...state.faces].slice(-LINES_SHOWN).reverse();
  const waiting = faces.map(
    ([token, { outcome }]) =>
      html`<tr><td><code>${token}</code></td><td>${outcome ?? '等本人完成'}</td><td>${form(`/sandbox/faces/${token}`, '完成', select('结果', 'outcome', ['pass', 'fail']))}</td></tr>`,
  );
  return html`<h2 id="identity">实名登记 <span class="count">${state.citizens.size}</span></h2>
${form('/sandbox/citizens', '登记', html`${field('姓名', 'name', '张三')}${field('身份证号', 'idNumber', '44010619900307001X')}${field('手机号', 'phone', '13800138000')}${field('银行卡', 'bankCard', '')}`)}
${form('/sandbox/network-proofs', '发网号凭证', select('年龄段', 'ageBand', ['ADULT', 'UNDER_18', 'UNDER_14']))}
${faces.length > 0 && html`<h3>人脸核验</h3><table><tr><th>编号</th><th>状态</th><th></th></tr>${waiting}</table>`}`;
}

function troubleOf({ faults, paths, state }: Control): Html {
  const set = faults.list();
  const rows = set.map(
    ({ path, kind, calls }) =>
      html`<tr><td><code>${path}</code></td><td>${kind}</td><td data-is="还有">${calls} 次</td></tr>`,
  );
  const names = paths.map(({ path }) => path);
  const kinds = ['slow', 'down', 'reset', 'lying', 'busy', 'throttled'];
  return html`<h2 id="faults">故障 <span class="count">${set.length}</span></h2>
${form('/sandbox/faults', '制造故障', html`${select('接口', 'path', names)}${select('怎样', 'kind', kinds)}${field('几次', 'calls:number', '1')}`)}
${set.length > 0 ? html`<table><tr><th>接口</th><th>怎样</th><th>还有</th></tr>${rows}</table>${undo('/sandbox/faults', '全部取消')}` : html`<p class="soft">没有故障。</p>`}
<h3>内容审核</h3>
${form('/sandbox/texts', '设规则', html`${field('含有', 'contains', '')}${select('结果', 'verdict', ['risky', 'review', 'pass', 'no-visit'])}`)}
${state.textRules.length > 0 && html`<p>${state.textRules.map(({ contains, verdict }) => html`<span class="tag">${contains} → ${verdict}</span> `)}</p>${undo('/sandbox/texts', '全部取消')}`}`;
}

function messagesOf({ contacts: { arrivals } }: Control): Html {
  const rows = arrivals
    .slice(-LINES_SHOWN)
    .reverse()
    .map(
      ({ at, channel, to, content }) =>
        html`<tr><td>${at}</td><td>${channel}</td><td><code>${to}</code></td><td><pre class="text">${JSON.stringify(content, null, 1)}</pre></td></tr>`,
    );
  return html`<h2 id="messages">送到的消息 <span class="count">${arrivals.length}</span></h2>
${rows.length > 0 ? html`<table><tr><th>时间</th><th>渠道</th><th>给谁</th><th>内容</th></tr>${rows}</table>` : html`<p class="soft">还没有短信、订阅消息或者邮件送到。</p>`}
<p class="soft">全部：<a href="/sandbox/receipts">/sandbox/receipts</a></p>`;
}

function callsOf({ state: { calls } }: Control): Html {
  const rows = calls
    .slice(0, LINES_SHOWN)
    .map(
      ({ at, method, path, outcome }) =>
        html`<tr><td>${at}</td><td><code>${method} ${path}</code></td><td>${outcome}</td></tr>`,
    );
  return html`<h2 id="calls">最近的调用 <span class="count">${calls.length}</span></h2>
${rows.length > 0 ? html`<table><tr><th>时间</th><th>接口</th><th>结果</th></tr>${rows}</table>` : html`<p class="soft">服务还没有调用过合作方。</p>`}
<p class="soft">只记路径和结果，不记参数。全部：<a href="/sandbox/calls">/sandbox/calls</a></p>`;
}

/** For programs: the same by JSON. */
function controlsOf({ paths }: Control): Html {
  const controls = shownRoutes().map(({ says, means }) => {
    const [, address = says, fields = ''] = /^(\S+ [^ :]+):?(.*)$/.exec(says) ?? [];
    const takes = fields.trim().startsWith('{') ? fields.trim() : '';
    return html`<li><div><code>${address}</code></div><div>${means}${takes && html`<br><code class="soft">${takes}</code>`}</div></li>`;
  });
  const partners = paths.map(
    ({ path, summary }) => html`<li><div><code>${path}</code></div><div>${summary}</div></li>`,
  );
  return html`<h2 id="controls">控制接口 <span class="count">${controls.length}</span></h2>
<p class="soft">上面每件事程序都可以做：请求和答复都是 JSON。</p><ul class="fields wide">${controls}</ul>
<h2>代替的接口 <span class="count">${partners.length}</span></h2><ul class="fields wide">${partners}</ul>`;
}

function form(action: string, does: string, fields: Html | string): Html {
  return html`<form class="row" method="post" action="${action}">${fields}<button>${does}</button></form>`;
}

const undo = (action: string, does: string) =>
  html`<form class="row" method="post" action="${action}"><input type="hidden" name="method" value="DELETE"><button class="second">${does}</button></form>`;
const field = (label: string, name: string, value: string) =>
  html`<label>${label}<input name="${name}" value="${value}" autocomplete="off"></label>`;
const check = (label: string, name: string) =>
  html`<label class="check"><input type="checkbox" name="${name}"> ${label}</label>`;
const select = (label: string, name: string, values: readonly string[]) =>
  html`<label>${label}<select name="${name}">${values.map((value) => html`<option>${value}</option>`)}</select></label>`;
