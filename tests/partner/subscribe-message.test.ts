import { pushEvent } from '../../functions/events/push-event';
import { SANDBOX_SUBSCRIBE } from '../../infra/local/sandbox/approved-templates';
import { OUTCOME_UNKNOWN } from '../../lib/notice/channel';
import { arrivedAt, type ChannelWorld, HURRIED, PATIENT, startChannelWorld, withFate } from './channel-world';

const { id: template } = SANDBOX_SUBSCRIBE.breach;
const values = {
  thing1: '安全事件告知',
  time2: '2026年11月27日 10:05',
  phrase3: '已处置',
  character_string4: '20261127-7Q2K-n1',
  thing5: '请打开小程序的通知查看全文',
};
const message = { template, page: 'pages/notice/notice?id=20261127-7Q2K-n1', values };
const unknown = { status: 'technical-failure', code: OUTCOME_UNKNOWN };
let world: ChannelWorld;
beforeAll(async () => {
  world = await startChannelWorld();
});
afterAll(() => world.stop());
beforeEach(() => {
  world.lines.length = 0;
});

const send = (to: string, text: object = {}, change: object = {}) =>
  world.subscribe(change).send(to, { ...message, ...text }, 'reference');

/** Somebody with WeChat who has accepted the template so often. */
async function accepting(times: number | 'lasting' = 1): Promise<string> {
  const { openid } = await world.control('POST', '/people', {});
  await world.control('POST', `/people/${openid}/acceptances`, { templateId: template, times });
  return openid;
}

describe('a subscribe message', () => {
  it('arrives as it was given, with a number longer than JavaScript counts, as often as was accepted', async () => {
    const to = await accepting(2);
    const sent = [await send(to), await send(to), await send(to)];
    const accepted = { status: 'accepted', messageId: expect.stringMatching(/^4\d{18}$/) };
    expect(sent).toEqual([accepted, accepted, { status: 'permanent-failure', code: '43101' }]);
    const arrived = arrivedAt(world.contacts, to);
    expect(arrived.map(({ messageId }) => ({ status: 'accepted', messageId }))).toEqual(sent.slice(0, 2));
    const data = Object.fromEntries(Object.entries(values).map(([key, value]) => [key, { value }]));
    expect(arrived[0]?.content).toEqual({ template, page: message.page, data });
    const lasting = await accepting('lasting');
    for (let times = 0; times < 3; times += 1) expect((await send(lasting)).status).toBe('accepted');
  });

  it.each([
    [40003, 'permanent-failure', 0],
    [43101, 'permanent-failure', 0],
    [43108, 'throttled', 0],
    [45011, 'throttled', 0],
    [45009, 'throttled', 1],
    [43107, 'technical-failure', 1],
    [45168, 'technical-failure', 1],
    [41030, 'technical-failure', 1],
    [40013, 'technical-failure', 1], // a code that this client has never heard of
  ])('refused with %s is a %s', async (code, status, rings) => {
    const to = withFate(world, await accepting(), { channel: 'subscribe', refuse: String(code) });
    expect(await send(to)).toEqual({ status, code: String(code) });
    expect(arrivedAt(world.contacts, to)).toEqual([]);
    expect(world.alarms()).toBe(rings);
  });

  it.each([
    ['a value too long', { values: { ...values, thing1: '字'.repeat(21) } }, '47003'],
    ['a key that the template has not', { values: { ...values, thing9: '一' } }, '47003'],
    ['a value missing', { values: { thing1: '一' } }, '47003'],
    ['a template that is gone', { template: 'gone' }, '40037'],
  ])('with %s is a failure of ours that rings', async (_, text, code) => {
    const to = await accepting();
    expect(await send(to, text)).toEqual({ status: 'technical-failure', code });
    expect([arrivedAt(world.contacts, to), world.alarms()]).toEqual([[], 1]);
  });

  it('to somebody whom WeChat does not know is refused for good', async () => {
    expect(await send('o-nobody')).toEqual({ status: 'permanent-failure', code: '40003' });
  });

  it('is given once more to a WeChat that was busy, and arrives once', async () => {
    const to = await accepting('lasting');
    const path = '/cgi-bin/message/subscribe/send';
    await world.control('POST', '/faults', { path, kind: 'busy' });
    expect((await send(to)).status).toBe('accepted');
    expect(arrivedAt(world.contacts, to)).toHaveLength(1);
    await world.control('POST', '/faults', { path, kind: 'busy', calls: 2 });
    expect(await send(to)).toEqual({ status: 'throttled', code: '-1' });
  });

  it.each(['down', 'reset', 'lying'])('to a WeChat that is %s has no known outcome', async (kind) => {
    await world.control('POST', '/faults', { path: '/cgi-bin/message/subscribe/send', kind });
    expect(await send(await accepting())).toEqual(unknown);
    expect(world.alarms()).toBe(1);
  });

  it('to a WeChat that takes too long has no known outcome', async () => {
    const limit = { ...PATIENT };
    const client = world.subscribe({ limit });
    // With a token that it has got in peace.
    expect((await client.send(await accepting(), message, 'reference')).status).toBe('accepted');
    const to = await accepting();
    await world.control('POST', '/faults', { path: '/cgi-bin/message/subscribe/send', kind: 'slow' });
    limit.attemptMs = HURRIED.limit.attemptMs;
    expect(await client.send(to, message, 'reference')).toEqual(unknown);
    expect(world.alarms()).toBe(1);
  });

  it('whose answer is lost has arrived once, and is not given again', async () => {
    const to = withFate(world, await accepting('lasting'), { channel: 'subscribe', answers: 'lost' });
    expect(await send(to)).toEqual(unknown);
    expect(arrivedAt(world.contacts, to)).toHaveLength(1);
  });

  it('that never left is to be tried again: no token, or nobody there; a refused token rings for itself', async () => {
    const waits = { status: 'throttled', code: 'unreachable' };
    const to = await accepting();
    expect(await send(to, {}, { baseUrl: world.nobody })).toEqual(waits);
    expect(await send(to, {}, { secret: 'other' })).toEqual(waits);
    await world.control('POST', '/faults', { path: '/cgi-bin/stable_token', kind: 'slow' });
    expect(await send(to, {}, HURRIED)).toEqual(waits);
    expect([arrivedAt(world.contacts, to), world.alarms()]).toEqual([[], 4]);
  });

  it('leaves neither openid nor words in any line of the log', async () => {
    const to = await accepting();
    for (const text of [{}, { values: {} }, { template: 'gone' }]) await send(to, text);
    expect(world.lines.length).toBeGreaterThan(3);
    expect(world.lines.join('')).not.toContain(to);
    expect(world.lines.join('')).not.toMatch(/安全事件|7Q2K|sandbox-template/);
  });

  it('is spoken of later by its number, failed or not, in what WeChat pushes', async () => {
    await world.control('DELETE', '/message-events');
    const good = await accepting();
    const bad = withFate(world, await accepting(), { channel: 'subscribe', fails: 'user reject' });
    const sent = [await send(good), await send(bad)];
    const events: { List: { MsgID: string; ErrorStatus: string } }[] = await world.control(
      'DELETE',
      '/message-events',
    );
    for (const one of events)
      expect(pushEvent.parse(one)).toMatchObject({ Event: 'subscribe_msg_sent_event' });
    expect(events.map(({ List }) => List)).toMatchObject([
      { MsgID: (sent[0] as { messageId: string }).messageId, ErrorStatus: 'success' },
      { MsgID: (sent[1] as { messageId: string }).messageId, ErrorStatus: 'user reject' },
    ]);
    expect(arrivedAt(world.contacts, bad)).toEqual([]);
  });
});
