import { html } from './html';
import { page } from './page';

/** Where the parts of a local service are. */
export type Places = { api: string; sandbox: string; smtpPort: number };

/** The front page: where things are and what to try first. */
export function indexPage({ api, sandbox, smtpPort }: Places): string {
  const body = html`
<p>这是在本机运行的服务，供开发使用。数据只在这台电脑上。</p>
<table>
<tr><td>接口</td><td><code>${api}</code></td><td>所有云函数</td></tr>
<tr><td><a href="/reference">接口参考</a></td><td><code>/reference</code></td><td>每个操作的输入、输出与错误</td></tr>
<tr><td><a href="${sandbox}/sandbox">伙伴沙箱</a></td><td><code>${sandbox}</code></td><td>代替微信：造人、发登录码、制造故障</td></tr>
<tr><td><a href="/mailbox">邮箱</a></td><td><code>smtp://127.0.0.1:${smtpPort}</code></td><td>服务发出的邮件</td></tr>
</table>
<h2>先试一次登录</h2>
<pre>curl -X POST ${sandbox}/sandbox/people -d '{"openid":"o-zhang-san"}'
curl -X POST ${sandbox}/sandbox/people/o-zhang-san/code
curl -X POST ${api}/login/signIn -H 'content-type: application/json' \\
  -d '{"code":"上一步的 code"}'</pre>`;
  return page('本地服务', body);
}
