import { SMTPServer, type SMTPServerOptions } from 'smtp-server';
import { HOST } from '../../infra/local/ports';
import { readBounce } from '../../lib/notice/bounce';
import { OUTCOME_UNKNOWN } from '../../lib/notice/channel';
import { makeReference } from '../../lib/notice/reference';
import { meaningOfReply } from '../../lib/partner/mail-codes';
import { newRing } from '../notice/support';
import {
  arrivedAt,
  BOUNCES_TO,
  type ChannelWorld,
  HURRIED,
  startChannelWorld,
  withFate,
} from './channel-world';
import { selfSigned } from './self-signed';

const message = {
  subject: '关于个人信息安全事件的告知',
  text: '𠮷女士：\n请查看安全建议。\n.\n本行以上只有一个点。',
};
const unknown = { status: 'technical-failure', code: OUTCOME_UNKNOWN };
let world: ChannelWorld;
beforeAll(async () => {
  world = await startChannelWorld();
});
afterAll(() => world.stop());
beforeEach(() => {
  world.lines.length = 0;
});

let mailboxes = 0;
const freshAddress = () => `mailbox-${++mailboxes}@example.cn`;
const send = (to: string, change: object = {}) => world.mail(change).send(to, message, 'reference');

describe('a mail', () => {
  it('arrives over SMTP whole, from an address that people can answer, with its return path', async () => {
    const to = freshAddress();
    const messageId = `<reference@${BOUNCES_TO}>`;
    expect(await send(to)).toEqual({ status: 'accepted', messageId });
    const returnPath = `reference@${BOUNCES_TO}`;
    const text = expect.stringContaining('𠮷女士：\n请查看安全建议。\n.\n本行');
    expect(arrivedAt(world.contacts, to)).toMatchObject([
      { channel: 'mail', content: { returnPath, subject: message.subject, text } },
    ]);
    expect(world.mailbox[0]).toMatchObject({ from: '"乐聊名片" <notice@leliao.example.cn>', to: [to] });
    expect(world.alarms()).toBe(0);
  });

  /** From RFC 5321, 4.2.3 and RFC 3463, apart from the client's own tables. */
  it.each([
    ['550 5.1.1 no such user', 'permanent-failure', '5.1.1'],
    ['553-5.1.3 bad address', 'permanent-failure', '5.1.3'],
    ['550 no', 'permanent-failure', '550'],
    ['552 5.2.2 full', 'temporary-failure', '5.2.2'],
    ['452 4.2.2 full', 'temporary-failure', '4.2.2'],
    ['450 4.2.1 not now', 'temporary-failure', '4.2.1'],
    ['450 not now', 'temporary-failure', '450'],
    ['451 4.7.1 too many', 'throttled', '4.7.1'],
    ['452 4.3.1 no room here', 'throttled', '4.3.1'],
    ['554 5.6.0 what is this', 'technical-failure', '5.6.0'],
    ['500 what', 'technical-failure', '500'],
    ['550 15.1.1 of another kind', 'permanent-failure', '550'],
  ])('that is answered with %j is a %s', (text, status, code) => {
    const alarm = status === 'technical-failure';
    expect(meaningOfReply(Number(text.slice(0, 3)), text)).toEqual({ status, code, alarm });
  });

  it('refused by a server is what its code says, and rings where the fault is ours', async () => {
    const said: [string, string, string][] = [
      ['550 5.1.1', 'permanent-failure', '5.1.1'],
      ['552 5.2.2', 'temporary-failure', '5.2.2'],
      ['421', 'throttled', '421'],
      ['550 5.7.1', 'technical-failure', '5.7.1'],
    ];
    const each = said.map(async ([refuse, status, code]) => {
      const to = withFate(world, freshAddress(), { channel: 'mail', refuse });
      expect(await send(to)).toEqual({ status, code });
      expect(arrivedAt(world.contacts, to)).toEqual([]);
    });
    await Promise.all(each);
    expect(world.alarms()).toBe(1);
  });

  it('fills a mailbox, and what no longer fits may be tried again later', async () => {
    const to = withFate(world, freshAddress(), { channel: 'mail', holds: 2 });
    const sent = [await send(to), await send(to), await send(to)];
    expect(sent.map(({ status }) => status)).toEqual(['accepted', 'accepted', 'temporary-failure']);
    expect(arrivedAt(world.contacts, to)).toHaveLength(2);
  });

  it('over what the relay takes is throttled, and goes when there is room again', async () => {
    await world.control('POST', '/quotas', { path: 'smtp', max: 1, windowMs: 1000 });
    world.clock.advance(1000);
    expect((await send(freshAddress())).status).toBe('accepted');
    expect(await send(freshAddress())).toEqual({ status: 'throttled', code: '4.7.1' });
    world.clock.advance(1000);
    expect((await send(freshAddress())).status).toBe('accepted');
    world.contacts.quotas.clear();
  });

  it('that never left is to be tried again, and one whose answer is lost is not', async () => {
    const url = world.nobody.replace('http', 'smtp');
    expect(await send(freshAddress(), { url })).toEqual({ status: 'throttled', code: 'unreachable' });
    const to = withFate(world, freshAddress(), { channel: 'mail', answers: 'lost' });
    expect(await send(to)).toEqual(unknown);
    expect(arrivedAt(world.contacts, to)).toHaveLength(1);
    expect(world.alarms()).toBe(2);
  });

  it.each(['not an address', '', 'a@b@c', 'x@example.cn\r\nRCPT TO:<y@example.cn>', 'a@x.cn, b@x.cn'])(
    'to %j goes to nobody',
    async (to) => {
      const before = world.contacts.arrivals.length;
      expect(await send(to)).toEqual({ status: 'permanent-failure', code: 'not-an-address' });
      expect(world.contacts.arrivals).toHaveLength(before);
    },
  );

  it('leaves neither address nor words nor reference in any line of the log', async () => {
    const gone = withFate(world, freshAddress(), { channel: 'mail', refuse: '550 5.1.1' });
    const nobody = { url: world.nobody.replace('http', 'smtp') };
    const sent = [freshAddress(), gone, 'not an address'].map((to) => send(to));
    await Promise.all([...sent, send(freshAddress(), nobody)]);
    expect(world.lines.length).toBeGreaterThan(2);
    expect(world.lines.join('')).not.toMatch(/mailbox-|example|安全事件|"reference|not an/);
  });
});

/** A relay with settings of its own, and how many mails it took. */
async function relay(options: SMTPServerOptions) {
  const taken: string[] = [];
  const server = new SMTPServer({
    ...{ disableReverseLookup: true, closeTimeout: 1, ...options },
    onData(stream, { user }, done) {
      stream.resume().on('end', () => {
        taken.push(user ?? '');
        done();
      });
    },
  });
  server.on('error', () => {});
  await new Promise<void>((resolve) => server.listen(0, HOST, () => resolve()));
  const { port } = server.server.address() as { port: number };
  return { port, taken, stop: () => new Promise<void>((resolve) => server.close(() => resolve())) };
}

describe('a relay', () => {
  it('is believed only with a certificate for its name, and gets no password before that', async () => {
    const { port, taken, stop } = await relay({ secure: true, ...selfSigned });
    const url = `smtps://${HOST}:${port}`;
    expect(await send(freshAddress(), { url, user: 'u', password: 'p' })).toEqual({
      ...{ status: 'technical-failure', code: 'certificate' },
    });
    expect([taken, world.alarms()]).toEqual([[], 1]);
    await stop();
  });

  it('that wants a password gets ours; a wrong one is a failure of ours that rings', async () => {
    const { port, taken, stop } = await relay({
      ...{ allowInsecureAuth: true, disabledCommands: ['STARTTLS'] },
      onAuth: ({ username, password }, _session, done) =>
        password === 'right' ? done(null, { user: username }) : done(new Error('no')),
    });
    const url = `smtp://${HOST}:${port}`;
    expect(await send(freshAddress(), { url, user: 'me', password: 'wrong' })).toMatchObject({
      status: 'technical-failure',
    });
    expect(world.alarms()).toBe(1);
    expect((await send(freshAddress(), { url, user: 'me', password: 'right' })).status).toBe('accepted');
    expect(taken).toEqual(['me']);
    expect(world.lines.join('')).not.toMatch(/wrong|right/);
    await stop();
  });

  it('that says nothing holds nobody up: nothing was sent', async () => {
    const { createServer } = await import('node:net');
    const server = createServer((socket) => socket.on('error', () => {}));
    await new Promise<void>((resolve) => server.listen(0, HOST, () => resolve()));
    const { port } = server.address() as { port: number };
    const sent = await send(freshAddress(), { url: `smtp://${HOST}:${port}`, ...HURRIED });
    expect(sent).toEqual({ status: 'throttled', code: 'unreachable' });
    server.close();
  });
});

describe('a mail that comes back', () => {
  const of = { noticeId: '20261127-7Q2K-n1', part: 3, place: 17 };
  const ringOnce = newRing();

  /** Sends to an address with a fate, and hands over what came back. */
  async function bounceOf(fate: object) {
    await world.control('DELETE', '/bounces');
    const reference = await makeReference(await ringOnce, of);
    const to = withFate(world, freshAddress(), { channel: 'mail', ...fate });
    expect((await world.mail().send(to, message, reference)).status).toBe('accepted');
    const came: { to: string; content: string }[] = await world.control('DELETE', '/bounces');
    return { reference, to, came };
  }
  const read = async (mail: { to: string; content: string }, host = BOUNCES_TO) =>
    readBounce(await ringOnce, host, mail, world.clock.now());

  it('is a receipt for the one whose mail it was', async () => {
    const { reference, to, came } = await bounceOf({ fails: '5.1.1' });
    expect(came).toHaveLength(1);
    const [bounce = { to: '', content: '' }] = came;
    expect(bounce.to).toBe(`${reference}@${BOUNCES_TO}`);
    const at = new Date(world.clock.now()).toISOString();
    const receipt = { reference, status: 'permanent-failure', code: '5.1.1', at };
    expect(await read(bounce)).toEqual(receipt);
    expect(arrivedAt(world.contacts, to)).toEqual([]);
    const others = {
      '5.2.2': 'temporary-failure',
      '4.4.7': 'temporary-failure',
      '5.7.1': 'permanent-failure',
    };
    for (const [code, status] of Object.entries(others)) {
      const content = bounce.content.replace('Status: 5.1.1', `Status: ${code}`);
      expect(await read({ ...bounce, content })).toEqual({ ...receipt, status, code });
    }
  });

  it('says so too of one that arrived, where the server tells', async () => {
    const { came } = await bounceOf({ receipts: 1 });
    expect(await read(came[0] as never)).toMatchObject({ status: 'delivered', code: '2.0.0' });
    expect((await bounceOf({})).came).toEqual([]);
  });

  it('is none of ours when address, host or report are not, however it is written', async () => {
    const { came, reference } = await bounceOf({ fails: '5.1.1' });
    const bounce = came[0] as { to: string; content: string };
    expect(await read({ ...bounce, to: bounce.to.toUpperCase() })).toBeDefined();
    expect(await read({ ...bounce, content: bounce.content.replaceAll('\r\n', '\n') })).toBeDefined();
    const altered = `${reference.slice(0, -1)}${reference.endsWith('0') ? '1' : '0'}`;
    const none = [
      { ...bounce, to: `${altered}@${BOUNCES_TO}` },
      { ...bounce, to: `${reference}@elsewhere.cn` },
      { ...bounce, to: reference },
      { ...bounce, to: `@${BOUNCES_TO}` },
      { ...bounce, content: '' },
      { ...bounce, content: message.text },
      { ...bounce, content: bounce.content.replace('Action: failed', 'Action: delayed') },
      { ...bounce, content: bounce.content.replace('Status: 5.1.1', 'Status: none') },
      { ...bounce, content: `${' '.repeat(70_000)}\n${bounce.content}` },
      // A text that quotes a report is none.
      { ...bounce, content: bounce.content.replace('message/delivery-status', 'text/plain') },
    ];
    for (const mail of none) expect(await read(mail)).toBeUndefined();
    expect(await read(bounce, '')).toBeUndefined();
  });
});
