import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import { reportMail } from '../../infra/local/bounce';
import { dispatch } from '../../lib/gate/dispatch';
import type { Receipt } from '../../lib/notice/channel';
import { RECEIPTS_ARE_THERE } from '../../lib/notice/receipt';
import type { Item } from '../../lib/table/client';
import { putRecipient, readRecipient, recipientKey, SELF } from '../../lib/table/notice/recipient';
import { accountNumber } from '../login/support';
import { type Conduct, member, partner, sent, stage, work } from '../notice/stage';
import { BOUNCE_HOST, createWorld, functions, onceKey, type World } from '../support/world';
import { push } from './push';

let world: World;
beforeAll(async () => {
  world = await createWorld();
});

const everybody = { reaches: () => true, now: () => world.deps.clock.now() };
/** Somebody signed in, and a notice that has gone to them by one channel. */
async function told(channel: 'mail' | 'sms' | 'subscribe', messageId?: string, does?: Conduct) {
  const openid = `o-${onceKey()}`;
  const subjectId = await accountNumber(world, await world.signIn(openid));
  const by = partner({ ...everybody, ...(does && { conduct: () => does }) });
  const send: typeof by.way.send = async (...message) => {
    const answer = await by.way.send(...message);
    return messageId && answer.status === 'accepted' ? { ...answer, messageId } : answer;
  };
  const on = stage(world, { [channel]: { ...by.way, send } });
  const channels = [channel, 'inbox', 'announcement'] as const;
  const { noticeId, asked } = await sent(on, [member(subjectId)], { channels: [...channels] });
  await work(on, [asked]);
  const states = async () => {
    const [item] = await world.deps.table.getMany([recipientKey(subjectId, { noticeId, about: SELF })]);
    return readRecipient(item)?.tries.map((one) => `${one.channel} ${one.state}`);
  };
  const goOn = async () => {
    world.wait(60_000);
    await work(on, world.queuedNotices.splice(0));
  };
  const reference = by.taken[0]?.reference ?? '';
  return { on, openid, subjectId, states, goOn, reference, messageId: by.taken[0]?.messageId };
}

const post = (path: 'mail' | 'sms', query: Record<string, string> = {}, body = '') =>
  world.call(`events/${path}`, { method: 'POST', query, body }, { trigger: 'webhook' });
const report = (action: 'failed' | 'delivered', status: string, returnPath: string) =>
  reportMail({ action, status, recipient: 'gone@example.cn', returnPath });

describe('a mail that comes back (B5)', () => {
  it('moves its person on to the next channel, once, and in whatever letters the servers have it', async () => {
    const { states, goOn, reference } = await told('mail');
    expect(await states()).toEqual(['mail sent']);
    const to = `${reference.toUpperCase()}@${BOUNCE_HOST}`;
    for (const _ of [1, 2])
      expect(await post('mail', { to }, report('failed', '5.1.1', to))).toMatchObject({ ok: true });
    expect(await states()).toEqual(['mail permanent-failure']);
    await goOn();
    expect(await states()).toEqual(['mail permanent-failure', 'inbox sent']);
  });

  it('says nothing where it is forged, of another address, no report, or late', async () => {
    const { states, reference } = await told('mail');
    const changed = `${reference.slice(0, -1)}${reference.endsWith('0') ? '1' : '0'}`;
    const failure = report('failed', '5.1.1', 'x');
    for (const [to, body] of [
      [`${changed}@${BOUNCE_HOST}`, failure],
      [`${reference}@bounce.example.cn`, failure],
      ['gone@example.cn', failure],
      [`${reference}@${BOUNCE_HOST}`, 'Subject: out of office\r\n\r\nback on Monday'],
      [`${reference}@${BOUNCE_HOST}`, ''],
    ] as const)
      expect(await post('mail', { to }, body)).toEqual({ ok: true, data: { text: 'success' } });
    expect(await states()).toEqual(['mail sent']);
    const to = `${reference}@${BOUNCE_HOST}`;
    await post('mail', { to }, report('delivered', '2.0.0', to));
    await post('mail', { to }, report('failed', '5.1.1', to));
    expect(await states()).toEqual(['mail delivered']);
    expect(world.lines.join('')).not.toContain('gone@example.cn');
    expect(await post('mail', {}, failure)).toMatchObject({ error: { code: 'INVALID_INPUT' } });
  });
});

const sentEvent = (openid: string, MsgID: string, ErrorCode: string) => ({
  ...{ Event: 'subscribe_msg_sent_event', FromUserName: openid },
  List: { TemplateId: 't', MsgID, ErrorCode, ErrorStatus: 'as it pleases' },
});

describe('what WeChat says of its messages (B5)', () => {
  const result = (...said: Parameters<typeof sentEvent>) => push(world, sentEvent(...said));

  it('counts for that message of that person alone, whatever comes again', async () => {
    const MsgID = '1864323726461255680';
    const [one, other] = [await told('subscribe', MsgID), await told('subscribe', '1864323726461255681')];
    await result(other.openid, MsgID, '0');
    expect([await one.states(), await other.states()]).toEqual([['subscribe sent'], ['subscribe sent']]);
    for (const _ of [1, 2]) await result(one.openid, MsgID, '0');
    await result(one.openid, MsgID, '1');
    expect(await one.states()).toEqual(['subscribe delivered']);
    await result(other.openid, '1864323726461255681', '1');
    await other.goOn();
    expect(await other.states()).toEqual(['subscribe permanent-failure', 'inbox sent']);
  });
});

it('what WeChat says of a message counts however many other notices the person has had (B5)', async () => {
  const MsgID = '1864323726461255699';
  const one = await told('subscribe', MsgID);
  const { subjectId } = one;
  const [row] = (await world.scan(`P#${subjectId}`)).filter(
    ({ entity }) => (entity as { S: string }).S === 'notice-recipient',
  );
  const known = row && readRecipient(unmarshall(row as Record<string, AttributeValue>) as Item);
  if (!known) throw new Error('no row');
  // By names that come first in every page.
  const others = Array.from({ length: 120 }, (_, n) => ({ ...known, noticeId: `z-${n}`, tries: [] }));
  for (const value of others) await world.deps.table.write(putRecipient(subjectId, SELF, value, undefined));
  await push(world, sentEvent(one.openid, MsgID, '0'));
  expect(await one.states()).toEqual(['subscribe delivered']);
});

describe('what WeChat says of a message whose number never came back (B5)', () => {
  it('counts for the one message of that person that waits, and tells nobody a second time', async () => {
    const one = await told('subscribe', undefined, 'unknown');
    expect(await one.states()).toEqual(['subscribe technical-failure']);
    await push(world, sentEvent(one.openid, '1864323726461255690', '0'));
    expect(await one.states()).toEqual(['subscribe delivered']);
  });
});

describe('the callback of SMS (B5)', () => {
  it('has the receipts fetched, is not read, and does no more however often it comes', async () => {
    const { on, states, reference, messageId } = await told('sms');
    world.queuedNotices.length = 0;
    const at = new Date(world.deps.clock.now()).toISOString();
    for (const body of ['', '[{"sid":"x","report_status":"FAIL"}]', '{bad'])
      expect(await post('sms', {}, body)).toEqual({
        ok: true,
        data: { text: '{"result":0,"errmsg":"OK"}' },
      });
    expect(world.queuedNotices).toEqual([RECEIPTS_ARE_THERE]);
    expect(await states()).toEqual(['sms sent']);
    const waiting: Receipt[][] = [
      [{ reference, ...(messageId && { messageId }), status: 'delivered', code: 'DELIVRD', at }],
    ];
    const way = on.deps.channels.live.ways.sms;
    if (!way) throw new Error('there is a way');
    const fetching = stage(world, { sms: { ...way, pullReceipts: async () => waiting.shift() ?? [] } });
    const call = {
      operation: 'runProcess',
      input: RECEIPTS_ARE_THERE,
      requestId: 'r',
      host: 'test',
      trigger: 'queue',
    };
    const reply = await dispatch(fetching.deps, 'notify', functions.notify ?? {}, call as never);
    expect(reply).toEqual({ ok: true, data: { outcome: 'done', count: 1 } });
    expect(await states()).toEqual(['sms delivered']);
    world.wait(5_000);
    await post('sms');
    expect(world.queuedNotices).toHaveLength(2);
  });
});
