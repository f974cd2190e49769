import { type Html, html } from './console/html';

export { pageHeaders } from './console/page';

/** What the staff see when they sign in: plain pages, rendered here, that work without a script and by keyboard alone. */
export type SignInForm = {
  uid: string;
  accounts: Record<string, string>;
  chosen?: string;
  refused?: boolean;
};

export function signInPage({ uid, accounts, chosen, refused }: SignInForm): string {
  const options = Object.entries(accounts).map(
    ([id, roles]) =>
      html`<option value="${id}"${id === chosen && html` selected`}>${id}（${roles || '无角色'}）</option>`,
  );
  return page(
    '工作人员登录',
    html`${refused && alarm('账号或口令不对，请重新填写。')}
<form method="post" action="/interaction/${uid}">
<p><label for="account">账号</label><select id="account" name="account" required>${options}</select></p>
<p><label for="secret">口令</label><input id="secret" name="secret" type="password" required autofocus
  autocomplete="current-password" aria-describedby="hint"${refused && html` aria-invalid="true"`}></p>
<p id="hint" class="soft">本机测试账号的口令都是 local-secret，只能打开这台机器上的数据。</p>
<p><button type="submit">登录</button></p></form>`,
  );
}

/** @param token what the provider has put into its own form against forged requests */
export function codePage(token: string, problem: 'none' | 'wrong' | 'denied' | 'fault'): string {
  const said = {
    none: undefined,
    wrong: '没有这个代码，或者它已经用过、已经过期。请对照终端重新输入。',
    denied: '已拒绝这次登录，没有发出任何凭证。',
    fault: '处理时出了问题，请重新输入。',
  }[problem];
  return page(
    '确认终端登录',
    html`${said && alarm(said)}
<form method="post" action="/device"><input type="hidden" name="xsrf" value="${token}">
<p><label for="code">终端里显示的代码</label><input id="code" name="user_code" class="code" required autofocus
  autocomplete="off" autocapitalize="characters" spellcheck="false" aria-describedby="form"></p>
<p id="form" class="soft">八个字母，例如 BCDF-GHJK；不分大小写，横线可以省略。</p>
<p><button type="submit">下一步</button></p></form>`,
  );
}

export function confirmPage(token: string, code: string, asking: string): string {
  return page(
    '这是您的终端吗？',
    html`<p>“${asking}”请求以您的身份登录，代码是：</p><p class="code">${code}</p>
<p><strong>只有您自己刚刚运行了 leliao login，而且终端里显示的正是这个代码，才可以继续。</strong>别人发来的代码一律拒绝。</p>
<form method="post" action="/device"><input type="hidden" name="xsrf" value="${token}">
<input type="hidden" name="user_code" value="${code}">
<p><button type="submit" name="confirm" value="yes">代码一致，继续</button>
<button type="submit" name="abort" value="yes" class="second">拒绝</button></p></form>`,
  );
}

export const donePage = () => page('已登录', html`<p>终端马上就会继续。这个页面可以关闭了。</p>`);

export const failedPage = () =>
  page('无法继续', html`<p>这次登录已经过期或者不完整。请回到终端重新运行 leliao login。</p>`);

/** The root: what this is, and where a terminal is signed in. */
export function rootPage(accounts: Record<string, string>): string {
  const rows = Object.entries(accounts).map(
    ([id, roles]) => html`<dt><code>${id}</code></dt><dd>${roles || '无角色'}</dd>`,
  );
  return page(
    '工作人员登录服务',
    html`<p>本机的工作人员身份服务，只签发打开这台机器上数据的凭证。</p>
<p>在终端运行 <code>npm run leliao -- login</code>，然后在<a href="/device">这里输入终端里显示的代码</a>。</p>
<h2>账号</h2><dl>${rows}</dl>
<p class="soft">口令都是 local-secret。脚本可以用 <code>npm run staff-token</code>；程序读
<a href="/.well-known/openid-configuration">发现文件</a>。</p>`,
  );
}

export const missingPage = () =>
  page(
    '没有这个页面',
    html`<p>从<a href="/">首页</a>开始，或者回到终端重新运行 <code>leliao login</code>。</p>`,
  );

const alarm = (said: string) => html`<p role="alert" class="alarm">${said}</p>`;

function page(title: string, body: Html): string {
  return html`<!doctype html>
<html lang="zh-CN"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title} · 乐聊名片工作人员</title><style>${{ markup: css }}</style></head>
<body><main><h1>${title}</h1>${body}</main></body></html>`.markup;
}

const css = `
:root { color-scheme: light dark }
body { margin:0; font:16px/1.6 -apple-system,"PingFang SC","Microsoft YaHei","Noto Sans SC","Noto Sans CJK SC",sans-serif }
main { max-width:26rem; margin:0 auto; padding:2rem 1rem } h1 { font-size:1.5rem } h2 { font-size:1.1rem }
a { color:#0a7d46 } @media (prefers-color-scheme: dark) { a { color:#5cc98f } }
dl { display:grid; grid-template-columns:max-content 1fr; gap:.2rem 1rem } dd { margin:0 } code { overflow-wrap:anywhere }
label { display:block; font-weight:600 } .soft { opacity:.75 }
input,select,button { font:inherit; padding:.5rem .7rem; max-width:100%; box-sizing:border-box } input,select { width:100% }
button { background:#0a7d46; color:#fff; border:1px solid #0a7d46; border-radius:4px; cursor:pointer }
button.second { background:transparent; color:inherit; border-color:currentColor }
:focus-visible { outline:3px solid #1a73e8; outline-offset:2px }
.code { font-family:ui-monospace,Menlo,Consolas,monospace; font-size:1.5rem; letter-spacing:.1em; text-transform:uppercase }
.alarm { border-left:4px solid #b3261e; padding:.3rem .8rem }
`;
