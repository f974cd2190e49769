import type { Mail } from '../smtp';
import { html } from './html';
import { page } from './page';
import type { Links } from './reference-page';

/** The mails that the service sent, newest first. */
export function mailboxPage(mailbox: readonly Mail[], links: Links): string {
  const mails = mailbox.map(
    ({ receivedAt, from, to, subject, text }) => html`<section class="card">
<h2>${subject || '（无主题）'}</h2>
<dl class="facts"><dt>收到</dt><dd>${receivedAt}</dd><dt>发件人</dt><dd>${from || '（未写明）'}</dd><dt>收件人</dt><dd>${to.join('，')}</dd></dl>
<pre class="text">${text}</pre>
</section>`,
  );
  const empty = html`<p class="notice">还没有邮件。服务发出的邮件都会留在这里，不会真的寄出。</p>`;
  const count = html`<p class="soft">${mailbox.length} 封，新的在前。程序可以读 <a href="/mailbox.json">/mailbox.json</a>。</p>`;
  const body = html`<h1>邮箱</h1>${mails.length > 0 ? html`${count}${mails}` : empty}`;
  return page({ title: '邮箱', body, links });
}
