import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { signature } from '../../infra/local/sandbox/wechat-push';
import { parseToken } from '../../lib/crypto/token';
import { handleAws } from '../../lib/host/aws';
import { spendAcceptance, voidAcceptance } from '../../lib/table/profile/message-acceptance';
import { templates } from '../support/templates';
import { type Caller, createWorld, functions, onceKey, type World } from '../support/world';
import { deliver, popup, push, pushed } from './push';

const { once, lasting } = templates;
const TAKEN = { ok: true, data: { text: 'success' } };

let world: World;
beforeAll(async () => {
  world = await createWorld();
});

let people = 0;
async function somebody(): Promise<{ me: Caller; openid: string; subjectId: string }> {
  people += 1;
  const openid = `o-person-${people}`;
  const me = await world.signIn(openid);
  return { me, openid, subjectId: parseToken(me.token)?.subjectId ?? '' };
}

type Shown = { templates: { name: string; accepted: boolean; left?: number }[] };
const shown = ({ templates: [one, other] }: Shown) => [one?.left, one?.accepted, other?.accepted];
const seen = async (me: Caller) => shown(await world.ok<Shown>('profile/acceptances', {}, me));
const record = (me: Caller, result: string, idempotencyKey = onceKey()) =>
  world.call('profile/recordAcceptances', { results: [{ templateId: once.id, result }], idempotencyKey }, me);
const now = () => world.deps.clock.now();

describe('what a person has accepted (B6)', () => {
  it('is counted once for each record, whatever is sent again, and a template left out of the window is no answer', async () => {
    const { me } = await somebody();
    expect(await seen(me)).toEqual([undefined, false, false]);
    const key = onceKey();
    for (const _ of [1, 2]) expect(await record(me, 'accept', key)).toMatchObject({ ok: true });
    expect(await seen(me)).toEqual([1, true, false]);
    expect(await record(me, 'reject', key)).toMatchObject({ error: { code: 'IDEMPOTENCY_CONFLICT' } });
    await record(me, 'acceptWithAudio');
    await record(me, 'filter');
    expect(await seen(me)).toEqual([2, true, false]);
    await record(me, 'reject');
    expect(await seen(me)).toEqual([0, false, false]);
  });

  it('names only templates of ours, each once', async () => {
    const { me } = await somebody();
    const results = (...ids: string[]) => ({
      results: ids.map((templateId) => ({ templateId, result: 'accept' })),
      idempotencyKey: onceKey(),
    });
    const strange = await world.call('profile/recordAcceptances', results(once.id, 'x'.repeat(43)), me);
    expect(strange).toMatchObject({ error: { details: { fields: [{ field: 'results.1.templateId' }] } } });
    const twice = await world.call('profile/recordAcceptances', results(once.id, once.id), me);
    expect(twice).toMatchObject({ error: { details: { fields: [{ field: 'results.1.templateId' }] } } });
    expect(JSON.stringify([strange, twice])).not.toContain('xxx');
  });

  it('told by the mini-program and by WeChat is one acceptance, doubled or not', async () => {
    const { me, openid } = await somebody();
    await record(me, 'accept');
    const event = pushed(world, popup(openid, now(), [once.id, 'accept'], [lasting.id, 'accept']));
    for (const _ of [1, 2, 3]) expect(await deliver(world, event)).toEqual(TAKEN);
    expect(await seen(me)).toEqual([1, true, true]);
    await push(world, popup(openid, now() + 1000, [once.id, 'accept']));
    expect(await seen(me)).toEqual([2, true, true]);
  });

  it('is what was said last, also when it is told in another order', async () => {
    const { me, openid } = await somebody();
    const at = now();
    await push(world, {
      ...popup(openid, at + 2000, [lasting.id, 'reject']),
      Event: 'subscribe_msg_change_event',
    });
    await push(world, popup(openid, at, [lasting.id, 'accept'], [once.id, 'accept']));
    expect(await seen(me)).toEqual([1, true, false]);
    // One row alone comes as itself, and a yes in the settings is no yes to a message more.
    const List = { TemplateId: once.id, SubscribeStatusString: 'accept' };
    const CreateTime = at / 1000 + 3;
    await push(world, { Event: 'subscribe_msg_change_event', FromUserName: openid, CreateTime, List });
    expect(await seen(me)).toEqual([1, true, false]);
  });

  it('is spent once for one acceptance by however many at once, and a lasting one never', async () => {
    const { me, openid, subjectId } = await somebody();
    await push(world, popup(openid, now(), [once.id, 'accept'], [lasting.id, 'accept']));
    const spend = (template: (typeof templates)[keyof typeof templates]) =>
      world.deps.table.write(spendAcceptance(subjectId, template)).then(
        () => 'spent',
        () => 'refused',
      );
    const both = await Promise.all([spend(once), spend(once)]);
    expect(both.sort()).toEqual(['refused', 'spent']);
    expect([await spend(lasting), await spend(lasting)]).toEqual(['spent', 'spent']);
    expect(await seen(me)).toEqual([0, false, true]);
  });

  it('is gone when WeChat says that there is none, but for what was told since', async () => {
    const { me, openid, subjectId } = await somebody();
    const sentAtMs = now();
    await push(world, popup(openid, sentAtMs, [once.id, 'accept'], [lasting.id, 'accept']));
    await push(world, popup(openid, sentAtMs + 1000, [once.id, 'accept']));
    for (const template of [once, lasting, once, lasting])
      await voidAcceptance(world.deps.table, subjectId, template, sentAtMs);
    expect(await seen(me)).toEqual([2, true, false]);
    await voidAcceptance(world.deps.table, subjectId, once, sentAtMs + 1000);
    expect(await seen(me)).toEqual([0, false, false]);
    expect(await world.deps.table.write(spendAcceptance(subjectId, lasting)).catch(String)).toMatch(
      /Condition/,
    );
  });
});

const duties = async (subjectId: string) =>
  (await world.scan(`P#${subjectId}`)).filter(
    ({ entity }) => (entity as { S: string }).S === 'authorisation-event',
  );
const ended = (openid: string, Event = 'user_authorization_cancellation', RevokeInfo?: string) => ({
  ...{ Event, FromUserName: 'o-of-the-platform', OpenID: openid, AppID: 'wxtest' },
  ...(RevokeInfo && { RevokeInfo }),
});

describe('an authorisation that has ended at WeChat', () => {
  it('waits as a duty with a date, once for each event, and touches nothing yet', async () => {
    const { me, openid, subjectId } = await somebody();
    const event = pushed(world, ended(openid));
    for (const _ of [1, 2]) expect(await deliver(world, event)).toEqual(TAKEN);
    await push(world, ended(openid, 'user_authorization_revoke', '301'));
    const waiting = await duties(subjectId);
    expect(waiting).toHaveLength(2);
    for (const one of waiting)
      expect(one).toMatchObject({
        dueShard: { S: 'DESK' },
        dueAt: { S: '2026-12-21T15:59:59.000Z' },
      });
    expect(await world.refused('login/account', {}, me)).toBe('OK');
  });

  it('of somebody who was never here leaves nothing', async () => {
    const before = (await world.scan()).length;
    expect(await push(world, ended('o-nobody'))).toEqual(TAKEN);
    expect(await push(world, popup('o-nobody', now(), [once.id, 'accept']))).toEqual(TAKEN);
    expect((await world.scan()).length).toBe(before);
  });
});

describe('what is not of WeChat, not for us or not of now', () => {
  it('is refused, and asks the table nothing', async () => {
    const { openid } = await somebody();
    const event = popup(openid, now(), [once.id, 'accept']);
    const fresh = pushed(world, event);
    const forged = [
      pushed(world, event, { token: 'guessed' }),
      pushed(world, event, { aesKey: 'A'.repeat(43) }),
      pushed(world, event, { appid: 'wx-of-another' }),
      { ...fresh, query: { ...fresh.query, timestamp: String(Number(fresh.query.timestamp) - 301) } },
      { ...fresh, query: {} },
      { ...fresh, body: JSON.stringify(event) },
      { ...fresh, body: '<xml/>' },
      { ...fresh, body: '' },
    ];
    const { trips } = await world.costOf(async () => {
      for (const one of forged)
        expect(await deliver(world, one)).toMatchObject({ error: { code: 'CALLER_NOT_ALLOWED' } });
    });
    expect(trips).toBe(0);
    world.wait(301_000);
    expect(await deliver(world, fresh)).toMatchObject({ error: { code: 'CALLER_NOT_ALLOWED' } });
    for (const trigger of ['client', 'queue', 'schedule'] as const)
      expect(await world.refused('events/wechat', fresh, { trigger })).toBe('UNKNOWN_OPERATION');
  });

  it('of WeChat and unreadable rings; what we do not listen to is taken and left', async () => {
    const { openid } = await somebody();
    const alarms = () => world.lines.filter((line) => line.includes('"alarm"')).length;
    const before = alarms();
    expect(await push(world, { Event: 'wxa_media_check', FromUserName: openid, trace_id: 't' })).toEqual(
      TAKEN,
    );
    expect(await push(world, { Event: 'subscribe_msg_popup_event', FromUserName: openid })).toEqual(TAKEN);
    expect(alarms() - before).toBe(1);
    expect(world.lines.join('')).not.toContain(openid);
  });
});

it('WeChat checks the address and delivers to it by plain HTTP, and reads bare text', async () => {
  const { me, openid } = await somebody();
  const ask = (method: string, query: Record<string, string>, body?: string) => {
    const http = { method, path: '/events/wechat', sourceIp: '203.0.113.9' };
    const event = { rawPath: '/events/wechat', queryStringParameters: query, body, headers: {} };
    const whole = { version: '2.0', ...event, requestContext: { http }, isBase64Encoded: false };
    return handleAws(
      world.deps,
      'events',
      functions.events ?? {},
      whole as unknown as APIGatewayProxyEventV2,
      'r',
    );
  };
  const timestamp = String(Math.floor(now() / 1000));
  const check = {
    timestamp,
    nonce: '7',
    echostr: '4242',
    signature: signature('local-push-token', timestamp, '7'),
  };
  expect(await ask('GET', check)).toMatchObject({ statusCode: 200, body: '4242' });
  expect(await ask('GET', { ...check, echostr: '<b>' })).toMatchObject({ statusCode: 403 });
  const { query, body } = pushed(world, popup(openid, now(), [once.id, 'accept']));
  const answer = await ask('POST', query, body);
  expect(answer).toMatchObject({ statusCode: 200, body: 'success' });
  expect(answer).toMatchObject({ headers: { 'content-type': 'text/plain; charset=utf-8' } });
  expect(await seen(me)).toEqual([1, true, false]);
});
