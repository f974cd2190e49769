import { createServer, type Server } from 'node:http';
import { startPartnerPushes } from '../../infra/local/partner-pushes';
import { close, listen } from '../../infra/local/ports';
import { createContacts } from '../../infra/local/sandbox/contacts';
import { SANDBOX_PUSH } from '../../infra/local/sandbox/wechat-push';
import { systemClock } from '../../lib/clock';
import { createWechatPush } from '../../lib/partner/wechat-push';
import { until } from './waiting';

type Asked = { path: string; query: Record<string, string>; body: string };

let nowMs = systemClock.now();
const clock = { now: () => nowMs };
let asked: Asked[] = [];
let status = 200;
let api: Server;
let pushes: { stop(): Promise<void> };
const contacts = createContacts(clock);
const appid = 'wx0000000000000000';

beforeAll(async () => {
  api = createServer(async (request, response) => {
    const body = Buffer.concat(await request.toArray()).toString();
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://api');
    asked.push({ path: pathname, query: Object.fromEntries(searchParams), body });
    response.writeHead(status).end('success');
  });
  const url = `http://127.0.0.1:${await listen(api, 0)}`;
  pushes = startPartnerPushes({ api: url, contacts, push: { ...SANDBOX_PUSH, appid }, clock });
});
afterAll(async () => {
  await pushes.stop();
  await close(api);
});

it('brings an event of WeChat so that the service believes it, and up to three times where it is not taken', async () => {
  status = 500;
  const event = { ToUserName: 'gh', FromUserName: 'o-1', MsgType: 'event', Event: 'x' };
  contacts.messageEvents.put(event, 0);
  await until('it has been pushed three times', () => {
    nowMs += 10_000;
    return asked.length === 3;
  });
  const [{ path, query, body }] = asked as [Asked];
  expect(path).toBe('/events/wechat');
  const wechat = createWechatPush({
    ...{ appid, tokens: [SANDBOX_PUSH.token], aesKeys: [SANDBOX_PUSH.aesKey] },
    clock: { now: () => Number(query.timestamp) * 1000 },
  });
  expect(wechat.open(query, JSON.parse(body).Encrypt)).toEqual({ message: JSON.stringify(event) });
  // What comes after it has passed the one that was given up.
  status = 200;
  contacts.messageEvents.put({ ...event, FromUserName: 'o-2' }, 0);
  await until('the next one is pushed', () => asked.length > 3);
  expect(asked.slice(3).map((one) => one.query.openid)).toEqual(['o-2']);
});

it('hands over a mail that came back as it is, and calls once for receipts of SMS, which stay until they are pulled', async () => {
  asked = [];
  contacts.smsReceipts.put({ SerialNo: '1' }, 0);
  contacts.bounces.put({ to: 'ref+x@bounce.example.cn', content: 'Status: 5.1.1\r\n' }, 0);
  await until('both are told', () => asked.length === 2);
  contacts.bounces.put({ to: 'second@bounce.example.cn', content: '' }, 0);
  await until('the next one is told', () => asked.length === 3);
  expect(asked.map(({ path, query }) => [path, query.to])).toEqual([
    ['/events/mail', 'ref+x@bounce.example.cn'],
    ['/events/sms', undefined],
    ['/events/mail', 'second@bounce.example.cn'],
  ]);
  expect(asked[0]?.body).toBe('Status: 5.1.1\r\n');
  expect(contacts.smsReceipts.take(10)).toEqual([{ SerialNo: '1' }]);
});
