import { createTransport } from 'nodemailer';
import { type Smtp, startSmtp } from '../../infra/local/smtp';

const receivedAt = '2026-11-23T02:00:00.000Z';
let smtp: Smtp;

beforeEach(async () => {
  smtp = await startSmtp({ now: () => Date.parse(receivedAt) });
});
afterEach(() => smtp.stop());

async function send(mail: { subject: string; text?: string; html?: string; to?: string }): Promise<void> {
  const transport = createTransport({ host: '127.0.0.1', port: smtp.port });
  await transport.sendMail({ from: '乐聊名片 <no-reply@example.cn>', to: 'a@example.cn', ...mail });
  transport.close();
}

test('keeps a mail with its Chinese sender, subject and text readable', async () => {
  await send({ subject: '关于个人信息安全事件的告知', text: '您好，请查看安全建议。' });
  expect(smtp.mailbox).toEqual([
    {
      receivedAt,
      from: '"乐聊名片" <no-reply@example.cn>',
      to: ['a@example.cn'],
      subject: '关于个人信息安全事件的告知',
      text: expect.stringContaining('您好，请查看安全建议。'),
    },
  ]);
});

test('names everybody the mail went to, hidden copies included', async () => {
  const transport = createTransport({ host: '127.0.0.1', port: smtp.port });
  await transport.sendMail({
    from: 'x@example.cn',
    to: 'a@example.cn',
    bcc: 'b@example.cn',
    subject: 's',
    text: 't',
  });
  transport.close();
  expect(smtp.mailbox[0]?.to).toEqual(['a@example.cn', 'b@example.cn']);
});

test('shows the text of a mail that only has HTML', async () => {
  await send({ subject: 's', html: '<p>您好</p>' });
  expect(smtp.mailbox[0]?.text).toContain('您好');
});

test('keeps the newest 200 mails', async () => {
  const transport = createTransport({ host: '127.0.0.1', port: smtp.port, pool: true, maxConnections: 1 });
  for (let index = 1; index <= 201; index++) {
    await transport.sendMail({ from: 'x@example.cn', to: 'a@example.cn', subject: `${index}`, text: 't' });
  }
  transport.close();
  expect(smtp.mailbox).toHaveLength(200);
  expect(smtp.mailbox[0]?.subject).toBe('201');
  expect(smtp.mailbox.at(-1)?.subject).toBe('2');
});
