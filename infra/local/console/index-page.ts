import { html } from './html';
import { page } from './page';
import type { Links } from './reference-page';

/** Where the parts of a local service are. */
export type Places = { api: string; sandbox: string; smtpPort: number };

/** The front page: where things are and what to try first. */
export function indexPage({ api, sandbox, smtpPort }: Places, links: Links): string {
  const signIn = new URL('/login/web', api).href;
  const places = [
    ['接口', new URL('/', api).href, '所有云函数，POST /函数/操作', api],
    ['接口参考', '/reference', '每个操作一页：填什么、得到什么、怎样被拒绝', '/reference'],
    ['沙箱', `${sandbox}/sandbox`, '代替微信和其他合作方：造人、发登录码、制造故障', sandbox],
    ['邮箱', '/mailbox', '服务发出的邮件，不会真的寄出', `smtp://127.0.0.1:${smtpPort}`],
    ['网页登录', signIn, '用户在浏览器里看到的登录页', signIn],
  ] as const;
  const body = html`<h1>本地服务</h1>
<p class="lead">这是在本机运行的整个服务，供开发使用。数据只在这台电脑上，合作方都由沙箱代替。</p>
<ul class="cards">${places.map(
    ([name, address, says, shown]) =>
      html`<li class="card"><h2><a href="${address}">${name}</a></h2><p>${says}</p><code>${shown}</code></li>`,
  )}</ul>
<h2>先试一次登录</h2>
<p>整段粘贴到终端即可：</p>
<pre>export API=${api} SANDBOX=${sandbox}
curl -s -X POST $SANDBOX/sandbox/people -d '{"openid":"o-zhang-san"}'
CODE=$(curl -s -X POST $SANDBOX/sandbox/people/o-zhang-san/code | sed -n 's/.*"code": *"\\([^"]*\\)".*/\\1/p')
curl -s $API/login/signIn -H 'content-type: application/json' -d "{\\"code\\":\\"$CODE\\"}"</pre>
<p class="soft">答复里的 <code>token</code> 放进 <code>authorization: Bearer …</code>，就可以调用<a href="/reference">其他操作</a>。<code>npm run journey</code> 从头走一遍，并说明每一步。</p>`;
  return page({ title: '本地服务', body, links });
}
