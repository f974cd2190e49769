import type { Mail } from '../smtp';
import { html } from './html';
import { page } from './page';

/** The mails that the service sent, newest first. */
export function mailboxPage(mailbox: readonly Mail[]): string {
  const mails = mailbox.map(
    ({ receivedAt, from, to, subject, text }) => html`<section class="card">
<h3>${subject || '（无主题）'}</h3>
<p class="soft">${receivedAt} · 发件人 ${from || '（未写明）'} · 收件人 ${to.join('，')}</p>
<pre class="text">${text}</pre>
</section>`,
  );
  const empty = html`<p class="soft">还没有邮件。服务发出的邮件都会留在这里，不会真的寄出。</p>`;
  return page('邮箱', mails.length > 0 ? html`${mails}` : empty);
}
