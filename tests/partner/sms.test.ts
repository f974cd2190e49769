import { SANDBOX_SMS } from '../../infra/local/sandbox/approved-templates';
import { OUTCOME_UNKNOWN } from '../../lib/notice/channel';
import {
  arrivedAt,
  type ChannelWorld,
  freshNumber,
  HURRIED,
  startChannelWorld,
  withFate,
} from './channel-world';

const message = {
  template: SANDBOX_SMS.templates.breach.id,
  parameters: ['安全事件告知', '20261127-7Q2K-n1'],
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

const send = (to: string, change: object = {}, text: object = {}) =>
  world.sms(change).send(to, { ...message, ...text }, 'reference');

describe('an SMS', () => {
  it('arrives once, as it was given, and its receipt brings the reference back once', async () => {
    const to = freshNumber();
    const sent = await send(to);
    expect(sent).toMatchObject({ status: 'accepted', messageId: expect.stringMatching(/^2028:/) });
    const [arrived, ...more] = arrivedAt(world.contacts, to);
    expect(more).toEqual([]);
    expect(arrived?.content).toEqual(message);
    const at = new Date(world.clock.now()).toISOString();
    const { messageId } = sent as { messageId: string };
    const receipt = { reference: 'reference', messageId, status: 'delivered', code: 'DELIVRD', at };
    expect(await world.sms().pullReceipts()).toEqual([receipt]);
    expect(await world.sms().pullReceipts()).toEqual([]);
  });

  it.each([
    ['another key', { secretKey: 'other' }, {}, 'AuthFailure.SignatureFailure'],
    ['another account', { secretId: 'other' }, {}, 'AuthFailure.SecretIdNotFound'],
    ['a clock that is wrong', { clock: { now: () => 0 } }, {}, 'AuthFailure.SignatureExpire'],
    ['another app', { appId: '1' }, {}, 'UnauthorizedOperation.SmsSdkAppIdVerifyFail'],
    ['another signature', { signName: '别家' }, {}, 'FailedOperation.SignatureIncorrectOrUnapproved'],
    ['no such template', {}, { template: '1' }, 'FailedOperation.TemplateIncorrectOrUnapproved'],
    [
      'a variable too few',
      {},
      { parameters: ['a'] },
      'FailedOperation.TemplateParamSetNotMatchApprovedTemplate',
    ],
  ])('with %s is a failure of ours that rings, and does not arrive', async (_, change, text, code) => {
    const to = freshNumber();
    expect(await send(to, change, text)).toEqual({ status: 'technical-failure', code });
    expect(arrivedAt(world.contacts, to)).toEqual([]);
    expect(world.alarms()).toBe(1);
  });

  /** From the partner's documentation, apart from the client's own table. */
  it.each([
    ['FailedOperation.PhoneNumberInBlacklist', 'permanent-failure', 0],
    ['InvalidParameterValue.IncorrectPhoneNumber', 'permanent-failure', 0],
    ['LimitExceeded.PhoneNumberDailyLimit', 'temporary-failure', 0],
    ['LimitExceeded.PhoneNumberOneHourLimit', 'temporary-failure', 0],
    ['LimitExceeded.PhoneNumberSameContentDailyLimit', 'temporary-failure', 0],
    ['LimitExceeded.PhoneNumberThirtySecondLimit', 'throttled', 0],
    ['LimitExceeded.AppDailyLimit', 'throttled', 1],
    ['FailedOperation.InsufficientBalanceInSmsPackage', 'technical-failure', 1],
    ['FailedOperation.SomethingNew', 'technical-failure', 1],
    ['constructor', 'technical-failure', 1],
  ])('refused with %s is a %s', async (code, status, rings) => {
    const to = withFate(world, freshNumber(), { channel: 'sms', refuse: code });
    expect(await send(to)).toEqual({ status, code });
    expect(arrivedAt(world.contacts, to)).toEqual([]);
    expect(world.alarms()).toBe(rings);
  });

  it('to one number twice within half a minute is throttled, and after that arrives again', async () => {
    const to = freshNumber();
    expect((await send(to)).status).toBe('accepted');
    expect(await send(to)).toMatchObject({ status: 'throttled' });
    world.clock.advance(30_000);
    expect((await send(to)).status).toBe('accepted');
    expect(arrivedAt(world.contacts, to)).toHaveLength(2);
  });

  it.each(['for-another', 'twice', 'lost'] as const)(
    'whose answer is %s may have arrived or not: nobody may send it again, and it rings',
    async (answers) => {
      const to = withFate(world, freshNumber(), { channel: 'sms', answers });
      expect(await send(to)).toEqual(unknown);
      expect(arrivedAt(world.contacts, to)).toHaveLength(1);
      expect(world.alarms()).toBe(1);
    },
  );

  it.each(['down', 'reset', 'lying', 'busy', 'slow'])(
    'to a partner that is %s has no known outcome',
    async (kind) => {
      await world.control('POST', '/faults', { path: '/#SendSms', kind });
      expect(await send(freshNumber(), kind === 'slow' ? HURRIED : {})).toEqual(unknown);
      expect(world.alarms()).toBe(1);
    },
  );

  it('that never left is to be tried again: nobody was there, or the partner’s second is used up', async () => {
    expect(await send(freshNumber(), { baseUrl: world.nobody })).toEqual({
      status: 'throttled',
      code: 'unreachable',
    });
    await world.control('POST', '/quotas', { path: '/#SendSms', max: 1, windowMs: 1000 });
    world.clock.advance(1000);
    const [first, second] = [await send(freshNumber()), await send(freshNumber())];
    expect([first.status, second]).toEqual([
      'accepted',
      { status: 'throttled', code: 'RequestLimitExceeded' },
    ]);
    world.clock.advance(1000);
    expect((await send(freshNumber())).status).toBe('accepted');
  });

  it('leaves neither number nor words nor reference in any line of the log', async () => {
    const to = withFate(world, freshNumber(), { channel: 'sms', answers: 'for-another' });
    const bad = withFate(world, freshNumber(), { channel: 'sms', refuse: 'X', fails: '13912345678' });
    for (const one of [to, bad]) await send(one);
    await send(bad, { baseUrl: world.nobody });
    await world.sms().pullReceipts();
    expect(world.lines.length).toBeGreaterThan(4);
    expect(world.lines.join('')).not.toMatch(/139|安全事件|7Q2K|"reference/);
  });
});

describe('the receipts of SMS', () => {
  const pull = () => world.sms().pullReceipts();
  beforeEach(() => world.contacts.clear());

  it.each([
    ['UNDELIV', 'permanent-failure', 'UNDELIV'],
    ['MK:0001', 'permanent-failure', 'MK:0001'],
    ['EXPIRED', 'temporary-failure', 'EXPIRED'],
    ['13912345678', 'permanent-failure', 'FAIL'], // no word of the networks’, so it goes no further
  ])('say %s: a %s', async (fails, status, code) => {
    const to = withFate(world, freshNumber(), { channel: 'sms', fails });
    expect((await send(to)).status).toBe('accepted');
    expect(arrivedAt(world.contacts, to)).toEqual([]);
    expect(await pull()).toMatchObject([{ reference: 'reference', status, code }]);
  });

  it('come late, twice or never, and are handed out a hundred at a time', async () => {
    await send(withFate(world, freshNumber(), { channel: 'sms', delayMs: 60_000, receipts: 2 }));
    await send(withFate(world, freshNumber(), { channel: 'sms', receipts: 0 }));
    expect(await pull()).toEqual([]);
    world.clock.advance(60_000);
    expect(await pull()).toHaveLength(2);
    const row = { SerialNo: '1:1', SessionContext: 'r', ReportStatus: 'SUCCESS', UserReceiveTime: 1 };
    for (let index = 0; index < 103; index += 1) world.contacts.smsReceipts.put(row, 0);
    expect([(await pull()).length, (await pull()).length, (await pull()).length]).toEqual([100, 3, 0]);
  });

  it('that are none are dropped and ring, and the others count', async () => {
    const good = { SerialNo: '1:1', SessionContext: 'r', ReportStatus: 'SUCCESS', UserReceiveTime: 1 };
    const bad = [{}, 'x', { ...good, ReportStatus: 'MAYBE' }, { ...good, SerialNo: '<script>' }];
    for (const row of [...bad, good]) world.contacts.smsReceipts.put(row as object, 0);
    expect(await pull()).toMatchObject([{ messageId: '1:1', at: '1970-01-01T00:00:01.000Z' }]);
    expect(world.alarms()).toBe(bad.length);
  });

  it('are not to be had from a partner that is down', async () => {
    await world.control('POST', '/faults', { path: '/#PullSmsSendStatus', kind: 'down' });
    await expect(pull()).rejects.toMatchObject({ code: 'PARTNER_UNAVAILABLE' });
  });
});
